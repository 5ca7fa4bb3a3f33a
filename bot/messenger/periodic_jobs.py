"""Jobs that the bot runs at start and at intervals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from bot.locale.administration import AdministrationPhrases
from bot.messenger.feature import AnyJob, ErasingJob, PeriodicJob
from bot.messenger.journal import Journal
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver, deliver_rest
from bot.messenger.services import BotServices, phrases_for
from bot.operations.erasure import erase_old_records
from bot.operations.logs import PublicText
from bot.state.clock import check_clock
from bot.state.conversations import ConversationPlace
from bot.state.processes import BotProcess
from index.errors import NoIndex

logger = logging.getLogger(__name__)

LEADER_SECONDS = 1.0  # between checks whether this process has become the leader
FAILURE_SECONDS = 2.0  # extra wait after a job failed
EXAMPLES_INTERVAL = timedelta(minutes=1)  # between checks for a new generation
LEFTOVER_INTERVAL = timedelta(seconds=5)  # between checks for unfinished deliveries


@asynccontextmanager
async def run_periodic_jobs(
    jobs: Sequence[AnyJob], services: BotServices, bot: Bot, process: BotProcess
) -> AsyncIterator[None]:
    """Run the jobs while the block lasts; log failures and try again."""
    tasks = [asyncio.create_task(_repeat(job, services, bot, process)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def retention_job(services: BotServices) -> ErasingJob:
    """Erase records past their retention period."""

    async def forget(bot: Bot, now: datetime) -> None:
        erasure = await erase_old_records(services.state, services.settings, services.limits, now)
        if erasure.announce:
            await _tell_administrators(
                services, bot, lambda phrases: phrases.much_to_erase(erasure.lasting_rows)
            )

    return ErasingJob("forgetting", timedelta(days=1), forget)


async def _trusted_time(services: BotServices, bot: Bot) -> datetime | None:
    """The time (UTC), or None while the clock is doubted; tell administrators when it jumps."""
    now = services.now()
    verdict = await services.run(check_clock, now)
    if verdict == "leapt":
        logger.error("The clock has jumped by days: nothing is erased for a day")
        local = now.astimezone()
        await _tell_administrators(
            services, bot, lambda phrases: phrases.clock_leapt(local, f"{local:%H:%M}")
        )
    return now if verdict == "agrees" else None


async def _tell_administrators(
    services: BotServices, bot: Bot, text: Callable[[AdministrationPhrases], str]
) -> None:
    """Tell each administrator in their language; skip those who cannot be reached."""
    for person in services.roles.administrators():
        code = (await phrases_for(services, person, None)).code
        html = text_html(text(AdministrationPhrases.of(code)), code)
        try:
            await deliver(bot, ConversationPlace(person, 0, person), html)
        except (BadRequest, Forbidden) as error:
            logger.info("An administrator could not be told: %s", error)


def examples_job(services: BotServices) -> PeriodicJob:
    """Find example questions, again for each generation of the index. The first run does nothing,
    so that a starting bot answers pending updates first."""

    async def prepare(bot: Bot) -> None:
        if services.now() - services.started_at >= EXAMPLES_INTERVAL / 2:
            services.examples.of("fr")

    return PeriodicJob("examples", EXAMPLES_INTERVAL, prepare, of_each=True)


def leftover_job(journal: Journal, services: BotServices) -> PeriodicJob:
    """Finish deliveries that an ended process began."""
    delivery_ids: list[int] = []

    def notify_features(session: Session, delivery_id: int) -> None:
        for feature in services.features:
            feature.note_delivery(session, delivery_id)

    async def settle(bot: Bot) -> None:
        delivery_ids.extend(await journal.take_over_deliveries())
        while delivery_ids:
            if (delivery := await journal.delivery(delivery_ids[0])) is not None:
                with suppress(Forbidden):  # recorded in the journal
                    await deliver_rest(bot, journal, delivery)
                await services.run(notify_features, delivery.id)
            del delivery_ids[0]

    return PeriodicJob("settling", LEFTOVER_INTERVAL, settle)


async def _repeat(job: AnyJob, services: BotServices, bot: Bot, process: BotProcess) -> None:
    loop = asyncio.get_running_loop()
    while True:
        is_of_each = isinstance(job, PeriodicJob) and job.of_each
        if not is_of_each and not await loop.run_in_executor(process.thread, process.leads):
            await asyncio.sleep(LEADER_SECONDS)
            continue
        try:
            if isinstance(job, PeriodicJob):
                await job.run(bot)
            elif (now := await _trusted_time(services, bot)) is not None:
                await job.run(bot, now)
        except NoIndex:
            logger.debug("%s waits for an index", PublicText(job.name))
        except Exception as error:
            logger.error("%s failed and will be tried again", PublicText(job.name), exc_info=error)
            await asyncio.sleep(FAILURE_SECONDS)
        await asyncio.sleep(job.every.total_seconds())
