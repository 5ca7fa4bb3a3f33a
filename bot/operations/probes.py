"""Health probes: periodic trials such as answering a question or writing to the database.

They run every PROBE_SECONDS, however often the health is requested.
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

PROBE_SECONDS = 60.0
PROBE_TIMEOUT_SECONDS = 20.0  # after which a trial counts as failed, but runs on
_BUILT_FORMAT = "%Y%m%dT%H%M%S.%fZ"

# Returns a short problem description or None.
Trial = Callable[[], Coroutine[Any, Any, str | None]]


class Probe:
    """A trial that runs repeatedly, one run at a time, with its last finding."""

    def __init__(self, name: str, trial: Trial) -> None:
        self.name = name
        self._trial = trial
        self._task: asyncio.Task[str | None] | None = None
        self._result: str | None = "not tried yet"

    def finding(self) -> str | None:
        return self._result

    async def run(self) -> None:
        """Run the trial, or wait for one that is still running, until the timeout."""
        task = self._task = self._task or asyncio.create_task(self._try())
        await asyncio.wait([task], timeout=PROBE_TIMEOUT_SECONDS)
        if not task.done():
            self._result = f"no end in {PROBE_TIMEOUT_SECONDS:.0f} s"
            return
        self._task = None
        error = task.exception()
        self._result = task.result() if error is None else _describe(error)

    async def _try(self) -> str | None:
        start = time.monotonic()
        try:
            return await self._trial()
        finally:
            METERS.observe_probe(self.name, time.monotonic() - start)

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()


@asynccontextmanager
async def run_probes(probes: Sequence[Probe]) -> AsyncIterator[None]:
    """Run the probes every PROBE_SECONDS for the duration of the block."""

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
    """Describe an error briefly, without texts of articles."""
    if isinstance(error, SelonError | IndexingError):
        return error_text(error, "en")
    return type(error).__name__


class _Index(Protocol):
    def check(self) -> None: ...

    def builder_status(self) -> BuilderStatus | None: ...


async def try_index(library: _Index) -> None:
    """Trial that checks the index and updates the builder's metrics. Raises IndexingError."""
    METERS.note_builder(await asyncio.to_thread(library.builder_status))
    await asyncio.to_thread(library.check)


def index_age(generation: Callable[[], str]) -> float:
    """Seconds since the current generation was built, according to its ID."""
    try:
        built_id, _, _ = generation().partition("-")
        built_at = datetime.strptime(built_id, _BUILT_FORMAT).replace(tzinfo=UTC)
    except (IndexingError, ValueError):
        return float("nan")
    return (datetime.now(UTC) - built_at).total_seconds()
