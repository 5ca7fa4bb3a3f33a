"""`selon watch`: watching folders and sources, with a line per event."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.command import DONE
from bot.errors import FeedingError
from bot.library.builder_log import BuilderLog
from bot.library.paths import add_fetched_folder, fetched_dir, standing_paths
from bot.library.sources import hidden_ids, load_sources, restore_hidden
from bot.settings import Settings, index_store
from bot.terminal.progress import handle_signals
from bot.terminal.watch.folders import Folders
from bot.terminal.watch.followers import SourceFollowers
from bot.terminal.watch.lines import WatchLines
from bot.terminal.watch.watcher import RETRY, Build, ChangeSignal, StopSignal, Watcher
from index.formats.publication import next_release
from index.store.disk import translate_disk_errors

if TYPE_CHECKING:
    from index.ingestion.builder import BuildReport
    from index.models.base import Embedder


def watch(settings: Settings, paths: Sequence[Path]) -> int:
    """Keep the index up to date with folders and sources until Ctrl-C or SIGTERM. Raises
    FeedingError, SettingsError."""
    sources = load_sources(settings)
    paths = _watched_paths(settings, paths, alone=not sources)
    stop, changes, lines = StopSignal(), ChangeSignal(), WatchLines(settings.language)
    workplace = index_store(settings).workplace
    ours = [Path(os.path.abspath(workplace))]  # noqa: PTH100 - as followed
    followers: list[Callable[[], None]] = [
        Folders(paths, ours, changes, stop, lines.polling).follow,
        SourceFollowers(settings, changes, lines, stop).follow,
    ]
    lines.watching(len(paths), len(sources))

    def end() -> None:
        stop.set()
        lines.stopping()

    with handle_signals(end, signal.SIGINT, signal.SIGTERM):
        log = BuilderLog(index_store(settings))
        build = partial(log.run, _builder(settings, paths, changes))
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
    if alone and not any(path.exists() for path in typed or standing_paths(settings)):
        raise FeedingError("watch-nothing")
    # Even while empty: `selon add` or a source may fill it at any time.
    with translate_disk_errors(settings.data_dir):
        fetched_dir(settings).mkdir(parents=True, exist_ok=True)
    return add_fetched_folder(settings, typed or standing_paths(settings))


def _builder(settings: Settings, paths: Sequence[Path], changes: ChangeSignal) -> Build:
    """Create a builder that loads the model at the first build and keeps it. It builds again when
    an embargo ends."""
    embedders: list[Embedder] = []

    def build(stop: Callable[[], bool]) -> BuildReport:
        from bot.embedder import open_embedder
        from bot.library.format_options import load_format_options
        from bot.rights import keep_apart
        from index.ingestion.builder import build

        if not embedders:
            embedders.append(open_embedder(settings, lazy=True))
        options, hidden = load_format_options(settings.data_dir), hidden_ids(settings)
        options = keep_apart(settings, options, paths)
        report = build(paths, index_store(settings), embedders[0], options=options, stop=stop)
        if restore_hidden(settings, hidden):
            changes.mark()
        if (end := next_release(report.skipped)) is not None:
            changes.mark_in(max(0.0, (end - datetime.now(UTC)).total_seconds()))
        return report

    return build
