"""Jobs that the bot does by itself at start and from time to time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from telegram import Bot

from bot.messenger.journal import Journal
from bot.messenger.outbound.delivery import deliver_rest
from bot.messenger.services import BotServices
from bot.operations.logs import PublicText
from bot.state import retention
from bot.state.retention import RetentionTerms
from index.errors import NoIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """A job that is done at start, and again so often."""

    name: str
    every: timedelta
    job: Callable[[Bot], Awaitable[None]]


@asynccontextmanager
async def run_chores(chores: Sequence[Chore], bot: Bot) -> AsyncIterator[None]:
    """Chores are done while the block lasts; one that fails is logged and tried again."""
    tasks = [asyncio.create_task(_again_and_again(chore, bot)) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def retention_chore(services: BotServices) -> Chore:
    """What is kept for a time is erased once that is over."""
    settings = services.settings
    terms = RetentionTerms(
        timedelta(days=settings.keep_days),
        timedelta(days=settings.chat_cache_days),
        services.limits.kept,
    )

    async def forget(bot: Bot) -> None:
        gone = await services.state.run(
            partial(retention.forget_expired_rows, now=services.now(), terms=terms)
        )
        if gone:
            counts = PublicText(", ".join(f"{name} {count}" for name, count in gone.items()))
            logger.info("Rows past their time were erased: %s", counts)

    return Chore("forgetting", timedelta(days=1), forget)


def leftover_chore(journal: Journal, left: Sequence[int]) -> Chore:
    """What an earlier process began to say (the deliveries `left`) is said, and what is done is
    forgotten."""
    rest = list(left)

    async def settle(bot: Bot) -> None:
        while rest:
            if (begun := await journal.delivery(rest[0])) is not None:
                await deliver_rest(bot, journal, begun)
            del rest[0]
        await journal.forget()

    return Chore("settling", timedelta(days=1), settle)


async def _again_and_again(chore: Chore, bot: Bot) -> None:
    while True:
        try:
            await chore.job(bot)
        except NoIndex:
            logger.debug("%s waits for an index", PublicText(chore.name))
        except Exception as error:
            logger.error(
                "%s failed and will be tried again", PublicText(chore.name), exc_info=error
            )
        await asyncio.sleep(chore.every.total_seconds())
