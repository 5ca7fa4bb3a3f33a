"""BuilderLog: records in the index store when this process builds or looks for changes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from index.errors import BuildLocked, BuildStopped, IndexingError
from index.ingestion.builder import BuildReport
from index.store.base import IndexStore
from index.store.builder_status import BuilderStatus, BuildOutcome

BEAT_SECONDS = 60.0  # between heartbeats of the builder

logger = logging.getLogger(__name__)


class BuilderLog:
    """Errors are only logged: building matters more, and a silent builder triggers an alert.

    Not thread-safe.
    """

    def __init__(self, store: IndexStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._status: BuilderStatus | None = None

    def beat(self) -> None:
        """Record a heartbeat, unless the last one is less than BEAT_SECONDS old."""
        now = self._clock()
        if self._status is None or not 0 <= now - self._status.seen < BEAT_SECONDS:
            self._note(replace(self._last_status(now), seen=now))

    def run(
        self, build: Callable[[Callable[[], bool]], BuildReport], stop: Callable[[], bool]
    ) -> BuildReport:
        """Build, record the outcome, and beat whenever the build polls `stop`. Raises what `build`
        raises."""

        def poll() -> bool:
            self.beat()
            return stop()

        self.beat()
        start = time.monotonic()
        try:
            report = build(poll)
        except (BuildLocked, BuildStopped):
            raise
        except Exception:
            self._note_build(start, "failed", self._last_status(self._clock()).articles)
            raise
        self._note_build(start, "switched" if report.switched else "unchanged", report.articles)
        return report

    def _note_build(self, start: float, outcome: BuildOutcome, articles: int) -> None:
        now = self._clock()
        self._note(BuilderStatus(now, now, time.monotonic() - start, outcome, articles))

    def _last_status(self, now: float) -> BuilderStatus:
        """Load the last status of this or an earlier process."""
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
