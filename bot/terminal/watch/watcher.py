"""Watcher: the index rebuilt whenever something changed, one build at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from index.build.builder import BuildReport
from index.errors import BuildLocked, BuildStopped

_STEP = 0.05  # seconds between two looks at what others have said
_PATIENCE = 120.0  # seconds after which a change is no longer held back by what is still coming in


class StopSignal:
    """Whether all must end. Without a lock: a signal handler may set it at any moment."""

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        self._asked = True

    def is_set(self) -> bool:
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until all must end; whether it must."""
        end = time.monotonic() + seconds
        while not self._asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _STEP))
        return self._asked


class ChangeSignal:
    """That something has changed since the index was last built. For several threads."""

    def __init__(
        self, patience: float = _PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._since: float | None = None
        self._again: float | None = None
        self._held = 0

    def mark(self) -> None:
        if self._since is None:
            self._since = self._clock()

    def mark_in(self, seconds: float) -> None:
        """Something is to be built for then at the latest."""
        self._again = self._clock() + seconds

    @contextmanager
    def hold(self) -> Iterator[None]:
        """While more is coming in: one build for all of it, not one for each. For one thread."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def take(self, stop: StopSignal, beat: Callable[[], None] = lambda: None) -> bool:
        """Wait for a change to build for, and take it; False when all must end. Calls `beat`
        meanwhile."""
        while not stop.is_set():
            beat()
            if self._again is not None and self._clock() >= self._again:
                self.mark()
            since = self._since
            if since is not None and (not self._held or self._clock() - since > self._patience):
                self._since = self._again = None  # what changes during the build counts anew
                return True
            stop.wait(_STEP)
        return False


# Seconds after which what could not be built is tried again although nothing has changed: the
# disk, the network or the model may be better by then. The last one for ever.
AGAIN_SECONDS = (60.0, 300.0, 900.0, 3600.0)

RETRY = 3.0  # seconds between two tries while another process is building
_FAREWELL = 2.0  # seconds that a thread has to end by itself

logger = logging.getLogger(__name__)

# Builds the index, asking what it is given whether it must stop. Raises as
# `index.build.builder.build`.
Build = Callable[[Callable[[], bool]], BuildReport]


class _Teller(Protocol):
    """Hears what comes of the builds."""

    def rebuilt(self, report: BuildReport, seconds: float) -> None: ...

    def not_rebuilt(self, error: Exception) -> None: ...

    def waiting(self, error: BuildLocked) -> None: ...


class Watcher:
    """Builds once at the beginning, then after each change or, where it could not, after a while,
    until all must end.

    `followers` are run in threads of their own; they mark `changes`. `beat` is called often, as
    long as all of them are at work.
    """

    def __init__(
        self,
        build: Build,
        followers: Sequence[Callable[[], None]],
        changes: ChangeSignal,
        teller: _Teller,
        stop: StopSignal,
        retry: float = RETRY,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._beat = beat
        self._build = build
        self._followers = followers
        self._changes = changes
        self._teller = teller
        self._stop = stop
        self._retry = retry
        self._failures = 0

    def run(self) -> None:
        # Daemons: one that waits for a silent site must not keep the process.
        threads = [threading.Thread(target=each, daemon=True) for each in self._followers]
        for thread in threads:
            thread.start()

        def beat() -> None:
            if all(thread.is_alive() for thread in threads):
                self._beat()

        self._changes.mark()  # what changed while nobody watched
        try:
            while self._changes.take(self._stop, beat):
                self._rebuild()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(_FAREWELL)

    def _rebuild(self) -> None:
        waiting = False
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                report = self._build(self._stop.is_set)
            except BuildStopped:
                return
            except BuildLocked as error:
                if not waiting:
                    self._teller.waiting(error)
                waiting = True
                self._stop.wait(self._retry)
                continue
            except Exception as error:
                logger.debug("The build failed", exc_info=error)
                self._teller.not_rebuilt(error)
                pauses = AGAIN_SECONDS
                self._changes.mark_in(pauses[min(self._failures, len(pauses) - 1)])
                self._failures += 1
                return
            self._failures = 0
            if report.switched:
                self._teller.rebuilt(report, time.monotonic() - began)
            return
