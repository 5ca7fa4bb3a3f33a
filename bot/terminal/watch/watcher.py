"""Watcher: rebuilds the index after changes, one build at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bot.terminal.watch.lines import WatchLines
from index.errors import BuildLocked, BuildStopped
from index.ingestion.builder import BuildReport

_STEP = 0.05  # seconds between checks of the signals
_PATIENCE = 120.0  # seconds after which a change no longer waits for further ones


class StopSignal:
    """Stop signal without a lock, since a signal handler may set it at any time."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait this long or until the stop signal; return True if it is set."""
        end = time.monotonic() + seconds
        while not self._is_set and (seconds_left := end - time.monotonic()) > 0:
            time.sleep(min(seconds_left, _STEP))
        return self._is_set


class ChangeSignal:
    """Signals changes since the last build. Thread-safe."""

    def __init__(
        self, patience: float = _PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._since: float | None = None
        self._again: float | None = None
        self._lock = threading.Lock()
        self._holds = 0

    def mark(self) -> None:
        if self._since is None:
            self._since = self._clock()

    def mark_in(self, seconds: float) -> None:
        """Request a build within this time, or an earlier one that was requested."""
        at = self._clock() + seconds
        self._again = at if self._again is None else min(at, self._again)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Delay builds during the block, to build once for several changes."""
        with self._lock:
            self._holds += 1
        try:
            yield
        finally:
            with self._lock:
                self._holds -= 1

    def take(self, stop: StopSignal, beat: Callable[[], None] = lambda: None) -> bool:
        """Wait for a change and clear it, calling `beat` meanwhile; return False on the stop
        signal."""
        while not stop.is_set():
            beat()
            if self._again is not None and self._clock() >= self._again:
                self.mark()
            since = self._since
            if since is not None and (not self._holds or self._clock() - since > self._patience):
                self._since = self._again = None  # later changes need another build
                return True
            stop.wait(_STEP)
        return False


# Seconds before retrying a failed build without a change, since disk, network or model may have
# recovered. The last value repeats.
AGAIN_SECONDS = (60.0, 300.0, 900.0, 3600.0)

RETRY = 3.0  # seconds between attempts while another process builds
_FAREWELL = 2.0  # seconds for threads to end

logger = logging.getLogger(__name__)

# Builds the index, polling its argument for the stop signal. Raises what
# `index.ingestion.builder.build` raises.
Build = Callable[[Callable[[], bool]], BuildReport]


class Watcher:
    """Builds at the start, then after each change and, after a failure, with delays, until the stop
    signal.

    `followers` run in threads of their own and mark `changes`. `beat` is called often while all of
    them are alive.
    """

    def __init__(
        self,
        build: Build,
        followers: Sequence[Callable[[], None]],
        changes: ChangeSignal,
        teller: WatchLines,
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
        # Daemons: one that waits for a slow site must not block exit.
        threads = [threading.Thread(target=follower, daemon=True) for follower in self._followers]
        for thread in threads:
            thread.start()

        def beat() -> None:
            if all(thread.is_alive() for thread in threads):
                self._beat()

        self._changes.mark()  # for changes before the start
        try:
            while self._changes.take(self._stop, beat):
                self._rebuild()
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(_FAREWELL)

    def _rebuild(self) -> None:
        is_waiting = False
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                report = self._build(self._stop.is_set)
            except BuildStopped:
                return
            except BuildLocked as error:
                if not is_waiting:
                    self._teller.waiting(error)
                is_waiting = True
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
