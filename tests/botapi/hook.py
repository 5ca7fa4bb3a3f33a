"""The webhook: the server calls the bot with one update after the other until it is taken."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import aiohttp

from tests.botapi.messages import Json
from tests.botapi.refusal import bad_request
from tests.botapi.updates import Updates

AGAIN_AFTER = 0.05
"""Seconds before an update that was not taken is sent again; Telegram waits longer."""

_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)
_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Hook:
    def __init__(self, updates: Updates) -> None:
        self.url = ""
        self.secret: str | None = None
        self.statuses: list[int] = []
        """What the bot replied to each call; 0 where there was no reply."""
        self.called: list[Json] = []
        """The updates that the bot took."""
        self._taken = asyncio.Event()
        self._updates = updates
        self._calling: asyncio.Task[None] | None = None

    def set(self, parameters: Mapping[str, Any]) -> bool:
        url, secret = parameters["url"], parameters.get("secret_token")
        if url and not url.startswith(("https://", "http://127.0.0.")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if secret is not None and not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains illegal characters")
        self.close()
        self.url, self.secret = url, secret
        if "allowed_updates" in parameters:
            self._updates.allowed = frozenset(parameters["allowed_updates"])
        if url:
            self._calling = asyncio.get_running_loop().create_task(self._call_and_call())
        return True

    def info(self) -> Json:
        told: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self.statuses and self.statuses[-1] != 200:
            reason = f"Wrong response from the webhook: {self.statuses[-1]}"
            told |= {"last_error_date": 1, "last_error_message": reason}
        return told

    async def taken(self, times: int) -> None:
        async with asyncio.timeout(180):
            while len(self.called) < times:
                self._taken.clear()
                await self._taken.wait()

    def close(self) -> None:
        if self._calling is not None:
            self._calling.cancel()
            self._calling = None

    async def _call_and_call(self) -> None:
        headers = {} if self.secret is None else {_HEADER: self.secret}
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                for update in await self._updates.told():
                    await self._call(session, update)
                    self._updates.pending.remove(update)
                    self.called.append(update)
                    self._taken.set()

    async def _call(self, session: aiohttp.ClientSession, update: Json) -> None:
        while not await self._accepted(session, update):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(AGAIN_AFTER)

    async def _accepted(self, session: aiohttp.ClientSession, update: Json) -> bool:
        try:
            async with session.post(self.url, json=update) as reply:
                self.statuses.append(reply.status)
                return reply.status == 200
        except aiohttp.ClientError:
            self.statuses.append(0)
            return False
