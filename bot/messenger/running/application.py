"""The life cycle of the Telegram application: connect, listen, stop."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, closing, nullcontext, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application

from bot.errors import SettingsError
from bot.followups.base import ConversationChain
from bot.library.articles import Library
from bot.messenger.asker import TelegramApplication
from bot.messenger.feature import PeriodicJob
from bot.messenger.handlers.registration import OpenFeature, menus_with, register_handlers
from bot.messenger.inbound.inbox import DurableApplication, Inbox, RecordingBot
from bot.messenger.inbound.scheduler import FairScheduler
from bot.messenger.journal import Journal, Trigger, act_for
from bot.messenger.periodic_jobs import examples_job, leftover_job, run_periodic_jobs
from bot.messenger.running.health import serve_health
from bot.messenger.running.receiver import Receiver, unreachable
from bot.messenger.running.redaction import redact_logs
from bot.messenger.running.requests import (
    MessageLimiter,
    TokenCheck,
    UpdatesRequest,
    WatchedRequest,
)
from bot.messenger.services import BotServices
from bot.operations.logs import PublicText
from bot.operations.probes import run_probes
from bot.settings import Settings
from bot.state.database import open_state, state_url
from bot.state.processes import BotProcess
from index.store.url import redact_url

if TYPE_CHECKING:
    from bot.audio import SpeechService
from collections.abc import Awaitable
from typing import get_args

from bot.locale.catalogue import Language
from bot.locale.messenger import ProfilePhrases

logger = logging.getLogger(__name__)

_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
CONCURRENT_UPDATES = 64
# Seconds that Telegram may take to reply; after that, a message may or may not have arrived.
READ_SECONDS = 30.0
# Seconds that a stop grants the receiver, and unfinished answers.
RECEIVER_GRACE_SECONDS, GRACE_SECONDS = 0.8, 3.0
# Seconds after a signal at which the process exits regardless; nothing is lost.
STOP_DEADLINE_SECONDS = 4.8
SWITCH_SECONDS = 0.001  # the interpreter's switch interval
TAKE_OVER_INTERVAL = timedelta(seconds=0.5)  # between checks for ended processes of the bot
ROLES_INTERVAL = timedelta(seconds=1)  # between reloads of roles, which other processes may change
_CONNECT_WAITS = (1.0, 2.0, 4.0, 8.0)  # seconds between attempts to reach Telegram at start
# Seconds that menus and profile may take at start: Telegram may make a changed name wait for hours.
INTRODUCTION_SECONDS = 30.0

# Another interface that is served as long as the bot runs.
Beside = Callable[[BotServices, str], AbstractAsyncContextManager[None]]


def telegram_token(settings: Settings) -> str:
    """Return the token. Raises SettingsError if it is missing or malformed."""
    if settings.telegram_token is None:
        raise SettingsError("token-missing")
    token = settings.telegram_token.get_secret_value().strip()
    if not _TOKEN.fullmatch(token):
        raise SettingsError("token-malformed")
    return token


def refusal(settings: Settings) -> SettingsError:
    return SettingsError("token-refused", address=redact_url(str(settings.telegram_api_url)))


def api_url(settings: Settings) -> str:
    """The URL of the Bot API server, without a slash at its end."""
    return str(settings.telegram_api_url).rstrip("/")


def _log_ready(username: str) -> None:
    logger.info("Listening as https://t.me/%s", PublicText(username))


def run_bot(
    settings: Settings,
    features: Sequence[OpenFeature],
    open_speech: Callable[[Settings], SpeechService | None],
    ready: Callable[[str], None] = _log_ready,
    beside: Beside | None = None,
) -> None:
    """Answer on Telegram from the index of the data directory until SIGINT or SIGTERM.

    `ready` is called with the bot's user name once it listens. Raises SettingsError for a token
    that is missing or refused, IndexingError if the index cannot be used, MessengerError if
    Telegram cannot be reached at start.
    """
    telegram_token(settings)  # fail before the models are loaded
    from bot.assembly import chain_over, open_chat_models, open_gate, open_index
    from bot.library.documents import Documents

    with ExitStack() as stack:
        if (models := open_chat_models(settings)) is not None:
            stack.callback(models.close)
        index = open_index(settings, may_be_missing=True)
        if (speech := open_speech(settings)) is not None:
            stack.callback(speech.close)
        quiet_time = speech.pause if speech is not None else nullcontext
        run_with(
            settings,
            chain_over(index, settings, models, quiet_time),
            Library(index),
            ready,
            features=features,
            documents=Documents(settings, index.embedder, quiet_time=quiet_time),
            speech=speech,
            gate=open_gate(settings, index.embedder),
            index=index,
            beside=beside,
        )


def run_with(
    settings: Settings,
    chain: ConversationChain,
    library: Library,
    ready: Callable[[str], None] = _log_ready,
    **options: Any,
) -> None:
    """Run `serve` with these arguments until SIGINT or SIGTERM; finish current work."""

    async def serve_until_signal() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)

        def stop_once() -> None:
            stop.set()
            exit_timer.start()
            for number in signals:  # a second signal ends the process at once
                loop.remove_signal_handler(number)

        for number in signals:
            with suppress(NotImplementedError):  # Windows: asyncio.run ends on Ctrl-C by itself
                loop.add_signal_handler(number, stop_once)
        await serve(settings, chain, library, stop, ready, **options)

    # Searching threads must not starve the loop, which records accepted messages.
    sys.setswitchinterval(SWITCH_SECONDS)
    # Nothing else interrupts a thread that searches or waits for a chat model.
    exit_timer = threading.Timer(STOP_DEADLINE_SECONDS, os._exit, (0,))
    exit_timer.daemon = True
    try:
        asyncio.run(serve_until_signal())
    finally:
        exit_timer.cancel()


async def serve(
    settings: Settings,
    chain: ConversationChain,
    library: Library,
    stop: asyncio.Event,
    ready: Callable[[str], None] = _log_ready,
    waits: Sequence[float] = _CONNECT_WAITS,
    *,
    features: Sequence[OpenFeature] = (),
    beside: Beside | None = None,
    **services_by_name: Any,
) -> None:
    """Answer on Telegram until `stop` is set, with the other interface `beside` it.

    `services_by_name` are optional fields of BotServices. Raises like `run_bot`.
    """
    token = telegram_token(settings)
    bot_id, url = int(token.partition(":")[0]), state_url(settings.database_url, settings.data_dir)
    with (
        redact_logs(token, text=settings.log_text),
        closing(open_state(url, bot_id)) as state,
        closing(BotProcess(state, bot_id)) as process,
        closing(Journal(state, bot_id)) as journal,
        act_for(Trigger(journal)),
    ):
        # Telegram sends updates to one polling process, and ends the requests of others.
        process.join(alone=settings.webhook_url is None)
        token_check = TokenCheck(f"{api_url(settings)}/bot{token}/getMe")
        application = _build(settings, token, token_check, journal)
        assert application.updater is not None
        receiver = Receiver(application.updater, settings)
        services = BotServices(chain, library, state, settings, **services_by_name)
        jobs = [
            leftover_job(journal, services),
            examples_job(services),
            *register_handlers(application, services, features),
        ]
        if state.is_shared:
            jobs += _sharing_jobs(application, services, process)
        try:
            if await _connect(application, settings, stop, waits):
                username = application.bot.username
                other = beside(services, username) if beside is not None else nullcontext()
                async with serve_health(application, services) as probes, other:
                    await _start(application, receiver, services, len(waits))
                    ready(username)
                    jobs_run = run_periodic_jobs(jobs, services, application.bot, process)
                    async with run_probes(probes), jobs_run:
                        await _wait_for_any(stop, token_check.refusal)
        finally:
            journal.stop.set()
            await _close(application, receiver)
            for feature in services.features:
                feature.close()
        if token_check.refusal.is_set():
            raise refusal(settings)


def _sharing_jobs(
    application: DurableApplication, services: BotServices, process: BotProcess
) -> Iterator[PeriodicJob]:
    """Jobs of processes that share a database: take over updates, and reload roles."""

    async def take_over(bot: Bot) -> None:
        await asyncio.get_running_loop().run_in_executor(process.thread, process.stay)
        await application.refill()

    async def reload_roles(bot: Bot) -> None:
        await services.roles.reload()

    yield PeriodicJob("taking over", TAKE_OVER_INTERVAL, take_over, of_each=True)
    yield PeriodicJob("roles", ROLES_INTERVAL, reload_roles, of_each=True)


def _build(
    settings: Settings, token: str, token_check: TokenCheck, journal: Journal
) -> DurableApplication:
    # Durations as timedelta, the library's coming default; without this it warns.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    server, inbox, connections = api_url(settings), Inbox(journal), 2 * CONCURRENT_UPDATES
    bot = RecordingBot(
        inbox,
        token,
        base_url=f"{server}/bot",
        base_file_url=f"{server}/file/bot",
        local_mode=settings.telegram_local,
        request=WatchedRequest(
            token_check, connection_pool_size=connections, read_timeout=READ_SECONDS
        ),
        get_updates_request=UpdatesRequest(token_check, connection_pool_size=2),
        rate_limiter=MessageLimiter(max_retries=3),
    )
    application = (
        Application.builder()
        .application_class(DurableApplication)
        .update_queue(inbox)
        .bot(bot)
        .concurrent_updates(FairScheduler(CONCURRENT_UPDATES))
        .job_queue(None)
        .build()
    )
    assert isinstance(application, DurableApplication)
    application.journal = journal
    return application


async def _connect(
    application: TelegramApplication,
    settings: Settings,
    stop: asyncio.Event,
    waits: Sequence[float],
) -> bool:
    """Connect to Telegram; False if `stop` was set while it was unreachable."""
    for wait in (*waits, None):
        try:
            await application.bot.initialize()
            return True
        except InvalidToken:
            # The library's message contains the token, so it must not be the cause.
            raise refusal(settings) from None
        except TelegramError as error:
            if wait is None:
                raise unreachable(settings, error) from error
            logger.warning("Telegram cannot be reached (%s); trying again in %s s", error, wait)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
            return False
    return False


async def _start(
    application: DurableApplication, receiver: Receiver, services: BotServices, retries: int
) -> None:
    await application.initialize()
    try:
        async with asyncio.timeout(INTRODUCTION_SECONDS):
            await menus_with(services.features).announce(application.bot, services.settings.admins)
            await set_profile(application.bot, services.settings.bot_name)
    except TimeoutError:
        logger.warning("Telegram takes no menus or profile now; the next start sets them")
    await application.refill()
    await receiver.start(retries)
    await application.start()


async def _wait_for_any(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _close(application: DurableApplication, receiver: Receiver) -> None:
    """Stop within the grace periods; the next start handles the rest."""
    try:
        # `serve` reports an InvalidToken that ended the polling. Telegram repeats updates that are
        # not confirmed in time.
        with suppress(InvalidToken, TimeoutError):
            await asyncio.wait_for(receiver.stop(), RECEIVER_GRACE_SECONDS)
        if application.running:
            scheduler = application.update_processor
            assert isinstance(scheduler, FairScheduler)
            scheduler.stop()
            stop_task = asyncio.create_task(application.stop())
            await asyncio.wait([stop_task], timeout=GRACE_SECONDS)
            application.interrupt()
            await stop_task
        await application.shutdown()
    finally:
        # If the application never connected, its connections are still open.
        await application.bot.shutdown()


async def set_profile(bot: Bot, name: str) -> None:
    """Set the name, if given, and both descriptions unless the owner has set them.

    Unchanged values are not set again, as Telegram allows few changes a day. A failure is only
    logged, as the bot answers without a profile.
    """
    languages = [None, *(code for code in get_args(Language) if code != "fr")]
    by_language = {code: ProfilePhrases.of(code) for code in languages}

    async def short(language: str | None) -> str:
        return (await bot.get_my_short_description(language)).short_description

    async def long(language: str | None) -> str:
        return (await bot.get_my_description(language)).description

    try:
        if name and (await bot.get_my_name()).name != name:
            await bot.set_my_name(name)
        texts = {code: phrases.short_description for code, phrases in by_language.items()}
        await _describe(texts, short, bot.set_my_short_description)
        texts = {code: phrases.description for code, phrases in by_language.items()}
        await _describe(texts, long, bot.set_my_description)
    except TelegramError as error:
        logger.warning("The profile of the bot could not be set: %s", error)


async def _describe(
    texts: dict[str | None, str],
    get: Callable[[str | None], Awaitable[str]],
    write: Callable[[str, str | None], Awaitable[bool]],
) -> None:
    """Set a description by language, French by default (None)."""
    default = await get(None)
    if default not in ("", texts[None]):
        return  # the owner's own text
    for language, text in texts.items():
        if text != (default if language is None else await get(language)):
            await write(text, language)
