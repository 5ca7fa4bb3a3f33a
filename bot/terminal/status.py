"""`selon status`: the contents of the index, its integrity, and duplicates."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.command import DONE, FAILED, CommandLine
from bot.json_records import copy_record, entry_record, json_line
from bot.library.status import index_rows
from bot.locale.answers import Phrases
from bot.locale.articles import KeepingPhrases
from bot.locale.catalogue import part_texts
from bot.locale.source import source_place
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from bot.terminal.console import console_for, show
from bot.terminal.lookup import open_articles, row_line, rows
from bot.terminal.render import TITLE, complaint
from index.article import ArticleEntry, Copy
from index.store.base import StoreCheck


def declare(line: CommandLine) -> None:
    """Declare `selon status`."""
    line.command("status", status, line.texts("articles"))


def status(
    settings: Settings,
    duplicates: Annotated[bool, typer.Option("--duplicates", help="duplicates")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="json")] = False,
) -> int:
    """Describe the index and check its files. Raises NoIndex, DamagedIndex, StoreError."""
    if duplicates:
        return _show_duplicates(settings, as_json=as_json)
    store = index_store(settings)
    check, removal_count = store.check(), len(store.removed())
    out = console_for(sys.stdout)
    if as_json:
        out.file.write(f"{json_line(_fields(check, removal_count))}\n")
    else:
        show(out, _text(check, removal_count, settings.language))
    if check.damage:
        phrases = TerminalPhrases.of(settings.language)
        show(console_for(sys.stderr), complaint(check.damage, phrases))
    return FAILED if check.damage else DONE


def _show_duplicates(settings: Settings, *, as_json: bool) -> int:
    """List the articles with copies. Raises NoIndex, DamagedIndex."""
    phrases = KeepingPhrases.of(settings.language)
    out = console_for(sys.stdout)
    total = 0
    with open_articles(settings) as generation:
        for entry in generation.articles_with_copies():
            article = generation.article(entry.id)
            copies = article.copies if article else ()
            total += len(copies)
            if as_json:
                fields = {**entry_record(entry), "copies": [copy_record(copy) for copy in copies]}
                out.file.write(f"{json_line(fields)}\n")
            else:
                show(out, _group(entry, copies, settings.language))
    if not as_json:
        summary = phrases.copies(total) if total else phrases.no_duplicates
        show(console_for(sys.stderr), summary)
    return DONE


def _text(check: StoreCheck, removal_count: int, language: str) -> Text:
    labels, phrases = part_texts("terminal", "status", language), TerminalPhrases.of(language)
    lines = index_rows(check.facts, removal_count, language, check.before, check.size)
    return rows([*lines, (labels["state"], phrases.damaged if check.damage else phrases.whole)])


def _fields(check: StoreCheck, removal_count: int) -> dict[str, Any]:
    facts = check.facts
    return {
        "generation": facts.id,
        "model": facts.model,
        "built": facts.built_at.isoformat(),
        "roots": list(facts.roots),
        "articles": facts.articles,
        "copies": facts.copies,
        "removed": removal_count,
        "passages": facts.passages,
        "sentences": facts.sentences,
        "languages": dict(facts.languages),
        "before": check.before,
        "bytes": check.size,
        "whole": check.damage is None,
    }


def _group(entry: ArticleEntry, copies: tuple[Copy, ...], language: str) -> Text:
    phrases, days = KeepingPhrases.of(language), Phrases.of(language)
    text = Text(_title(entry, phrases), style=TITLE)
    day = days.day(entry.published) if entry.published else phrases.undated
    beside = ", ".join(part for part in (entry.outlet, day, entry.path) if part)
    text = Text().append_text(text).append(f" — {harmless(row_line(beside))}  [{entry.id}]")
    for copy in copies:
        day = days.day(copy.published) if copy.published else phrases.undated
        where = ", ".join(dict.fromkeys((source_place(copy), day, copy.path)))
        text.append(f"\n  = {_title(copy, phrases)} — {harmless(row_line(where))}  [{copy.id}]")
    return text


def _title(article: ArticleEntry | Copy, phrases: KeepingPhrases) -> str:
    return harmless(row_line(article.title)) or phrases.untitled
