"""Who may use a database that lets in one at a time: in turn, but what is urgent first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock. SQLite's own makes those who wait look again after longer and longer pauses."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._taken = False
        self._waiting = {True: 0, False: 0}

    @property
    def waiting(self) -> int:
        with self._free:
            return sum(self._waiting.values())

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block."""
        with self._free:
            self._waiting[urgent] += 1
            self._free.wait_for(lambda: not self._taken and (urgent or not self._waiting[True]))
            self._waiting[urgent] -= 1
            self._taken = True
        try:
            yield
        finally:
            with self._free:
                self._taken = False
                self._free.notify_all()
