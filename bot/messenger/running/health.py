"""Figures and health of the running bot, served to those who run it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.errors import SelonError
from bot.library.articles import Library
from bot.locale.errors import error_text
from bot.messenger.inbound.inbox import DurableApplication
from bot.messenger.inbound.scheduler import FairScheduler
from bot.operations.endpoints import HealthCheck, ServedEndpoints, serve_endpoints
from bot.operations.metrics import METERS, Now
from bot.settings import Settings
from bot.state.database import State
from index.errors import IndexingError

SILENCE_SECONDS = 90.0
"""Seconds after which a bot that asks Telegram without a pause should have heard of it."""

_BUILT = "%Y%m%dT%H%M%S.%fZ"


@asynccontextmanager
async def serve_health(
    application: DurableApplication, settings: Settings, library: Library, state: State
) -> AsyncIterator[None]:
    """Serve the figures and the health of the bot while the block lasts. Raises MessengerError."""
    turns = application.update_processor
    assert isinstance(turns, FairScheduler)
    now = Now(lambda: turns.waiting, lambda: application.under_way, lambda: _age(library))
    checks: dict[str, HealthCheck] = {"database": _database(state), "index": _index(library)}
    if settings.webhook_url is None:
        checks["telegram"] = _heard
    with METERS.watching(now):
        async with serve_endpoints(settings, ServedEndpoints(METERS, checks)):
            yield


def _age(library: Library) -> float:
    """Seconds since the generation in service was built, which its name tells."""
    try:
        built = datetime.strptime(library.generation(), _BUILT).replace(tzinfo=UTC)
    except (IndexingError, ValueError):
        return float("nan")
    return (datetime.now(UTC) - built).total_seconds()


def _database(state: State) -> HealthCheck:
    def ask(session: Session) -> None:
        session.execute(text("SELECT 1"))

    async def check() -> str | None:
        try:
            await state.run(ask)
        except SelonError as error:
            return error_text(error, "en")
        return None

    return check


def _index(library: Library) -> HealthCheck:
    async def check() -> str | None:
        try:
            library.generation()
        except IndexingError as error:
            return error_text(error, "en")
        return None

    return check


async def _heard() -> str | None:
    silent = METERS.silence
    return None if silent < SILENCE_SECONDS else f"silent for {silent:.0f} s"
