"""A circuit breaker: a server that has failed several times in a row is left alone for a moment."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from index.errors import StoreError

FAILURES = 3
"""In a row, after which a server is left alone."""

PAUSE_SECONDS = 5.0
"""For so long; then one question tries it, and the others fail at once until that has ended."""

_TRIES = 2  # that a question brings a server at once

_UNREACHABLE = "postgres-unreachable"


class CircuitBreaker:
    """Counts how often in a row a server could not be reached. For several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # never held while a server is asked
        self._failures = 0
        self._tries = 0
        self._open_until = -math.inf
        self._last: StoreError | None = None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around a question to the server. Raises StoreError, the last one, where it is left
        alone."""
        self._enter()
        failure: StoreError | None = None
        try:
            yield
        except StoreError as error:
            # Whatever else is wrong was said by the server.
            failure = error if error.code == _UNREACHABLE else None
            raise
        finally:
            self._note(failure)

    def _enter(self) -> None:
        with self._lock:
            if self._last is None or self._failures < FAILURES:
                return
            if self._clock() < self._open_until or self._tries >= _TRIES:
                raise StoreError(self._last.problem, shown=self._last.shown)
            self._tries += 1

    def _note(self, failure: StoreError | None) -> None:
        with self._lock:
            self._last = failure
            self._failures = self._failures + 1 if failure else 0
            self._tries = 0
            self._open_until = self._clock() + PAUSE_SECONDS
