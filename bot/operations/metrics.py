"""Prometheus metrics of this process, since its start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
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
from index.store.builder_status import BuilderStatus

Doubt = Literal["reply lost", "process died"]
_Way = Literal["message", "inline", "guest", "web"]

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120)
_MOMENTS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 5)


@dataclass(frozen=True, slots=True)
class Now:
    """Gauges that are computed when the metrics are read."""

    waiting: Callable[[], int]
    under_way: Callable[[], int]
    generation_age: Callable[[], float]


class Meters:
    """The metrics, with the help texts that /metrics shows."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._last_contact = self._dealt_with = time.monotonic()
        self.last_update: datetime | None = None  # accepted, in UTC
        self.poll_status = 0  # of the last request for updates; 0: no reply
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self._answers = counter(
            "selon_answers",
            "Questions by outcome (sure, perhaps, no, help), author of the answer (articles, "
            "model, nobody) and way (message, inline, guest, web)",
            ["outcome", "by", "way"],
        )
        self._fallbacks = counter(
            "selon_fallbacks",
            "Answers whose sentences no chat model could choose, by reason",
            ["reason"],
        )
        self.reply_seconds = histogram(
            "selon_reply_seconds",
            "From an update's arrival here until everything about it was sent",
            buckets=_SECONDS,
        )
        self.record_seconds = histogram(
            "selon_record_seconds",
            "From Telegram's acceptance of a message to its record; a crash in between sends it "
            "twice",
            buckets=_MOMENTS,
        )
        self.failures = counter("selon_failures", "Updates that could not be handled")
        self.unreadable_updates = counter(
            "selon_unreadable_updates", "Updates set aside because they cannot be parsed"
        )
        self._requests = counter(
            "selon_telegram_requests",
            "Requests to the Bot API by method and status (0: no reply)",
            ["method", "status"],
        )
        self._last = gauge(
            "selon_last_update_timestamp_seconds",
            "Time of the last accepted update (0: none since the start)",
        )
        self._healthy = gauge(
            "selon_healthy", "Result of each check of /healthz, 1 or 0", ["check"]
        )
        self._probe_seconds = gauge(
            "selon_probe_seconds", "Duration of the last probe of each check", ["check"]
        )
        self._doubts = counter(
            "selon_possible_second_replies",
            "Messages sent again that Telegram may have accepted already",
            ["cause"],
        )
        self._waiting = gauge("selon_waiting", "Updates that wait for a slot")
        self._under_way = gauge("selon_under_way", "Updates under way")
        self._age = gauge("selon_index_age_seconds", "Age of the index in service")
        self._builder_seen = gauge(
            "selon_builder_seen_timestamp_seconds",
            "Time when the builder of the index last built or looked for changes (0: not known)",
        )
        self._build = gauge(
            "selon_last_build_timestamp_seconds", "End of the last build (0: not known)"
        )
        self._build_seconds = gauge("selon_last_build_seconds", "Duration of the last build")
        self._build_failed = gauge("selon_last_build_failed", "1 if the last build failed")
        self._build_articles = gauge(
            "selon_last_build_articles",
            "Articles in the index after the last build that did not fail",
        )

    def count_answer(self, answer: Answer, way: _Way) -> None:
        by = "nobody" if answer.help else "model" if answer.chosen_by else "articles"
        self._answers.labels(answer.outcome, by, way).inc()
        if answer.fallback is not None:
            self._fallbacks.labels(answer.fallback).inc()

    def count_request(self, method: str, status: int) -> None:
        if method == "getUpdates":
            self.poll_status = status
        self._requests.labels(method, str(status)).inc()

    def note_poll(self) -> None:
        """Call when Telegram has no update."""
        self._last_contact = time.monotonic()

    def note_update(self) -> None:
        """Call when an update is stored, to be confirmed to Telegram next."""
        self._last_contact = time.monotonic()
        self.last_update = datetime.now(UTC)
        self._last.set(self.last_update.timestamp())

    def note_completion(self) -> None:
        """Call when an update is completed."""
        self._dealt_with = time.monotonic()

    def observe_probe(self, check: str, seconds: float) -> None:
        self._probe_seconds.labels(check).set(seconds)

    def count_doubt(self, cause: Doubt) -> None:
        self._doubts.labels(cause).inc()

    def note_builder(self, status: BuilderStatus | None) -> None:
        if status is None:
            return
        self._builder_seen.set(status.seen)
        self._build.set(status.built or 0)
        self._build_seconds.set(status.seconds)
        self._build_failed.set(status.outcome == "failed")
        self._build_articles.set(status.articles)

    @property
    def silence(self) -> float:
        """Seconds since Telegram last replied to a request for updates."""
        return time.monotonic() - self._last_contact

    @property
    def standstill(self) -> float:
        """Seconds since an update was completed, or since the start."""
        return time.monotonic() - self._dealt_with

    @contextmanager
    def watch(self, now: Now, checks: Mapping[str, Callable[[], str | None]]) -> Iterator[None]:
        """Compute the gauges on demand for the duration of the block."""
        self._last_contact = self._dealt_with = time.monotonic()
        gauges = (
            (self._waiting, now.waiting),
            (self._under_way, now.under_way),
            (self._age, now.generation_age),
        )
        for gauge, ask in gauges:
            gauge.set_function(ask)
        for name, check in checks.items():
            self._healthy.labels(name).set_function(partial(_health, check))
        try:
            yield
        finally:
            self._healthy.clear()
            for gauge, _ in gauges:
                gauge.set_function(lambda: 0.0)


def _health(check: Callable[[], str | None]) -> float:
    return float(check() is None)


METERS = Meters()  # of this process
