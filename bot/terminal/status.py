"""`selon status`: what is indexed, whether it is whole, and which articles are one."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.text import Text

from bot.locale.answers import Phrases
from bot.locale.articles import KeepingPhrases
from bot.locale.source import source_place
from bot.locale.terminal import StatusLabels, TerminalPhrases
from bot.locale.text import harmless
from bot.settings import Settings
from bot.terminal.command import DONE, FAILED
from bot.terminal.console import console_for, show
from bot.terminal.lookup import copy_fields, entry_fields, open_articles, row_line, rows, under
from bot.terminal.render import TITLE, complaint, json_line
from index.article import Copy
from index.errors import DamagedIndex
from index.store.files.articles import ArticleEntry
from index.store.files.layout import Layout
from index.store.files.manifest import Manifest
from index.store.files.removed import Removed


@dataclass(frozen=True, slots=True)
class _IndexState:
    """What there is in a data directory."""

    manifest: Manifest
    before: str | None
    removed: int
    size: int
    damage: DamagedIndex | None


def status(settings: Settings, *, as_json: bool) -> int:
    """Say what is indexed and check every file of it. Raises NoIndex, DamagedIndex, StoreError."""
    state = _state(settings)
    out = console_for(sys.stdout)
    if as_json:
        out.file.write(f"{json_line(_fields(state))}\n")
    else:
        show(out, _text(state, settings.language))
    if state.damage:
        phrases = TerminalPhrases.of(settings.language)
        show(console_for(sys.stderr), complaint(state.damage, phrases))
    return FAILED if state.damage else DONE


def duplicates(settings: Settings, *, as_json: bool) -> int:
    """Show the articles that have copies, each with them. Raises NoIndex, DamagedIndex."""
    phrases = KeepingPhrases.of(settings.language)
    out = console_for(sys.stdout)
    total = 0
    with open_articles(settings) as generation:
        for entry in generation.copied():
            article = generation.article(entry.id)
            copies = article.copies if article else ()
            total += len(copies)
            if as_json:
                fields = {**entry_fields(entry), "copies": [copy_fields(each) for each in copies]}
                out.file.write(f"{json_line(fields)}\n")
            else:
                show(out, _group(entry, copies, settings.language))
    if not as_json:
        said = phrases.copies(total) if total else phrases.no_duplicates
        show(console_for(sys.stderr), said)
    return DONE


def built_text(built: datetime, language: str) -> str:
    """« 29 août 2025 à 18:30 », on this machine's clock."""
    here = built.astimezone()
    day = Phrases.of(language).day(here)
    return TerminalPhrases.of(language).moment(day, f"{here:%H:%M}")


def _state(settings: Settings) -> _IndexState:
    from index.store.files.generation import verify

    layout = Layout(settings.data_dir)
    damage: DamagedIndex | None = None
    try:
        manifest = verify(settings.data_dir)
    except DamagedIndex as error:
        damage = error
        manifest = Manifest.open(layout.folder(layout.current_id() or ""))
    size = sum(file.stat().st_size for file in layout.root.rglob("*") if file.is_file())
    removed = len(Removed.open(settings.data_dir))
    return _IndexState(manifest, layout.before(manifest.id), removed, size, damage)


def _text(state: _IndexState, language: str) -> Text:
    phrases = TerminalPhrases.of(language)
    manifest, labels = state.manifest, StatusLabels.of(language)
    languages = sorted(manifest.languages.items(), key=lambda entry: (-entry[1], entry[0]))
    lines = [
        (labels.generation, manifest.id),
        (labels.model, harmless(manifest.model)),
        (labels.built, built_text(manifest.built_at, language)),
        (labels.before, _hinted(_moment(state.before, language), "rollback")),
        *under(labels.roots, manifest.roots),
        (labels.articles, phrases.number(manifest.articles)),
        (labels.copies, _hinted(_number(manifest.copies, phrases), "status --duplicates")),
        (labels.removed, _hinted(_number(state.removed, phrases), "list --removed")),
        (labels.passages, phrases.number(manifest.passages)),
        (labels.sentences, phrases.number(manifest.sentences)),
        (labels.languages, ", ".join(f"{code} {phrases.number(n)}" for code, n in languages)),
        (labels.size, phrases.size(state.size)),
        (labels.state, phrases.damaged if state.damage else phrases.whole),
    ]
    return rows([(label, said) for label, said in lines if said])


def _moment(generation: str | None, language: str) -> str | None:
    """When a generation was begun: its id says so."""
    if generation is None:
        return None
    return built_text(datetime.strptime(generation, "%Y%m%dT%H%M%S.%f%z"), language)


def _number(many: int, phrases: TerminalPhrases) -> str | None:
    return phrases.number(many) if many else None


def _hinted(said: str | None, command: str) -> str | None:
    """What there is, and the command that shows more; nothing where there is none."""
    return f"{said} (selon {command})" if said else None


def _fields(state: _IndexState) -> dict[str, Any]:
    manifest = state.manifest
    return {
        "generation": manifest.id,
        "model": manifest.model,
        "built": manifest.built_at.isoformat(),
        "roots": list(manifest.roots),
        "articles": manifest.articles,
        "copies": manifest.copies,
        "removed": state.removed,
        "passages": manifest.passages,
        "sentences": manifest.sentences,
        "languages": dict(manifest.languages),
        "before": state.before,
        "bytes": state.size,
        "whole": state.damage is None,
    }


def _group(entry: ArticleEntry, copies: tuple[Copy, ...], language: str) -> Text:
    phrases, days = KeepingPhrases.of(language), Phrases.of(language)
    text = Text(_title(entry, phrases), style=TITLE)
    day = days.day(entry.published) if entry.published else phrases.undated
    beside = ", ".join(each for each in (entry.outlet, day, entry.path) if each)
    text = Text().append_text(text).append(f" — {harmless(row_line(beside))}  [{entry.id}]")
    for copy in copies:
        day = days.day(copy.published) if copy.published else phrases.undated
        where = ", ".join(dict.fromkeys((source_place(copy), day, copy.path)))
        text.append(f"\n  = {_title(copy, phrases)} — {harmless(row_line(where))}  [{copy.id}]")
    return text


def _title(article: ArticleEntry | Copy, phrases: KeepingPhrases) -> str:
    return harmless(row_line(article.title)) or phrases.untitled
