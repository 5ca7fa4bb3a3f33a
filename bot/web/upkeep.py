"""Background jobs of the web application: features' chores, and the erasure of old records."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.errors import SelonError
from bot.operations.logs import PublicText
from bot.state import retention
from bot.state.clock import check_clock
from bot.state.retention import RetentionTerms
from bot.web.feature import WebFeature
from bot.web.service import WebService
from index.errors import IndexingError

logger = logging.getLogger(__name__)

UPKEEP_SECONDS = 3600.0
CHORE_SECONDS = 20.0


@asynccontextmanager
async def keep_up(
    service: WebService, features: Sequence[WebFeature], *, erases: bool
) -> AsyncIterator[None]:
    """Run the jobs within a block; this process `erases` records unless the bot does."""

    async def forget() -> None:
        if erases:
            await run_retention(service)

    chores = [(chore, CHORE_SECONDS) for feature in features for chore in feature.chores]
    tasks = [
        asyncio.create_task(_repeat(job, seconds))
        for job, seconds in [(forget, UPKEEP_SECONDS), *chores]
    ]
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


async def run_retention(service: WebService) -> None:
    """Erase records past their retention period, unless the clock is doubtful."""
    settings, now = service.settings, service.now()
    terms = RetentionTerms(
        timedelta(days=settings.keep_days),
        timedelta(days=settings.chat_cache_days),
        service.limits.retention,
    )
    if await service.state.run(check_clock, now=now) != "agrees":
        return
    erasure = await service.state.erase(retention.erase_expired, now=now, terms=terms)
    counts = ", ".join(f"{name} {count}" for name, count in erasure.rows.items())
    if erasure.announce:
        logger.warning("Many rows have expired and are erased tomorrow: %s", PublicText(counts))
    elif erasure.rows and not erasure.held:
        logger.info("Expired rows were erased: %s", PublicText(counts))
