"""A checked draft as a Word document, its sentences commented with those of the articles."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import docx

from bot.answer import Citation
from bot.drafts.draft import CheckedSentence, DraftText
from bot.drafts.texts import DraftPhrases
from bot.export.document import one_line, reference
from bot.export.package import legal_text
from bot.locale.answers import Phrases
from bot.locale.catalogue import Language

_AUTHOR, _INITIALS = "Selon", "S"


def write_comments(
    draft: DraftText,
    checked: Sequence[CheckedSentence],
    language: Language,
    link_of: Callable[[Citation], str],
) -> bytes:
    """Write the text of a draft, without its own formatting, and the comments."""
    document = docx.Document()
    article, text = draft.article, draft.article.text
    is_in_text = text.startswith(article.title[:-1])
    if not is_in_text and dict(article.origins).get("title") != "file name":
        document.add_heading(legal_text(one_line(article.title)), 0)
    headings = {part.heading_start for part in article.sections}
    start = 0
    for block in text.split("\n\n"):
        end = start + len(block)
        heading = start in headings
        paragraph = document.add_heading(level=1) if heading else document.add_paragraph()
        at = start
        for sentence in (own for own in checked if start <= own.start < end):
            paragraph.add_run(legal_text(text[at : sentence.start]))
            run = paragraph.add_run(legal_text(sentence.text))
            at = sentence.end
            if sentence.quotes:
                words = legal_text(_comment(sentence, language, link_of))
                document.add_comment(run, words, _AUTHOR, _INITIALS)
        paragraph.add_run(legal_text(text[at : max(at, end)]))
        start = end + len("\n\n")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _comment(
    sentence: CheckedSentence, language: Language, link_of: Callable[[Citation], str]
) -> str:
    texts, phrases = DraftPhrases.of(language), Phrases.of(language)
    blocks = [texts.verbatim if sentence.is_verbatim else texts.said]
    for quote in sentence.quotes:
        citation = quote.citation
        lines = [
            f"{phrases.quote(one_line(citation.quote))} ({reference(citation.article, phrases)})",
            link_of(citation),
        ]
        lines += (texts.differs(*pair) for pair in sentence.differing_words(quote))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
