"""Metrics and health checks of the running bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from telegram import Bot
from telegram.error import TelegramError

from bot.followups.turn import TurnText
from bot.messenger.inbound.inbox import DurableApplication
from bot.messenger.inbound.scheduler import FairScheduler
from bot.messenger.services import BotServices
from bot.operations.endpoints import HealthCheck, serve_endpoints
from bot.operations.metrics import METERS, Now
from bot.operations.probes import Probe, index_age, run_probes, try_index
from bot.state import meters
from index.errors import reason_of

# Seconds within which a bot that polls receives updates, or hears that there are none.
SILENCE_SECONDS = 90.0
STANDSTILL_SECONDS = 300.0  # without a handled update after which waiting ones are stuck


@asynccontextmanager
async def serve_health(
    application: DurableApplication, services: BotServices
) -> AsyncIterator[None]:
    """Serve metrics and health while the block lasts. Raises MessengerError."""
    turns, settings = application.update_processor, services.settings
    assert isinstance(turns, FairScheduler)
    library = services.library
    now = Now(
        lambda: turns.waiting, lambda: application.under_way, lambda: index_age(library.generation)
    )
    hearing = Probe("telegram", partial(_check_webhook, application.bot, str(settings.webhook_url)))
    probes = [
        *([hearing] if settings.webhook_url else []),
        Probe("answers", partial(_try_answer, services)),
        Probe("database", partial(_try_database, services)),
        Probe("index", partial(try_index, library)),
    ]
    checks: dict[str, HealthCheck] = {
        "telegram": _check_polling,
        "updates": partial(_check_updates, turns),
    }
    checks |= {probe.name: probe.finding for probe in probes}
    with METERS.watching(now, checks):
        if not settings.metrics_port:
            yield
            return
        async with serve_endpoints(settings, METERS, checks), run_probes(probes):
            yield


async def _try_answer(services: BotServices) -> None:
    """Ask the chain about an existing article, without a chat model."""
    newest = await asyncio.to_thread(services.library.newest, 1)
    question = newest[0].title if newest else "?"
    await services.chain.ainvoke(TurnText(question, quoted=True))


async def _try_database(services: BotServices) -> None:
    await services.run(meters.notice, key="health", now=services.now(), every=timedelta())


async def _check_webhook(bot: Bot, url: str) -> str | None:
    """Check that Telegram calls this webhook, and gets through."""
    try:
        hook = await bot.get_webhook_info()
    except TelegramError as error:
        return f"cannot be reached: {reason_of(error)}"
    if hook.url.rstrip("/") != url.rstrip("/"):
        return "calls another address: another program answers with the same token"
    if hook.pending_update_count and hook.last_error_message:
        return f"{hook.pending_update_count} updates wait there: {hook.last_error_message}"
    return None


def _check_polling() -> str | None:
    silent = METERS.silence
    if silent < SILENCE_SECONDS:
        return None
    why = {
        0: "no reply comes",
        200: "what comes cannot be taken",
        409: "another program answers with the same token (409)",
    }
    status = METERS.poll_status
    return f"silent for {silent:.0f} s: {why.get(status, f'it replies {status}')}"


def _check_updates(turns: FairScheduler) -> str | None:
    still = METERS.standstill
    if not turns.waiting or still < STANDSTILL_SECONDS:
        return None
    return f"{turns.waiting} wait, and none was dealt with for {still:.0f} s"
