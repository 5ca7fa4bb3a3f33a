"""Requests to Telegram: counted, and checked for a revoked token."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.messenger.inbound.unreadable import legible_update
from bot.messenger.outbound.drafts import UnknownMethodError
from bot.operations.logs import PublicText
from bot.operations.metrics import METERS

logger = logging.getLogger(__name__)

# Seconds before each getMe that checks whether the token is still valid.
REFUSAL_WAITS_SECONDS = (0.0, 1.0, 4.0)
# Telegram's replies to an unknown token, which the library takes for that.
_TOKEN_STATUSES = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
_ATTEMPTS = 2  # at a request that is refused although the token is valid


class TokenCheck:
    """Checks whether the token was revoked: only if getMe is refused every time.

    `refused` is set for good once it was.
    """

    def __init__(self, get_me_url: str) -> None:
        self.get_me_url = get_me_url
        self.refused = asyncio.Event()
        self._lock = asyncio.Lock()
        self._ended = 0.0

    async def is_refused(self, ask: Callable[[], Awaitable[int]]) -> bool:
        """Check now, unless a check has ended since the call; `ask` returns getMe's status."""
        began = time.monotonic()
        async with self._lock:
            if not self.refused.is_set() and self._ended < began:
                if await self._is_always_refused(ask):
                    self.refused.set()
                self._ended = time.monotonic()
            return self.refused.is_set()

    async def _is_always_refused(self, ask: Callable[[], Awaitable[int]]) -> bool:
        for wait in REFUSAL_WAITS_SECONDS:
            await asyncio.sleep(wait)
            try:
                if await ask() not in _TOKEN_STATUSES:
                    return False
            except TelegramError:  # no reply says nothing about the token
                return False
        return True


class WatchedRequest(HTTPXRequest):
    """Connections to Telegram that raise InvalidToken only for a revoked token.

    The library takes any 401 or 404 for that, and silently stops polling.
    """

    def __init__(self, token_check: TokenCheck, **options: Any) -> None:
        super().__init__(**options)
        self._token_check = token_check

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        for _ in range(_ATTEMPTS):
            status, body = await self._count_request(url, *args, **kwargs)
            if not _may_be_token(url, status) or await self._token_check.is_refused(self._get_me):
                return status, body
            logger.warning(
                "%s was refused (%d) although the token is good", PublicText(_method(url)), status
            )
        text = f"{_method(url)} is refused ({status}) although the token is good"
        raise (UnknownMethodError if status == HTTPStatus.NOT_FOUND else NetworkError)(text)

    async def _get_me(self) -> int:
        status, _ = await self._count_request(self._token_check.get_me_url, "POST")
        return status

    async def _count_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        try:
            status, body = await super().do_request(url, *args, **kwargs)
        except TelegramError:
            METERS.requested(_method(url), 0)
            raise
        METERS.requested(_method(url), status)
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
            METERS.nothing_new()
        updates = [legible_update(each) for each in result] if isinstance(result, list) else [None]
        legible = [each for each in updates if each is not None]
        if updates and not legible:
            # Otherwise the library would ask again at once, for ever.
            raise TelegramError("what came is no list of updates")
        return content | {"result": legible}


def _may_be_token(url: str, status: int) -> bool:
    """True if the reply may mean a revoked token; a missing file is a 404, too."""
    gone_file = status == HTTPStatus.NOT_FOUND and _method(url) == "file"
    return status in _TOKEN_STATUSES and not gone_file


def _method(url: str) -> str:
    """The Bot API method in a URL."""
    path = url.partition("?")[0]
    return "file" if "/file/bot" in path else path.rpartition("/")[2]
