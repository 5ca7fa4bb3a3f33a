"""Trials of what a door needs, repeated: answering a question, writing the database, and the like.

They run every PROBE_SECONDS, regardless of how often the health is requested.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from bot.errors import SelonError
from bot.locale.errors import error_text
from bot.operations.metrics import METERS
from index.errors import IndexingError
from index.store.builder_status import BuilderStatus

PROBE_SECONDS = 60.0  # between trials
# Seconds after which a trial counts as failed; the next one waits for its end.
PROBE_PATIENCE_SECONDS = 20.0
_BUILT = "%Y%m%dT%H%M%S.%fZ"

# Returns what is wrong in a few words, or None.
Trial = Callable[[], Coroutine[Any, Any, str | None]]


class Probe:
    """A repeated trial, one at a time, and the finding of the last one."""

    def __init__(self, name: str, trial: Trial) -> None:
        self.name = name
        self._trial = trial
        self._under_way: asyncio.Task[str | None] | None = None
        self._finding: str | None = "not tried yet"

    def finding(self) -> str | None:
        return self._finding

    async def run(self) -> None:
        """Run a trial within its time limit, or wait for one that is still running."""
        began = time.monotonic()
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._trial())
        await asyncio.wait([self._under_way], timeout=PROBE_PATIENCE_SECONDS)
        if not self._under_way.done():
            self._finding = f"no end in {PROBE_PATIENCE_SECONDS:.0f} s"
            return
        ended, self._under_way = self._under_way, None
        METERS.probed(self.name, time.monotonic() - began)
        error = ended.exception()
        self._finding = ended.result() if error is None else _describe(error)

    def end(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()


@asynccontextmanager
async def run_probes(probes: Sequence[Probe]) -> AsyncIterator[None]:
    """Run the probes every PROBE_SECONDS while the block lasts."""

    async def repeat(probe: Probe) -> None:
        while True:
            await probe.run()
            await asyncio.sleep(PROBE_SECONDS)

    tasks = [asyncio.create_task(repeat(probe)) for probe in probes]
    try:
        yield
    finally:
        for task, probe in zip(tasks, probes, strict=True):
            task.cancel()
            probe.end()
        await asyncio.gather(*tasks, return_exceptions=True)


def _describe(error: BaseException) -> str:
    """Describe an error in a few words, without texts of articles."""
    if isinstance(error, SelonError | IndexingError):
        return error_text(error, "en")
    return type(error).__name__


class _Index(Protocol):
    def check(self) -> None: ...

    def builder_status(self) -> BuilderStatus | None: ...


async def try_index(library: _Index) -> None:
    """Trial of the index, which also shows its builder in the metrics. Raises IndexingError."""
    METERS.note_builder(await asyncio.to_thread(library.builder_status))
    await asyncio.to_thread(library.check)


def index_age(generation: Callable[[], str]) -> float:
    """Seconds since the current generation was built, by its name."""
    try:
        built = datetime.strptime(generation(), _BUILT).replace(tzinfo=UTC)
    except (IndexingError, ValueError):
        return float("nan")
    return (datetime.now(UTC) - built).total_seconds()
