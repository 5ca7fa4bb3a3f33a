"""A model that keeps failing is left alone for a while, so that people need not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from bot.errors_models_errors import Fault, ModelFailed

State = Literal["closed", "open", "trying"]

FAILURES = 3
PAUSE_SECONDS = 60.0
_OF_THE_CALL: frozenset[Fault] = frozenset({"context", "rejected", "cancelled", "budget", "paused"})
"""What says something of the question or of the caller, not of the model's health."""


class Breaker:
    """Closed at first; open after so many failures in a row; after a pause, one call tries again.

    Used by one event loop; `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        model: str,
        failures: int = FAILURES,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._until = 0.0
        self._trying = False

    @property
    def state(self) -> State:
        if self._failures < self._limit:
            return "closed"
        return "trying" if self._trying else "open"

    def enter(self) -> None:
        """Before a call. Raises ModelFailed (`paused`) while the model is left alone."""
        left = self._until - self._clock()
        if self._failures >= self._limit:
            if self._trying or left > 0:
                raise ModelFailed("paused", self._model, retry_after=max(0.0, left))
            self._trying = True
        elif left > 0:  # the server itself has asked for it
            raise ModelFailed("paused", self._model, retry_after=left)

    def succeeded(self) -> None:
        """After a call that gave something."""
        self._failures, self._until, self._trying = 0, 0.0, False

    def failed(self, failure: ModelFailed) -> None:
        """After a call that failed."""
        self._trying = False
        if failure.kind in _OF_THE_CALL:
            return
        self._failures += 1
        if self._failures >= self._limit:
            self._until = self._clock() + max(self._pause, failure.retry_after or 0.0)
        elif failure.retry_after:
            self._until = self._clock() + failure.retry_after

    def abandoned(self) -> None:
        """After a call that somebody ended before it told anything."""
        self._trying = False
