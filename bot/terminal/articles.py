"""`selon list`, `selon show` and `selon remove`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.text import Text

from bot.command import DONE, FAILED, CommandLine
from bot.errors import UsageError
from bot.json_records import article_record, entry_record, json_line
from bot.library.days import parse_period
from bot.library.format_options import load_format_options
from bot.library.removal import restore, withdraw
from bot.locale.answers import Phrases
from bot.locale.articles import KeepingPhrases
from bot.locale.catalogue import part_texts
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from bot.terminal.console import console_for, encodable, show
from bot.terminal.index import follow_build
from bot.terminal.lookup import (
    LABEL,
    OnGuess,
    find_all,
    find_article,
    find_removed,
    open_articles,
    row_line,
    rows,
    under,
)
from bot.terminal.render import TITLE, complaint
from bot.terminal.state import open_act_log
from index.article import Article, ArticleEntry, Copy, Selection
from index.errors import DamagedIndex, StoreError
from index.store.base import RemovedArticle
from index.store.removals import RemovedArticles
from index.text.folding import fold_phrase


def declare(line: CommandLine) -> None:
    """Declare `selon list`, `selon show` and `selon remove`."""
    texts = line.texts("articles")
    line.command("list", run_list, texts)
    line.command("show", show_article, texts)
    line.command("remove", remove, texts)


def run_list(
    settings: Settings,
    words: Annotated[list[str] | None, typer.Argument(metavar="SUBJECT", help="subject")] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="since")] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="until")] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="language")] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="outlet")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="limit")] = None,
    removed: Annotated[bool, typer.Option("--removed", help="removed")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="json_lines")] = False,
) -> int:
    """List the articles, newest first; with a subject, those that name it.

    Raises UsageError, NoIndex, DamagedIndex.
    """
    if removed:
        return _list_removed(settings, as_json=as_json)
    phrases = KeepingPhrases.of(settings.language)
    today = datetime.now(UTC).astimezone().date()
    among = Selection().during(parse_period(since, until, today))
    with open_articles(settings) as generation:
        entries = list(_select(generation.articles(among), language or "", outlet or ""))
    if words:
        from bot.archive.subject import find_subject
        from bot.assembly import open_index

        searcher = open_index(settings, whole=True).searcher()
        found = find_subject(searcher, encodable(" ".join(words)))
        ids = frozenset(own.article.id for own in found.articles)
        entries = [entry for entry in entries if entry.id in ids]
    page = entries[:limit]
    out = console_for(sys.stdout)
    if as_json:
        out.file.writelines(f"{json_line(entry_record(entry))}\n" for entry in page)
        return DONE
    for entry in page:
        show(out, _line(entry, phrases))
    # On standard error, so that each line of the list is an article.
    count = phrases.shown(len(page), len(entries)) if entries else phrases.none_listed
    show(console_for(sys.stderr), count)
    return DONE


def _list_removed(settings: Settings, *, as_json: bool) -> int:
    """List the withdrawn articles, oldest first. Raises StoreError."""
    phrases = KeepingPhrases.of(settings.language)
    articles = RemovedArticles(index_store(settings)).articles
    out = console_for(sys.stdout)
    for article in articles:
        if as_json:
            fields = {"id": article.id, "title": article.title, "path": article.path}
            out.file.write(f"{json_line({**fields, 'removed': article.day.isoformat()})}\n")
        else:
            title = harmless(row_line(article.title)) or phrases.untitled
            show(out, f"{article.id}  {article.day}  {title} ({harmless(article.path)})")
    if not as_json:
        count = phrases.shown(len(articles), len(articles)) if articles else phrases.none_listed
        show(console_for(sys.stderr), count)
    return DONE


def _select(entries: Iterable[ArticleEntry], language: str, outlet: str) -> Iterator[ArticleEntry]:
    language, outlet = language.lower(), fold_phrase(outlet)
    for entry in entries:
        if language and entry.language.lower().split("-")[0] != language.split("-")[0]:
            continue
        if outlet and fold_phrase(entry.outlet or "") != outlet:
            continue
        yield entry


def _line(entry: ArticleEntry, phrases: KeepingPhrases) -> Text:
    day = entry.published.isoformat() if entry.published else phrases.undated
    text = Text(f"{entry.id}  {day:<10}  {entry.language:<3} ")
    text.append(harmless(row_line(entry.title)) or phrases.untitled, style=TITLE)
    beside = [part for part in (entry.outlet, entry.author, entry.path) if part]
    return text.append(f" — {harmless(row_line(', '.join(beside)))}")


_HEAD = 600  # characters of text to show by default


def show_article(
    settings: Settings,
    article: Annotated[list[str], typer.Argument(metavar="ARTICLE", help="article")],
    whole: Annotated[bool, typer.Option("--text", help="text")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="json")] = False,
) -> int:
    """Show an article, or a copy of one. Raises UnknownArticle, NoIndex, DamagedIndex."""
    reference = " ".join(article)  # a title needs no quotation marks
    phrases = KeepingPhrases.of(settings.language)
    with open_articles(settings) as generation:
        entry = find_article(generation, reference, _report_match(reference, phrases))
        full_article = generation.article(entry.id)
        if full_article is None:
            raise DamagedIndex("article-no-words", id=entry.id)
        passages = generation.count_passages(entry.id)
        original = generation.article(entry.copy_of) if entry.copy_of else None
    out = console_for(sys.stdout)
    if as_json:
        out.file.write(f"{json_line(article_record(full_article, entry.copy_of, passages))}\n")
        return DONE
    text_view = _ArticleText(settings.language)
    show(out, text_view.facts(full_article, passages))
    if original is not None:
        show(out, f"\n{phrases.copy_of(harmless(original.title), original.id)}")
    show(out, "")
    show(out, harmless(full_article.text) if whole else text_view.head(full_article.text))
    return DONE


class _ArticleText:
    """Renders an article in one language."""

    def __init__(self, language: str) -> None:
        self._phrases = KeepingPhrases.of(language)
        self._common = Phrases.of(language)
        self._terminal = TerminalPhrases.of(language)

    def facts(self, article: Article, passages: int) -> Text:
        labels, origins = part_texts("articles", "facts", self._phrases.code), dict(article.origins)
        words = len(article.text.split())
        length = self._phrases.length(words, len(article.text), passages)
        facts = {
            "title": article.title or self._phrases.untitled,
            "author": article.author,
            "outlet": article.outlet,
            "category": article.category,
            "published": self._day(article.published, article.published_at),
            "updated": self._day(article.updated, article.updated_at),
            "url": article.url,
            "path": article.path,
            "language": article.language,
        }
        lines: list[tuple[str, Text | str]] = [(labels["id"], article.id)]
        for name, value in facts.items():
            if value:
                lines.append((labels[name], self._fact(value, origins.get(name))))
        lines.append((labels["size"], length))
        lines += under(labels["sections"], (section.heading for section in article.sections))
        lines += under(labels["copies"], (self._copy(copy) for copy in article.copies))
        return rows(lines)

    def head(self, text: str) -> str:
        """Render the first paragraphs that fit, and how much is left out."""
        if len(text) <= _HEAD:
            return harmless(text)
        head = text[:_HEAD]
        head = head.rpartition("\n\n")[0] or head.rpartition(" ")[0] or head
        return f"{harmless(head)}\n\n{self._phrases.more_text}"

    def _fact(self, value: str, origin: str | None) -> Text:
        text = Text(harmless(row_line(value)), style=f"not {LABEL}")
        if origin is None:
            return text
        where = self._phrases.found_in(self._phrases.origins.get(origin, origin))
        return Text().append_text(text).append(f" {where}", style=LABEL)

    def _day(self, day: date | None, moment: datetime | None) -> str | None:
        """Render a time in its own time zone: « 29 août 2025 à 18:30 (UTC+02:00) »."""
        if day is None:
            return None
        text = self._common.day(day)
        if moment is None:
            return text
        zone = f" ({moment.tzname()})" if moment.tzinfo else ""
        return f"{self._terminal.moment(text, f'{moment:%H:%M}')}{zone}"

    def _copy(self, copy: Copy) -> str:
        day = self._common.day(copy.published) if copy.published else self._phrases.undated
        beside = [part for part in (copy.outlet, day, copy.url, copy.path) if part]
        return f"{copy.id}  {copy.title or self._phrases.untitled} — {', '.join(beside)}"


def remove(
    settings: Settings,
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE", help="articles")],
    back: Annotated[bool, typer.Option("--restore", help="restore")] = False,
) -> int:
    """Withdraw articles, or restore them (`back`). Raises UsageError, NoIndex, DamagedIndex,
    StoreError, and, after the change itself, what a build raises."""
    return (_restore if back else _withdraw)(settings, articles)


def _withdraw(settings: Settings, references: Sequence[str]) -> int:
    """Withdraw articles at once; if one is unknown, none.

    The build that follows deletes the text from the disk.
    """
    phrases = KeepingPhrases.of(settings.language)
    out = console_for(sys.stdout)
    removals = RemovedArticles(index_store(settings))
    with open_articles(settings) as generation, open_act_log(settings) as log:
        entries = [
            entry
            for reference in references
            # An article that is not in the index may have been withdrawn before.
            if generation.find(reference) or not removals.find(reference)
            for entry in find_all(generation, reference, _report_match(reference, phrases))
        ]
        targets = withdraw(settings, generation, entries, log)
    for article in {article for reference in references for article in removals.find(reference)}:
        if article.id not in targets:
            show(out, phrases.already_removed(_title_and_path(article)[0]))
    if not targets:
        return DONE
    for target in targets.values():
        show(out, phrases.removed(*_title_and_path(target)))
    show(out, phrases.files_stay(" ".join(targets)))
    return _rebuild(settings, phrases)


def _restore(settings: Settings, references: Sequence[str]) -> int:
    """Restore articles, at once if they are still in the current index."""
    phrases = KeepingPhrases.of(settings.language)
    removals = RemovedArticles(index_store(settings))
    ids = {
        article.id: None
        for reference in references
        for article in find_removed(removals, reference, _report_match(reference, phrases))
    }
    index_store(settings).facts()  # raises NoIndex
    with open_act_log(settings) as log:
        for article in restore(settings, ids, log):
            show(console_for(sys.stdout), phrases.restored(*_title_and_path(article)))
    return _rebuild(settings, phrases)


def _report_match(reference: str, phrases: KeepingPhrases) -> OnGuess:
    """Say on standard error which article was chosen for the typed reference."""
    return lambda entry: show(
        console_for(sys.stderr),
        phrases.taken(harmless(row_line(reference)), *_title_and_path(entry)),
    )


def _rebuild(settings: Settings, phrases: KeepingPhrases) -> int:
    """Rebuild the index from the same paths with the same options; say so if that fails."""
    from bot.library.paths import standing_paths

    try:
        paths = standing_paths(settings)
        for path in paths:
            if not path.exists():
                raise UsageError("source-gone", subject=path)
    except (UsageError, StoreError) as error:
        err = console_for(sys.stderr)
        show(err, phrases.not_rebuilt)
        show(err, complaint(error, TerminalPhrases.of(settings.language)))
        return FAILED
    report = follow_build(settings, paths, load_format_options(settings.data_dir), "none")
    return FAILED if report is None else DONE


def _title_and_path(article: ArticleEntry | Copy | RemovedArticle) -> tuple[str, str]:
    return harmless(row_line(article.title)) or article.id, harmless(article.path)
