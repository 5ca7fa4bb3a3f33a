"""How updates come: Selon asks Telegram for them (polling), or Telegram calls (webhook)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import socket
from typing import Any

from pydantic import AnyHttpUrl
from telegram.error import BadRequest, Conflict, TelegramError
from telegram.ext import Updater
from telegram.request import HTTPXRequest

from bot.errors import MessengerError, SettingsError
from bot.operations.logs import PublicText
from bot.operations.metrics import METERS
from bot.settings import TELEGRAM_API_URL, Settings
from index.errors import reason_of

logger = logging.getLogger(__name__)

UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
_HTTP_UNAUTHORIZED = 401


class WatchedRequest(HTTPXRequest):
    """Connections to Telegram that notice when the token stops being good.

    The library ends its polling without a word in that case, and the bot would wait for ever.
    """

    def __init__(self, refused: asyncio.Event, **options: Any) -> None:
        super().__init__(**options)
        self._refused = refused

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            status, body = await super().do_request(*args, **kwargs)
        except TelegramError:
            METERS.requested(_method(*args, **kwargs), 0)
            raise
        METERS.requested(_method(*args, **kwargs), status)
        if status == _HTTP_UNAUTHORIZED:
            self._refused.set()
        return status, body


def _method(url: str, *_args: Any, **_options: Any) -> str:
    """The Bot API's name of what an address asks for."""
    path = url.partition("?")[0]
    return "file" if "/file/bot" in path else path.rpartition("/")[2]


async def receive(updater: Updater, settings: Settings, retries: int) -> None:
    """Let updates come as the settings say.

    Raises SettingsError for a webhook that cannot be one, MessengerError when Telegram cannot be
    reached or the port cannot be had.
    """
    try:
        if settings.webhook_url is None:
            await updater.start_polling(
                allowed_updates=UPDATES, bootstrap_retries=retries, error_callback=_polling_failed
            )
        else:
            await _be_called(updater, settings, settings.webhook_url, retries)
    except TelegramError as error:
        raise unreachable(settings, error) from error


async def _be_called(updater: Updater, settings: Settings, url: AnyHttpUrl, retries: int) -> None:
    path = webhook_path(settings, url)
    try:
        # Before Telegram is told to call: this fails at once, and leaves nothing behind.
        socket.create_server((settings.webhook_host, settings.webhook_port)).close()
    except OSError as error:
        raise MessengerError(
            "port-taken",
            setting="SELON_WEBHOOK_PORT",
            port=settings.webhook_port,
            host=settings.webhook_host,
            reason=reason_of(error),
        ) from error
    try:
        await updater.start_webhook(
            listen=settings.webhook_host,
            port=settings.webhook_port,
            url_path=path,
            webhook_url=str(url),
            secret_token=webhook_secret(settings),
            allowed_updates=UPDATES,
            bootstrap_retries=retries,
        )
    except BadRequest as error:
        raise SettingsError("webhook-refused", address=str(url), reason=reason_of(error)) from error
    logger.info("Telegram calls %s:%d", PublicText(settings.webhook_host), settings.webhook_port)


def webhook_path(settings: Settings, url: AnyHttpUrl) -> str:
    """The path at which Telegram's calls arrive. Raises SettingsError where none can."""
    own_server = str(settings.telegram_api_url).rstrip("/") != TELEGRAM_API_URL
    if url.scheme != "https" and not own_server:
        raise SettingsError("webhook-not-https", address=str(url))
    return url.path or "/"


def webhook_secret(settings: Settings) -> str:
    """What every call of Telegram's carries; made from the token where none is set.

    The same at every start, so that what Telegram sends while Selon restarts is taken.
    """
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    token = settings.telegram_token.get_secret_value().strip() if settings.telegram_token else ""
    return hmac.new(token.encode(), b"selon webhook", hashlib.sha256).hexdigest()


def unreachable(settings: Settings, error: TelegramError) -> MessengerError:
    return MessengerError(
        "telegram-unreachable", address=str(settings.telegram_api_url), reason=reason_of(error)
    )


def _polling_failed(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("Another program answers with the same token; stop one of the two")
    else:
        logger.warning("Telegram cannot be reached (%s); still trying", error)
