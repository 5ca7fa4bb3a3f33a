"""`selon list`: the articles that are indexed, and those that were taken out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.text import Text

from bot.locale.keeping import KeepingPhrases, keeping_phrases_for
from bot.settings import Settings
from bot.terminal.articles_keeping_days import period_of
from bot.terminal.command import DONE
from bot.terminal.console import console_for, show
from bot.terminal.lookup_keeping_fields import entry_fields
from bot.terminal.lookup_keeping_opening import open_articles
from bot.terminal.lookup_keeping_rows import one_line
from bot.terminal.render import TITLE, harmless, json_line
from index.language_bot_spelling import folded
from index.store.files.articles import ArticleEntry
from index.store.files.removed import Removed, RemovedArticle

_DAY = len("2025-08-29")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles to list; None leaves the choice open."""

    since: str | None = None
    until: str | None = None
    language: str | None = None
    outlet: str | None = None
    limit: int | None = None


def list_articles(settings: Settings, wanted: Wanted, *, as_json: bool) -> int:
    """List the articles, newest first. Raises KeepingError, NoIndex, DamagedIndex."""
    phrases = keeping_phrases_for(settings.language)
    today = datetime.now(UTC).astimezone().date()
    within = period_of(wanted.since, wanted.until, today, phrases)
    with open_articles(settings) as generation:
        found = list(_chosen(generation.articles(within), wanted))
    shown = found[: wanted.limit]
    out = console_for(sys.stdout)
    if as_json:
        out.file.writelines(f"{json_line(entry_fields(each))}\n" for each in shown)
        return DONE
    for each in shown:
        show(out, _line(each, phrases))
    # Beside the list, so that counting its lines counts articles.
    count = phrases.shown(len(shown), len(found)) if found else phrases.none_listed
    show(console_for(sys.stderr), count)
    return DONE


def list_removed(settings: Settings, *, as_json: bool) -> int:
    """List what the operator took out, the oldest first. Raises StoreError."""
    phrases = keeping_phrases_for(settings.language)
    articles = Removed.open(settings.data_dir).articles
    out = console_for(sys.stdout)
    for each in articles:
        if as_json:
            out.file.write(f"{json_line(_removed_fields(each))}\n")
        else:
            title = harmless(one_line(each.title)) or phrases.untitled
            show(out, f"{each.id}  {each.day}  {title} ({harmless(each.path)})")
    if not as_json:
        count = phrases.shown(len(articles), len(articles)) if articles else phrases.none_listed
        show(console_for(sys.stderr), count)
    return DONE


def _chosen(entries: Iterable[ArticleEntry], wanted: Wanted) -> Iterator[ArticleEntry]:
    language = (wanted.language or "").lower()
    outlet = folded(wanted.outlet or "")
    for each in entries:
        if language and each.language.lower().split("-")[0] != language.split("-")[0]:
            continue
        if outlet and folded(each.outlet or "") != outlet:
            continue
        yield each


def _line(entry: ArticleEntry, phrases: KeepingPhrases) -> Text:
    day = entry.published.isoformat() if entry.published else phrases.undated
    text = Text(f"{entry.id}  {day:<{_DAY}}  {entry.language:<3} ")
    text.append(harmless(one_line(entry.title)) or phrases.untitled, style=TITLE)
    beside = [each for each in (entry.outlet, entry.author, entry.path) if each]
    return text.append(f" — {harmless(one_line(', '.join(beside)))}")


def _removed_fields(article: RemovedArticle) -> dict[str, str]:
    return {
        "id": article.id,
        "title": article.title,
        "path": article.path,
        "removed": article.day.isoformat(),
    }
