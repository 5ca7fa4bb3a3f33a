"""`selon check`: a draft beside the articles, as text, JSON or a commented Word document."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot.command import DONE
from bot.drafts.texts import DraftHelp, DraftPhrases
from bot.errors import UsageError
from bot.export.document import one_line
from bot.json_records import citation_record, json_line
from bot.locale.answers import Phrases
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.console import console_for, show, write_file
from bot.terminal.render import DOUBT, SOURCE, TITLE, citation_place, quotes_text
from index.errors import reason_of

if TYPE_CHECKING:
    from bot.drafts.draft import CheckedSentence

_STANDARD_INPUT = "-"


def check(
    settings: Settings,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="file")],
    as_json: Annotated[bool, typer.Option("--json", help="json")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.docx", help="out")] = None,
) -> int:
    """Show what the articles have near the sentences of a draft. Raises ReadError, UsageError,
    IndexingError."""
    from bot.assembly import open_index
    from bot.drafts.draft import check_sentence, read_draft

    if out is not None and out.suffix.lower() != ".docx":
        raise UsageError("file-suffix", path=out, suffixes=(".docx",))
    try:
        is_typed = str(file) == _STANDARD_INPUT
        content = sys.stdin.buffer.read() if is_typed else file.read_bytes()
    except OSError as error:
        raise UsageError("draft-unreadable", subject=file, reason=reason_of(error)) from error
    draft = read_draft(content, "draft.txt" if is_typed else file.name)
    search = open_index(settings, whole=True).search
    checked: list[CheckedSentence] = []
    console, texts = console_for(sys.stderr), DraftHelp.of(settings.language)
    with console.status("") as status:
        for number, span in enumerate(draft.spans, 1):
            status.update(texts.checking(number, len(draft.spans)))
            checked.append(check_sentence(draft, span, search))
    if as_json:
        sys.stdout.write(f"{json_line({'sentences': list(map(_record, checked))})}\n")
    else:
        show(console_for(sys.stdout), Text("\n\n").join(_texts(checked, settings)))
    if out is not None:
        from bot.drafts.comments import write_comments

        write_file(out, write_comments(draft, checked, settings.language, citation_place))
        show(console, texts.written(harmless(str(out))))
    return DONE


def _texts(checked: Sequence[CheckedSentence], settings: Settings) -> Iterator[Text]:
    texts, phrases = DraftPhrases.of(settings.language), Phrases.of(settings.language)
    for number, sentence in enumerate(checked, 1):
        text = Text(f"{texts.sentence_of(number, len(checked))}\n", style=SOURCE)
        text.append(one_line(sentence.text), style=TITLE)
        heading = texts.said if sentence.quotes else texts.none
        text.append(f"\n{texts.verbatim if sentence.is_verbatim else heading}", SOURCE)
        for quote in sentence.quotes:
            text.append("\n").append_text(quotes_text([quote.shown], phrases))
            for pair in sentence.differing_words(quote):
                text.append(f"\n    {harmless(texts.differs(*pair))}", style=DOUBT)
        yield text
    if not checked:
        yield Text(texts.empty)
        return
    differing = sum(own.differs for own in checked)
    yield Text(texts.done(len(checked), texts.differ(differing)))


def _record(sentence: CheckedSentence) -> dict[str, object]:
    return {
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "verbatim": sentence.is_verbatim,
        "quotes": [
            {
                **citation_record(quote.citation),
                "differences": [
                    {"own": own, "other": other} for own, other in sentence.differing_words(quote)
                ],
            }
            for quote in sentence.quotes
        ],
    }
