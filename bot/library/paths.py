"""Which paths the index is built from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.settings import Settings
from index.errors import StoreError
from index.store.files.layout import Layout
from index.store.files.manifest import Manifest

FETCHED = "corpus"
"""The folder of the data directory where fetched articles are kept."""


def fetched_dir(settings: Settings) -> Path:
    return settings.data_dir / FETCHED


def corpus_paths(settings: Settings, asked: Sequence[Path]) -> list[Path]:
    """The paths asked for; or the corpus and what was fetched, those of them that exist.

    Where neither exists, the corpus all the same, so that its absence is told.
    """
    if asked:
        return list(asked)
    return with_fetched(settings, [settings.corpus_dir] if settings.corpus_dir.exists() else [])


def standing_paths(settings: Settings) -> list[Path]:
    """The paths that the index in service was built from, and what was fetched.

    A path that is no longer there is kept: that articles are missing must be told, not done.
    """
    roots = _roots(settings)
    return with_fetched(settings, roots) if roots else corpus_paths(settings, ())


def _roots(settings: Settings) -> list[Path]:
    layout = Layout(settings.data_dir)
    try:
        current = layout.current_id()
        manifest = Manifest.open(layout.folder(current)) if current else None
    except StoreError:
        return []  # a build mends it, and says so
    return [Path(root) for root in manifest.roots] if manifest else []


def with_fetched(settings: Settings, paths: Iterable[Path]) -> list[Path]:
    """These paths and what was fetched, if anything was; each once."""
    fetched = fetched_dir(settings)
    wanted = [*paths, fetched] if fetched.exists() else list(paths)
    told_apart = {os.path.abspath(path): path for path in reversed(wanted)}  # noqa: PTH100
    return list(reversed(told_apart.values())) or [settings.corpus_dir]
