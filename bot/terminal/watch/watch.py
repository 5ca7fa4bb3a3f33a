"""`selon watch`: watching folders and feeds, with a line per event."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.command import DONE
from bot.errors import FeedingError
from bot.library.builder_log import BuilderLog
from bot.library.gatherer import open_gatherer
from bot.library.paths import add_fetched_folder, fetched_dir, standing_paths
from bot.settings import Settings, index_store
from bot.terminal.progress import handle_signals
from bot.terminal.watch.feeds import Interrupted, Poller
from bot.terminal.watch.folders import Folders
from bot.terminal.watch.lines import WatchLines
from bot.terminal.watch.watcher import RETRY, Build, ChangeSignal, StopSignal, Watcher
from index.errors import FetchError
from index.fetch.address import Address
from index.store.disk import translate_disk_errors

if TYPE_CHECKING:
    from index.ingestion.builder import BuildReport
    from index.models.base import Embedder


_SHORTEST, _LONGEST = 10.0, 30 * 86400.0  # seconds between polls of a feed
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "mn": 60, "h": 3600, "d": 86400, "j": 86400}

_PART = re.compile(r"(\d{1,9}(?:[.,]\d+)?)\s*(sec|min|mn|[smhdj])\s*", re.IGNORECASE)


def parse_duration(text: str) -> float:
    """Parse `15m`, `2h`, `90s`, `1h30m` or `1 j` to seconds. Raises ValueError if invalid or out of
    range."""
    parts = list(_PART.finditer(text.strip()))
    if not parts or "".join(part[0] for part in parts) != text.strip():
        raise ValueError(f"{text!r} is no duration")
    seconds = sum(float(part[1].replace(",", ".")) * _UNITS[part[2].lower()] for part in parts)
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ValueError(f"{text!r} is not between {_SHORTEST:g} s and {_LONGEST:g} s")
    return seconds


def watch(
    settings: Settings, paths: Sequence[Path], addresses: Sequence[str], interval: str
) -> int:
    """Keep the index up to date with folders and feeds until Ctrl-C or SIGTERM.

    `addresses` are feeds, polled every `interval` (`15m`). Raises FeedingError.
    """
    try:
        every = parse_duration(interval)
    except ValueError as error:
        raise FeedingError("duration-unclear", subject=f"--every {interval}") from error
    try:
        feeds = list(dict.fromkeys(Address.parse(address).url for address in addresses))
    except FetchError as error:
        raise FeedingError(error.problem, subject=error.subject) from error
    paths = _watched_paths(settings, paths, alone=not feeds)
    stop, changes, lines = StopSignal(), ChangeSignal(), WatchLines(settings.language)

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted

    workplace = index_store(settings).workplace
    ours = [Path(os.path.abspath(workplace))]  # noqa: PTH100 - as followed
    followers: list[Callable[[], None]] = [
        Folders(paths, ours, changes, stop, lines.polling).follow
    ]
    if feeds:
        gatherer = open_gatherer(settings, news=True, sleep=sleep)
        followers.append(Poller(gatherer, feeds, every, changes, lines, stop).follow)
    lines.watching(len(paths), len(feeds), every)

    def end() -> None:
        stop.set()
        lines.stopping()

    with handle_signals(end, signal.SIGINT, signal.SIGTERM):
        log = BuilderLog(index_store(settings))
        build = partial(log.run, _builder(settings, paths))
        Watcher(build, followers, changes, lines, stop, RETRY, log.beat).run()
    lines.stopped()
    return DONE


def _watched_paths(settings: Settings, typed: Sequence[Path], *, alone: bool) -> list[Path]:
    """Return the typed paths, by default those of the current index, and the folder of fetched
    articles.

    Paths of the index may be missing for now. Raises FeedingError for a typed path that does not
    exist, or if there are no paths and they are watched `alone`.
    """
    for path in typed:
        if not path.exists():
            raise FeedingError("watch-path-missing", subject=path)
    paths = typed or standing_paths(settings)
    if alone and not any(path.exists() for path in paths):
        raise FeedingError("watch-nothing")
    # Even while empty: `selon add` may fill it at any time.
    with translate_disk_errors(settings.data_dir):
        fetched_dir(settings).mkdir(parents=True, exist_ok=True)
    return add_fetched_folder(settings, paths)


def _builder(settings: Settings, paths: Sequence[Path]) -> Build:
    """Create a builder that loads the model at the first build and keeps it."""
    embedders: list[Embedder] = []

    def build(stop: Callable[[], bool]) -> BuildReport:
        from bot.embedder import open_embedder
        from bot.library.format_options import load_format_options
        from index.ingestion.builder import build

        if not embedders:
            embedders.append(open_embedder(settings, lazy=True))
        options = load_format_options(settings.data_dir)
        return build(paths, index_store(settings), embedders[0], options=options, stop=stop)

    return build
