"""Watcher: the index rebuilt whenever something changed, one build at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.terminal.watch.watcher_feeding_changes import Changes, Stop
from index.build.builder_index_report import BuildReport
from index.errors import BuildLocked, BuildStopped

RETRY = 3.0
"""Seconds between two tries while another process is building."""

_FAREWELL = 2.0  # seconds that a thread has to end by itself

logger = logging.getLogger(__name__)

Build = Callable[[Callable[[], bool]], BuildReport]
"""Builds the index, asking what it is given whether it must stop. Raises as
`index.build.builder.build`."""


class Teller(Protocol):
    """Hears what comes of the builds."""

    def rebuilt(self, report: BuildReport, seconds: float) -> None: ...

    def not_rebuilt(self, error: Exception) -> None: ...

    def waiting(self, error: BuildLocked) -> None: ...


class Watcher:
    """Builds once at the beginning, then after each change, until all must end.

    `followers` are run in threads of their own; they mark `changes`.
    """

    def __init__(
        self,
        build: Build,
        followers: Sequence[Callable[[], None]],
        changes: Changes,
        teller: Teller,
        stop: Stop,
        retry: float = RETRY,
    ) -> None:
        self._build = build
        self._followers = followers
        self._changes = changes
        self._teller = teller
        self._stop = stop
        self._retry = retry

    def run(self) -> None:
        # Daemons: one that waits for a silent site must not keep the process.
        threads = [threading.Thread(target=each, daemon=True) for each in self._followers]
        for thread in threads:
            thread.start()
        self._changes.mark()  # what changed while nobody watched
        try:
            while self._changes.take(self._stop):
                self._rebuild()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(_FAREWELL)

    def _rebuild(self) -> None:
        told = False
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                report = self._build(self._stop.is_set)
            except BuildStopped:
                return
            except BuildLocked as error:
                if not told:
                    self._teller.waiting(error)
                told = True
                self._stop.wait(self._retry)
                continue
            except Exception as error:  # the next change tries again
                logger.debug("The build failed", exc_info=error)
                self._teller.not_rebuilt(error)
                return
            if report.switched:
                self._teller.rebuilt(report, time.monotonic() - began)
            return
