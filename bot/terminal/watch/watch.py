"""`selon watch`: folders and feeds followed, and a line for whatever comes of it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from bot.errors_feeding_errors import FeedingError
from bot.library.paths import fetched_dir, standing_paths, with_fetched
from bot.library.paths_feeding_fetching import open_gatherer
from bot.locale.feeding import FeedingPhrases, feeding_phrases_for
from bot.settings import Settings
from bot.terminal.command import DONE
from bot.terminal.watch.feeds import Interrupted, Poller
from bot.terminal.watch.folders import Folders
from bot.terminal.watch.watch_feeding_durations import parse_duration
from bot.terminal.watch.watch_feeding_lines import Lines
from bot.terminal.watch.watcher import RETRY, Build, Watcher
from bot.terminal.watch.watcher_feeding_changes import Changes, Stop
from index.errors_web_errors import FetchError
from index.store.files.layout import Layout, storing
from index.web.address import Address

if TYPE_CHECKING:
    from index.build.builder_index_report import BuildReport
    from index.models.sentence_transformers import Embedder


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed after `selon watch`."""

    paths: Sequence[Path] = ()
    feeds: Sequence[str] = ()
    every: str = "15m"


def watch(settings: Settings, asked: Asked) -> int:
    """Keep the index in step with folders and feeds until Ctrl-C or SIGTERM."""
    phrases = feeding_phrases_for(settings.language)
    try:
        every = parse_duration(asked.every)
    except ValueError as error:
        raise FeedingError(phrases.no_duration(asked.every)) from error
    feeds = _feeds(asked, phrases)
    paths = _paths(settings, asked, phrases)
    stop, changes, lines = Stop(), Changes(), Lines(settings.language)
    index = Path(os.path.abspath(Layout(settings.data_dir).root))  # noqa: PTH100 - as followed
    followers: list[Callable[[], None]] = [
        Folders(paths, [index], changes, stop, lines.polling).follow
    ]
    if feeds:
        gatherer = open_gatherer(settings, news=True, sleep=_sleeping(stop))
        followers.append(Poller(gatherer, feeds, every, changes, lines, stop).follow)
    lines.watching(len(paths), len(feeds), every)
    with _ending(stop, lines.stopping):
        Watcher(_builder(settings, paths), followers, changes, lines, stop, RETRY).run()
    lines.stopped()
    return DONE


def _sleeping(stop: Stop) -> Callable[[float], None]:
    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted

    return sleep


@contextmanager
def _ending(stop: Stop, tell: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the work in good order; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal arrives here
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        tell()

    for number in before:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _feeds(asked: Asked, phrases: FeedingPhrases) -> list[str]:
    """The feeds asked for, in their one form, each once. Raises FeedingError."""
    try:
        return list(dict.fromkeys(Address.parse(feed).url for feed in asked.feeds))
    except FetchError as error:
        raise FeedingError(phrases.no_news(error.address, phrases.reason(error))) from error


def _paths(settings: Settings, asked: Asked, phrases: FeedingPhrases) -> list[Path]:
    """The paths asked for, or those of the index in service; and where fetched articles come.

    One of the index in service that is gone is waited for. Raises FeedingError for one typed that
    does not exist, or where there is nothing at all.
    """
    for path in asked.paths:
        if not path.exists():
            raise FeedingError(phrases.no_such_path(str(path)))
    paths = list(asked.paths) or standing_paths(settings)
    if not asked.feeds and not any(path.exists() for path in paths):
        raise FeedingError(phrases.nothing_to_watch)
    # There even while empty: `selon add` may fill it at any moment.
    with storing(settings.data_dir):
        fetched_dir(settings).mkdir(parents=True, exist_ok=True)
    return with_fetched(settings, asked.paths or standing_paths(settings))


def _builder(settings: Settings, paths: Sequence[Path]) -> Build:
    """The model is opened at the first build, and then kept."""
    opened: list[Embedder] = []

    def build(stop: Callable[[], bool]) -> BuildReport:
        from bot.assembly import open_embedder
        from bot.library.format_options import remembered
        from index.build.builder import build

        if not opened:
            opened.append(open_embedder(settings))
        options = remembered(settings.data_dir)
        return build(paths, settings.data_dir, opened[0], options=options, stop=stop)

    return build
