"""What the threads of `selon watch` tell each other: that something changed, and that all ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STEP = 0.05
"""Seconds between two looks at what others have said."""

PATIENCE = 120.0
"""Seconds after which a change is no longer held back by what is still coming in."""


class Stop:
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


class Changes:
    """That something has changed since the index was last built. For several threads."""

    def __init__(
        self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._since: float | None = None
        self._held = 0

    def mark(self) -> None:
        if self._since is None:
            self._since = self._clock()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """While more is coming in: one build for all of it, not one for each. For one thread."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def take(self, stop: Stop) -> bool:
        """Wait for a change to build for, and take it; False when all must end."""
        while not stop.is_set():
            since = self._since
            if since is not None and (not self._held or self._clock() - since > self._patience):
                self._since = None  # before the build: what changes during it counts anew
                return True
            stop.wait(_STEP)
        return False
