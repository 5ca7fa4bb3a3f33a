"""Receiving updates, by polling or by a webhook."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import re
from http import HTTPStatus

from pydantic import AnyHttpUrl
from telegram import Update
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError
from telegram.ext import Updater
from tornado.httpserver import HTTPServer
from tornado.web import HTTPError, RequestHandler, stream_request_body

from bot.errors import MessengerError, SettingsError
from bot.messenger.inbound.unreadable import legible_update
from bot.operations.http_server import ServerLimits, close, listen
from bot.operations.logs import PublicText
from bot.settings import TELEGRAM_API_URL, Settings
from index.errors import reason_of
from index.store.url import redact_url

logger = logging.getLogger(__name__)

UPDATES = (
    *("message", "edited_message", "callback_query", "inline_query", "my_chat_member"),
    "guest_message",
    "message_reaction",  # sent only on request, and in groups only to administrators
)
_RETRY_SECONDS = 1.0
CALL_LIMITS = ServerLimits(body_bytes=2**20)  # of a webhook call; updates take a few kilobytes


class Receiver:
    """Receives updates by polling or webhook, until stopped."""

    def __init__(self, updater: Updater, settings: Settings) -> None:
        self._updater = updater
        self._settings = settings
        self._server: HTTPServer | None = None

    async def start(self, retries: int) -> None:
        """Start receiving. Raises SettingsError for an impossible webhook, MessengerError if
        Telegram cannot be reached or the port is taken."""
        try:
            if self._settings.webhook_url is None:
                await self._updater.start_polling(
                    allowed_updates=UPDATES,
                    bootstrap_retries=retries,
                    error_callback=_log_poll_error,
                )
            else:
                await self._start_webhook(self._settings.webhook_url, retries)
        except TelegramError as error:
            raise unreachable(self._settings, error) from error

    async def stop(self) -> None:
        if self._updater.running:
            await self._updater.stop()
        if self._server is not None:
            await close(self._server)

    async def _start_webhook(self, url: AnyHttpUrl, retries: int) -> None:
        settings = self._settings
        host, port = settings.webhook_host, settings.webhook_port
        path, secret = re.escape(webhook_path(settings, url)), webhook_secret(settings)
        handlers = [(f"{path}/?", _WebhookCall, {"updater": self._updater, "secret": secret})]
        # Listen before setting the webhook, so that a failure has no effect on Telegram's side.
        self._server = listen(handlers, host, port, "SELON_WEBHOOK_PORT", CALL_LIMITS)
        for attempt in range(retries + 1):
            try:
                await self._updater.bot.set_webhook(
                    str(url), allowed_updates=UPDATES, secret_token=secret
                )
                break
            except BadRequest as error:
                reason = reason_of(error)
                raise SettingsError("webhook-refused", address=str(url), reason=reason) from error
            except TelegramError as error:
                if attempt == retries or isinstance(error, InvalidToken):
                    raise
                logger.warning("Telegram cannot be reached (%s); still trying", error)
            await asyncio.sleep(_RETRY_SECONDS)
        logger.info("Telegram calls %s:%d", PublicText(host), port)


@stream_request_body
class _WebhookCall(RequestHandler):
    """A webhook call with one update. Without the secret, its body is not read. The library's own
    handler rejects unreadable updates, which Telegram then repeats for ever."""

    def initialize(self, updater: Updater, secret: str) -> None:
        self.updater = updater
        self.secret = secret
        self.body = bytearray()

    def prepare(self) -> None:
        token = self.request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(token.encode(), self.secret.encode()):
            raise HTTPError(HTTPStatus.FORBIDDEN)

    def data_received(self, chunk: bytes) -> None:
        self.body += chunk

    async def post(self) -> None:
        try:
            update = legible_update(json.loads(self.body))
        except (ValueError, RecursionError):
            raise HTTPError(HTTPStatus.BAD_REQUEST) from None
        if update is not None:
            await self.updater.update_queue.put(Update.de_json(update, self.updater.bot))


def webhook_path(settings: Settings, url: AnyHttpUrl) -> str:
    """The path of the webhook. Raises SettingsError if its address is not https."""
    own_server = str(settings.telegram_api_url).rstrip("/") != TELEGRAM_API_URL
    if url.scheme != "https" and not own_server:
        raise SettingsError("webhook-not-https", address=str(url))
    return url.path or "/"


def webhook_secret(settings: Settings) -> str:
    """The secret in every webhook call; derived from the token if none is set, so that it stays the
    same across restarts."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    token = settings.telegram_token.get_secret_value().strip() if settings.telegram_token else ""
    return hmac.new(token.encode(), b"selon webhook", hashlib.sha256).hexdigest()


def unreachable(settings: Settings, error: TelegramError) -> MessengerError:
    return MessengerError(
        "telegram-unreachable",
        address=redact_url(str(settings.telegram_api_url)),
        reason=reason_of(error),
    )


def _log_poll_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("Another program answers with the same token; stop one of the two")
    else:
        logger.warning("Telegram cannot be reached (%s); still trying", error)
