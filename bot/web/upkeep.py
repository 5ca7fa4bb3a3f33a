"""Background jobs of the web application: features' jobs, and the erasure of old records."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bot.errors import SelonError
from bot.operations.erasure import erase_old_records
from bot.state.clock import check_clock
from bot.web.feature import WebFeature
from bot.web.service import WebService
from index.errors import IndexingError

logger = logging.getLogger(__name__)

UPKEEP_SECONDS = 3600.0
JOB_SECONDS = 20.0


@asynccontextmanager
async def keep_up(
    service: WebService, features: Sequence[WebFeature], *, erases: bool
) -> AsyncIterator[None]:
    """Run the jobs within a block; this process `erases` records unless the bot does."""

    jobs = [(job, JOB_SECONDS) for feature in features for job in feature.jobs]
    if erases:
        jobs.append((partial(forget, service), UPKEEP_SECONDS))
    tasks = [asyncio.create_task(_repeat(job, seconds)) for job, seconds in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(job: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await job()
        except (SelonError, IndexingError) as error:
            logger.error("A job beside the pages failed: %s", error)
        except Exception as error:
            logger.error("A job beside the pages failed", exc_info=error)
        await asyncio.sleep(seconds)


async def forget(service: WebService) -> None:
    """Erase records past their retention period, unless the clock is doubtful."""
    now = service.now()
    if await service.state.run(check_clock, now=now) == "agrees":
        await erase_old_records(service.state, service.settings, service.limits, now)
