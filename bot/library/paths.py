"""Which paths the index is built from, and what fetches addresses into them."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bot.settings import Settings, allowed_hosts, index_store
from index.errors import StoreError
from index.fetch.fetcher import Fetcher
from index.fetch.gatherer import ARTICLES_PER_LIST, Gatherer
from index.fetch.guard import Guard
from index.fetch.shelf import Shelf
from index.fetch.transport import FetchLimits

FETCHED_FOLDER = "corpus"
"""The folder of the data directory where fetched articles are kept."""


def fetched_dir(settings: Settings) -> Path:
    return settings.data_dir / FETCHED_FOLDER


def corpus_paths(settings: Settings, asked: Sequence[Path]) -> list[Path]:
    """The paths asked for; or the corpus and what was fetched, those of them that exist.

    Where neither exists, the corpus all the same, so that its absence is told.
    """
    if asked:
        return list(asked)
    return with_fetched(settings, [settings.corpus_dir] if settings.corpus_dir.exists() else [])


def standing_paths(settings: Settings) -> list[Path]:
    """The paths that the index in service was built from, and what was fetched.

    A path that is no longer there is kept: that articles are missing must be told, not done. Raises
    StoreError where the index names none, as one that was imported: nobody has said yet what to
    build from, and its articles are not to go unasked.
    """
    try:
        facts = index_store(settings).facts()
    except StoreError:
        return corpus_paths(settings, ())  # a build mends it, and says so
    if not facts.roots:
        raise StoreError("index-without-folders", shown=settings.data_dir)
    return with_fetched(settings, map(Path, facts.roots))


def with_fetched(settings: Settings, paths: Iterable[Path]) -> list[Path]:
    """These paths and what was fetched, if anything was; each once."""
    fetched = fetched_dir(settings)
    wanted = [*paths, fetched] if fetched.exists() else list(paths)
    told_apart = {os.path.abspath(path): path for path in reversed(wanted)}  # noqa: PTH100
    return list(reversed(told_apart.values())) or [settings.corpus_dir]


_LIMITS = FetchLimits()


def open_gatherer(
    settings: Settings,
    *,
    limit: int = ARTICLES_PER_LIST,
    news: bool = False,
    root: Path | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> Gatherer:
    """What fetches addresses below `root`, the fetched articles' folder unless another is given.

    Close its `fetcher` when done.
    """
    # New attempts are part of the job; those that fail in the end are told.
    logging.getLogger("stamina").setLevel(logging.ERROR)
    fetcher = Fetcher(
        version("selon"),
        contact=settings.fetch_contact,
        guard=Guard(allowed_hosts(settings.fetch_allow)),
        limits=_LIMITS,
        sleep=sleep,
    )
    return Gatherer(fetcher, Shelf(root or fetched_dir(settings)), limit, news)
