"""Metrics and health checks of the running bot.

Checks that need a trial (answering a question, writing the database, opening the index) run every
PROBE_SECONDS, regardless of how often the health is requested.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.errors import SelonError
from bot.followups.turn import TurnText
from bot.library.articles import Library
from bot.locale.errors import error_text
from bot.messenger.inbound.inbox import DurableApplication
from bot.messenger.inbound.scheduler import FairScheduler
from bot.messenger.services import BotServices
from bot.operations.endpoints import HealthCheck, serve_endpoints
from bot.operations.metrics import METERS, Now
from bot.state import meters
from index.errors import IndexingError, reason_of

# Seconds within which a bot that polls receives updates, or hears that there are none.
SILENCE_SECONDS = 90.0
STANDSTILL_SECONDS = 300.0  # without a handled update after which waiting ones are stuck
PROBE_SECONDS = 60.0  # between trials
# Seconds after which a trial counts as failed; the next one waits for its end.
PROBE_PATIENCE_SECONDS = 20.0
_BUILT = "%Y%m%dT%H%M%S.%fZ"

# Returns what is wrong in a few words, or None.
_Trial = Callable[[], Coroutine[Any, Any, str | None]]


@asynccontextmanager
async def serve_health(
    application: DurableApplication, services: BotServices
) -> AsyncIterator[None]:
    """Serve metrics and health while the block lasts. Raises MessengerError."""
    turns, settings = application.update_processor, services.settings
    assert isinstance(turns, FairScheduler)
    library = services.library
    now = Now(lambda: turns.waiting, lambda: application.under_way, lambda: _age(library))
    hearing = _Probe(
        "telegram", partial(_check_webhook, application.bot, str(settings.webhook_url))
    )
    probes = [
        *([hearing] if settings.webhook_url else []),
        _Probe("answers", partial(_try_answer, services)),
        _Probe("database", partial(_try_database, services)),
        _Probe("index", partial(asyncio.to_thread, library.check)),
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
        async with serve_endpoints(settings, METERS, checks), _run_probes(probes):
            yield


class _Probe:
    """A repeated trial, one at a time, and the finding of the last one."""

    def __init__(self, name: str, trial: _Trial) -> None:
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
async def _run_probes(probes: Sequence[_Probe]) -> AsyncIterator[None]:
    """Run the probes every PROBE_SECONDS while the block lasts."""

    async def repeat(probe: _Probe) -> None:
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


def _age(library: Library) -> float:
    """Seconds since the current generation was built, by its name."""
    try:
        built = datetime.strptime(library.generation(), _BUILT).replace(tzinfo=UTC)
    except (IndexingError, ValueError):
        return float("nan")
    return (datetime.now(UTC) - built).total_seconds()


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
