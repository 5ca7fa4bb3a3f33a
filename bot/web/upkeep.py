"""What the pages forget by and by: idle limits, and where no bot does it, records past their
time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.errors import StateError
from bot.operations.logs import PublicText
from bot.state import retention
from bot.state.clock import look_at_clock
from bot.state.retention import RetentionTerms
from bot.web.service import WebService

logger = logging.getLogger(__name__)

UPKEEP_SECONDS = 3600.0


@asynccontextmanager
async def keep_up(service: WebService, *, erases: bool) -> AsyncIterator[None]:
    """Forget every hour while the block lasts; records too if this process `erases`."""

    async def repeat() -> None:
        while True:
            try:
                await service.limits.tidy()
                if erases:
                    await erase_expired(service)
            except StateError as error:
                logger.error("Nothing could be forgotten: %s", error)
            await asyncio.sleep(UPKEEP_SECONDS)

    upkeep = asyncio.create_task(repeat())
    try:
        yield
    finally:
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)


async def erase_expired(service: WebService) -> None:
    """Erase records past their retention period, unless the clock is doubtful."""
    settings, now = service.settings, service.now()
    terms = RetentionTerms(
        timedelta(days=settings.keep_days),
        timedelta(days=settings.chat_cache_days),
        service.limits.kept,
    )
    if await service.state.run(look_at_clock, now=now) != "agrees":
        return
    erasure = await service.state.run(retention.forget_by_and_by, now=now, terms=terms)
    counts = ", ".join(f"{name} {count}" for name, count in erasure.rows.items())
    if erasure.announce:
        logger.warning("Much is past its time and is erased tomorrow: %s", PublicText(counts))
    elif erasure.rows and not erasure.held:
        logger.info("Rows past their time were erased: %s", PublicText(counts))
