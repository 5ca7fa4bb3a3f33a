"""What is counted for Prometheus: by this process, since it started."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from bot.answer import Answer

Doubt = Literal["reply lost", "process died"]
_Way = Literal["message", "inline"]

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120)
_MOMENTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5)


@dataclass(frozen=True, slots=True)
class Now:
    """What is asked for when the figures are read."""

    waiting: Callable[[], int]
    under_way: Callable[[], int]
    generation_age: Callable[[], float]


class Meters:
    """The figures; each has its help, which /metrics shows."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._heard = -math.inf
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._answers = Counter(
            "selon_answers",
            "Questions by what became of them (sure, perhaps, no), who wrote (articles, model) "
            "and how they came (message, inline)",
            ["outcome", "by", "way"],
            registry=registry,
        )
        self._dropped = Counter(
            "selon_dropped_sentences",
            "Sentences that a chat model wrote and the articles do not bear out",
            ["fault"],
            registry=registry,
        )
        self._fallbacks = Counter(
            "selon_fallbacks",
            "Answers in the articles' own sentences because no chat model could write them",
            ["reason"],
            registry=registry,
        )
        self._replied = Histogram(
            "selon_reply_seconds",
            "From an update's arrival here until everything about it was sent",
            buckets=_SECONDS,
            registry=registry,
        )
        self._recorded = Histogram(
            "selon_record_seconds",
            "From Telegram's taking a message until the database knows: who dies in it says it "
            "twice",
            buckets=_MOMENTS,
            registry=registry,
        )
        self._failures = Counter(
            "selon_failures", "Updates that could not be handled", registry=registry
        )
        self._set_aside = Counter(
            "selon_unreadable_updates",
            "Updates set aside because they are not as the Bot API writes them",
            registry=registry,
        )
        self._requests = Counter(
            "selon_telegram_requests",
            "Requests to the Bot API by method and status (0: no reply)",
            ["method", "status"],
            registry=registry,
        )
        self._doubts = Counter(
            "selon_possible_second_replies",
            "Messages sent again that Telegram may have taken before",
            ["cause"],
            registry=registry,
        )
        self._waiting = Gauge("selon_waiting", "Updates that wait for a turn", registry=registry)
        self._under_way = Gauge("selon_under_way", "Updates under way", registry=registry)
        self._age = Gauge(
            "selon_index_age_seconds", "Since the index in service was built", registry=registry
        )

    def answered(self, answer: Answer, way: _Way) -> None:
        self._answers.labels(answer.outcome, "model" if answer.model else "articles", way).inc()
        for dropped in answer.dropped:
            self._dropped.labels(dropped.fault).inc()
        if answer.fallback is not None:
            self._fallbacks.labels(answer.fallback).inc()

    def replied(self, seconds: float) -> None:
        self._replied.observe(seconds)

    def recorded(self, seconds: float) -> None:
        self._recorded.observe(seconds)

    def failed(self) -> None:
        self._failures.inc()

    def set_aside(self) -> None:
        self._set_aside.inc()

    def requested(self, method: str, status: int) -> None:
        if status:
            self._heard = time.monotonic()
        self._requests.labels(method, str(status)).inc()

    def doubted(self, cause: Doubt) -> None:
        self._doubts.labels(cause).inc()

    @property
    def silence(self) -> float:
        """Seconds since Telegram replied to anything."""
        return time.monotonic() - self._heard

    @contextmanager
    def watching(self, now: Now) -> Iterator[None]:
        """While this lasts, what is so at this moment is asked for."""
        gauges = (
            (self._waiting, now.waiting),
            (self._under_way, now.under_way),
            (self._age, now.generation_age),
        )
        for gauge, ask in gauges:
            gauge.set_function(ask)
        try:
            yield
        finally:
            for gauge, _ in gauges:
                gauge.set_function(lambda: 0.0)


METERS = Meters()
"""Those of this process."""
