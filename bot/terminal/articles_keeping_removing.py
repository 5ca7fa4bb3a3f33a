"""`selon remove`: articles kept out of the answers, or let in again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors_keeping_errors import KeepingError, UnknownArticle
from bot.library.format_options import remembered
from bot.locale.keeping import keeping_phrases_for
from bot.settings import Settings
from bot.terminal.command import DONE, FAILED
from bot.terminal.console import console_for, show
from bot.terminal.index import followed_build
from bot.terminal.lookup import find_all
from bot.terminal.lookup_keeping_opening import open_articles
from bot.terminal.lookup_keeping_rows import one_line
from bot.terminal.render import harmless
from index.article import Copy
from index.store.files.articles import ArticleEntry
from index.store.files.removed import Removed, RemovedArticle

if TYPE_CHECKING:
    from index.store.files.generation import Generation


def remove(settings: Settings, references: Sequence[str]) -> int:
    """Take these articles out, all or, where one of them is not known, none.

    Their copies go with them: what is to be out is what they say. Raises KeepingError, NoIndex,
    DamagedIndex, StoreError, and what a build raises.
    """
    phrases = keeping_phrases_for(settings.language)
    out = console_for(sys.stdout)
    removed = Removed.open(settings.data_dir)
    with open_articles(settings) as generation:
        manifest = generation.manifest
        meant = {
            each.id: each
            for reference in references
            if not _already(reference, generation, removed)
            for entry in find_all(generation, reference, phrases)
            for each in _with_copies(entry, generation)
        }
    if meant and len(meant) >= manifest.articles + manifest.copies:
        raise KeepingError(phrases.nothing_left)
    for each in {each for reference in references for each in removed.find(reference)}:
        if each.id not in meant:
            show(out, phrases.already_removed(_named(each)[0]))
    if not meant:
        return DONE
    paths = _paths(settings)
    removed.add(meant.values())
    for found in meant.values():
        show(out, phrases.removed(*_named(found)))
    show(out, phrases.files_stay)
    return _rebuild(settings, paths)


def restore(settings: Settings, references: Sequence[str]) -> int:
    """Let these articles in again. Raises UnknownArticle, StoreError, and what a build raises."""
    from index.store.files.generation import in_service

    phrases = keeping_phrases_for(settings.language)
    removed = Removed.open(settings.data_dir)
    for reference in references:
        if not removed.find(reference):
            raise UnknownArticle(phrases.not_removed(reference))
    in_service(settings.data_dir)  # without an index, nothing was ever taken out of one
    paths = _paths(settings)
    for reference in references:
        for each in removed.restore(reference):
            show(console_for(sys.stdout), phrases.restored(*_named(each)))
    return _rebuild(settings, paths)


def _already(reference: str, generation: Generation, removed: Removed) -> bool:
    """Whether it means nothing that is indexed, and something that was taken out before."""
    return not generation.find(reference) and bool(removed.find(reference))


def _with_copies(entry: ArticleEntry, generation: Generation) -> tuple[ArticleEntry | Copy, ...]:
    article = None if entry.copy_of else generation.article(entry.id)
    return (entry, *(article.copies if article else ()))


def _paths(settings: Settings) -> list[Path]:
    """What the index was built from; checked before anything is changed. Raises KeepingError."""
    from bot.library.paths import standing_paths

    paths = standing_paths(settings)
    for path in paths:
        if not path.exists():
            phrases = keeping_phrases_for(settings.language)
            raise KeepingError(phrases.no_more_there(harmless(str(path))))
    return paths


def _rebuild(settings: Settings, paths: Sequence[Path]) -> int:
    """Build again what was built, read as it was read."""
    report = followed_build(settings, paths, remembered(settings.data_dir), "none")
    return FAILED if report is None else DONE


def _named(article: ArticleEntry | Copy | RemovedArticle) -> tuple[str, str]:
    return harmless(one_line(article.title)) or article.id, harmless(article.path)
