"""Periodic readings of the sources, each in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing

from bot.errors import SettingsError
from bot.library.sources import load_sources, read_source
from bot.settings import Settings
from bot.terminal.watch.lines import WatchLines
from bot.terminal.watch.watcher import ChangeSignal, StopSignal
from index.fetch.gatherer import FailedAddress, GatheredAddress
from index.fetch.source import SourceSettings

SLOWEST = 16  # maximum factor by which the interval of a failing source grows
_LOOK_SECONDS = 2.0  # between looks at the file of sources
_STEP_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Interrupted(BaseException):
    """Shutdown during a fetch; not a fetch error."""


class SourceFollowers:
    """Reads each source every so often until the stop signal, a failing one less often.

    The file of sources is read again when it changes. A failure of one article is reported once.
    """

    def __init__(
        self,
        settings: Settings,
        changes: ChangeSignal,
        teller: WatchLines,
        stop: StopSignal,
    ) -> None:
        self._settings = settings
        self._changes = changes
        self._teller = teller
        self._stop = stop
        self._sources: Mapping[str, SourceSettings] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._known_problems: set[tuple[str, str, str]] = set()

    def follow(self) -> None:
        """Keep a thread for each source of the file."""
        stamp: object = None
        while not self._stop.is_set():
            now = self._stamp()
            if now != stamp:
                stamp = now
                try:
                    self._sources = load_sources(self._settings)
                except SettingsError as error:  # the sources known before go on
                    self._teller.trouble(str(self._settings.sources), error)
            for name in self._sources:
                thread = self._threads.get(name)
                if thread is None or not thread.is_alive():
                    thread = threading.Thread(target=self._follow, args=(name,), daemon=True)
                    self._threads[name] = thread
                    thread.start()
            self._stop.wait(_LOOK_SECONDS)
        for thread in self._threads.values():
            thread.join(_STEP_SECONDS)

    def _stamp(self) -> object:
        try:
            status = self._settings.sources.stat()
        except OSError:
            return None, None
        return status.st_mtime_ns, status.st_ino

    def _follow(self, name: str) -> None:
        failures, due = 0, time.monotonic()
        while not self._stop.is_set() and (source := self._sources.get(name)) is not None:
            if time.monotonic() < due:
                self._stop.wait(_STEP_SECONDS)
                continue
            failures = 0 if self.read(source) else failures + 1
            due = time.monotonic() + source.every * min(2**failures, SLOWEST)

    def read(self, source: SourceSettings) -> bool:
        """Read one source; return True on success."""
        counts: Counter[str] = Counter()
        try:
            with self._changes.hold():
                try:
                    self._read(source, counts)
                finally:
                    if counts["added"] or counts["updated"] or counts["removed"]:
                        self._changes.mark()
                        self._teller.news(source.name, counts)
        except Interrupted:
            return True
        except Exception as error:  # the other sources go on
            logger.debug("The source failed", exc_info=error)
            self._teller.trouble(source.name, error)
            return False
        return True

    def _read(self, source: SourceSettings, counts: Counter[str]) -> None:
        def sleep(seconds: float) -> None:
            if self._stop.wait(seconds):
                raise Interrupted

        with closing(read_source(self._settings, source, sleep)) as events:
            for event in events:
                if isinstance(event, GatheredAddress):
                    counts[event.state] += 1
                elif isinstance(event, FailedAddress):
                    key = (source.name, event.address, event.error.code)
                    if key not in self._known_problems:
                        self._known_problems.add(key)
                        self._teller.event(event)
                if self._stop.is_set() or source.name not in self._sources:
                    raise Interrupted
