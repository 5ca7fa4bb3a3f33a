"""How much of a site's time and of ours one address may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    `total` bounds what one address takes with its redirects and new attempts, waiting between
    requests left out; `silence` is the longest pause within an answer. `interval` is the least time
    between two requests to a host, `patience` the longest that a site may ask for.
    """

    size: int = 64 * 2**20
    total: float = 120.0
    silence: float = 20.0
    redirects: int = 5
    attempts: int = 3
    backoff: float = 1.0
    interval: float = 1.0
    patience: float = 60.0


class Deadline:
    """The time left to one address; waiting for a site's sake does not count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = 0.0

    def start(self, seconds: float) -> None:
        self._end = self._clock() + seconds

    def extend(self, seconds: float) -> None:
        self._end += seconds

    def left(self) -> float:
        return self._end - self._clock()


class Pace:
    """Keeps two requests to one host apart."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._asked: dict[str, float] = {}

    def wait(self, host: str, interval: float) -> float:
        """Wait until the host may be asked again; the seconds waited."""
        now = self._clock()
        pause = max(0.0, self._asked.get(host, now - interval) + interval - now)
        if pause:
            self._sleep(pause)
        self._asked[host] = self._clock()
        return pause
