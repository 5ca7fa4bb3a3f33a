"""Requests to Telegram: counted, and checked for a revoked token."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any

from telegram.error import NetworkError, TelegramError
from telegram.ext import AIORateLimiter
from telegram.request import HTTPXRequest

from bot.messenger.inbound.unreadable import legible_update
from bot.operations.logs import PublicText
from bot.operations.metrics import METERS

logger = logging.getLogger(__name__)

# Seconds before each getMe that checks whether the token is still valid.
REFUSAL_WAITS_SECONDS = (0.0, 1.0, 4.0)
# Telegram's replies to an unknown token; the library raises InvalidToken for them.
_TOKEN_STATUSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
_ATTEMPTS = 2  # at a request that is refused although the token is valid


class MessageLimiter(AIORateLimiter):
    """Keeps to Telegram's limits, which are for messages: twenty a minute in a group. The library
    counts whatever names a chat, so that typing indicators take the place of answers."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        if endpoint == "sendChatAction":
            return await callback(*args, **kwargs)
        return await super().process_request(
            callback, args, kwargs, endpoint, data, rate_limit_args
        )


class TokenCheck:
    """Checks whether the token was revoked: only if getMe is refused every time. `refused` is set
    for good once it was."""

    def __init__(self, get_me_url: str) -> None:
        self.get_me_url = get_me_url
        self.refusal = asyncio.Event()
        self._lock = asyncio.Lock()
        self._last_check = 0.0

    async def is_refused(self, get_me_status: Callable[[], Awaitable[int]]) -> bool:
        """Check now, unless a check has ended since the call."""
        began = time.monotonic()
        async with self._lock:
            if not self.refusal.is_set() and self._last_check < began:
                if await self._is_always_refused(get_me_status):
                    self.refusal.set()
                self._last_check = time.monotonic()
            return self.refusal.is_set()

    async def _is_always_refused(self, get_me_status: Callable[[], Awaitable[int]]) -> bool:
        for wait in REFUSAL_WAITS_SECONDS:
            await asyncio.sleep(wait)
            try:
                if await get_me_status() not in _TOKEN_STATUSES:
                    return False
            except TelegramError:  # no evidence about the token
                return False
        return True


class WatchedRequest(HTTPXRequest):
    """Connections to Telegram that raise InvalidToken only for a revoked token. The library raises
    it for any 401 or 404, and silently stops polling."""

    def __init__(self, token_check: TokenCheck, **options: Any) -> None:
        super().__init__(**options)
        self._token_check = token_check

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        method = _method(url)
        for _ in range(_ATTEMPTS):
            status, body = await self._count_request(url, *args, **kwargs)
            if status not in _TOKEN_STATUSES:
                return status, body
            if method == "file" and status == HTTPStatus.NOT_FOUND:  # a missing file
                return status, body
            if await self._token_check.is_refused(self._get_me_status):
                return status, body
            logger.warning(
                "%s was refused (%d) although the token is good", PublicText(method), status
            )
        raise NetworkError(f"{method} is refused ({status}) although the token is good")

    async def _get_me_status(self) -> int:
        return (await self._count_request(self._token_check.get_me_url, "POST"))[0]

    async def _count_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            status, body = await super().do_request(url, *args, **kwargs)
        except TelegramError:
            METERS.count_request(_method(url), 0)
            raise
        METERS.count_request(_method(url), status)
        return status, body


class UpdatesRequest(WatchedRequest):
    """Polling requests that pass on only readable updates."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        content = WatchedRequest.parse_json_payload(payload)
        if isinstance(content, dict) and content.get("ok") is False:
            return content
        result = content.get("result") if isinstance(content, dict) else None
        if result == []:
            METERS.note_poll()
        updates = (
            [legible_update(record) for record in result] if isinstance(result, list) else [None]
        )
        legible = [update for update in updates if update is not None]
        if updates and not legible:
            # Otherwise the library would ask again at once, for ever.
            raise TelegramError("what came is no list of updates")
        return content | {"result": legible}


def _method(url: str) -> str:
    """The Bot API method in a URL, or `file`."""
    path = url.partition("?")[0]
    return "file" if "/file/bot" in path else path.rpartition("/")[2]
