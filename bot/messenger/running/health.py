"""Metrics and health checks of the running bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from telegram import Bot
from telegram.error import TelegramError

from bot.messenger.inbound.inbox import DurableApplication
from bot.messenger.inbound.scheduler import FairScheduler
from bot.messenger.services import BotServices
from bot.operations.endpoints import HealthCheck, serve_endpoints
from bot.operations.metrics import METERS, Now
from bot.operations.probes import Probe, index_age, try_index
from bot.state import meters
from index.errors import reason_of

SILENCE_SECONDS = 90.0  # longest normal time between two replies to polling
STANDSTILL_SECONDS = 300.0  # without a handled update, after which waiting ones are stuck


@asynccontextmanager
async def serve_health(
    application: DurableApplication, services: BotServices
) -> AsyncIterator[Sequence[Probe]]:
    """Serve metrics and health while the block lasts; yield the probes, to be run once the bot
    receives updates. Raises MessengerError."""
    scheduler, settings = application.update_processor, services.settings
    assert isinstance(scheduler, FairScheduler)
    library = services.library
    now = Now(
        lambda: scheduler.waiting_count,
        lambda: application.under_way,
        lambda: index_age(library.generation),
    )

    async def write_notice() -> None:
        await services.run(meters.notice, "health", services.now(), timedelta())

    probes = [
        Probe("answers", partial(_try_answer, services)),
        Probe("database", write_notice),
        Probe("index", partial(try_index, library)),
    ]
    if settings.webhook_url:
        check_webhook = partial(_check_webhook, application.bot, str(settings.webhook_url))
        probes.insert(0, Probe("telegram", check_webhook))
    checks: dict[str, HealthCheck] = {
        "telegram": _check_polling,
        "updates": partial(_check_updates, scheduler),
    }
    checks |= {probe.name: probe.finding for probe in probes}
    with METERS.watch(now, checks):
        async with serve_endpoints(settings, checks):
            yield probes if settings.metrics_port else ()


async def _try_answer(services: BotServices) -> None:
    """Ask the chain about an existing article, without a chat model."""
    newest = await asyncio.to_thread(services.library.newest, 1)
    await services.quote(newest[0].title if newest else "?")


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
    if METERS.silence < SILENCE_SECONDS:
        return None
    status = METERS.poll_status
    reasons = {
        0: "no reply comes",
        200: "what comes cannot be taken",
        409: "another program answers with the same token (409)",
    }
    reason = reasons.get(status, f"it replies {status}")
    return f"silent for {METERS.silence:.0f} s: {reason}"


def _check_updates(scheduler: FairScheduler) -> str | None:
    seconds = METERS.standstill
    if not scheduler.waiting_count or seconds < STANDSTILL_SECONDS:
        return None
    return f"{scheduler.waiting_count} wait, and none was dealt with for {seconds:.0f} s"
