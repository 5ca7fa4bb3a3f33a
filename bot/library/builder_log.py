"""BuilderLog: notes with the index that this process builds it, or looks for changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from index.build.builder import BuildReport
from index.errors import BuildLocked, BuildStopped, IndexingError
from index.store.base import IndexStore
from index.store.builder_status import BuilderStatus, BuildOutcome

BEAT_SECONDS = 60.0  # between two notes that the builder is at work

logger = logging.getLogger(__name__)


class BuilderLog:
    """What cannot be noted is only logged: building matters more, and a silent builder is an alert.

    For one thread.
    """

    def __init__(self, store: IndexStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._status: BuilderStatus | None = None

    def beat(self) -> None:
        """Note that the builder is at work, if BEAT_SECONDS have passed since it last did."""
        now = self._clock()
        if self._status is None or not 0 <= now - self._status.seen < BEAT_SECONDS:
            self._note(replace(self._known(now), seen=now))

    def run(
        self, build: Callable[[Callable[[], bool]], BuildReport], stop: Callable[[], bool]
    ) -> BuildReport:
        """Build, note the outcome, and beat whenever the build polls `stop`. Raises as it does."""

        def poll() -> bool:
            self.beat()
            return stop()

        self.beat()
        began = time.monotonic()
        try:
            report = build(poll)
        except (BuildLocked, BuildStopped):
            raise
        except Exception:
            self._note_build(began, None)
            raise
        self._note_build(began, report)
        return report

    def _note_build(self, began: float, report: BuildReport | None) -> None:
        now, seconds = self._clock(), time.monotonic() - began
        known, outcome = self._known(now), _outcome(report)
        articles = known.articles if report is None else report.articles
        self._note(BuilderStatus(now, now, seconds, outcome, articles))

    def _known(self, now: float) -> BuilderStatus:
        """What was noted last, here or by an earlier process."""
        if self._status is None:
            try:
                self._status = self._store.builder_status()
            except IndexingError as error:
                logger.info("What the builder did before cannot be read: %s", error)
        return self._status or BuilderStatus(now)

    def _note(self, status: BuilderStatus) -> None:
        self._status = status
        try:
            self._store.note_builder(status)
        except IndexingError as error:
            logger.info("What the builder does cannot be noted: %s", error)


def _outcome(report: BuildReport | None) -> BuildOutcome:
    if report is None:
        return "failed"
    return "switched" if report.switched else "unchanged"
