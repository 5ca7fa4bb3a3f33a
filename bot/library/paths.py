"""The paths that the index is built from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.settings import Settings, index_store
from index.errors import StoreError

SENT_FOLDER = "sent"  # in the fetched corpus


def fetched_dir(settings: Settings) -> Path:
    return settings.data_dir / "corpus"


def corpus_paths(settings: Settings, paths: Sequence[Path]) -> list[Path]:
    """Return the paths, by default those of the corpus and the fetched articles that exist; if
    neither does, the corpus, so that its absence is reported."""
    if paths:
        return list(paths)
    return add_fetched_folder(
        settings, [settings.corpus_dir] if settings.corpus_dir.exists() else []
    )


def standing_paths(settings: Settings) -> list[Path]:
    """Return the paths of the current index and the fetched articles.

    Includes paths that no longer exist, so that their absence is reported. Raises StoreError if the
    index has none, like an imported one: a build would silently remove its articles.
    """
    try:
        facts = index_store(settings).facts()
    except StoreError:
        return corpus_paths(settings, ())  # a build repairs and reports it
    if not facts.roots:
        raise StoreError("index-without-folders", subject=settings.data_dir)
    return add_fetched_folder(settings, map(Path, facts.roots))


def add_fetched_folder(settings: Settings, paths: Iterable[Path]) -> list[Path]:
    """Add the folder of fetched articles, if it exists, and remove duplicates."""
    folder = fetched_dir(settings)
    every = [*paths, folder] if folder.exists() else list(paths)
    unique = {os.path.abspath(path): path for path in reversed(every)}  # noqa: PTH100
    return list(reversed(unique.values())) or [settings.corpus_dir]
