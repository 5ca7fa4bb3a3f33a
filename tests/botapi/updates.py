"""The queue of what people did, from which the bot polls."""

from __future__ import annotations

import asyncio

from tests.botapi.messages import Json
from tests.botapi.refusal import Refusal

_CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)

_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds that a bot gets only where it asks for them by name."""


class Updates:
    """Updates not yet confirmed; asking from an offset confirms those below it."""

    def __init__(self) -> None:
        self.pending: list[Json] = []
        self.allowed: frozenset[str] = frozenset()
        self._next = 1
        self._news = asyncio.Event()
        self._poll: asyncio.Task[list[Json]] | None = None
        self._closed = False

    @property
    def polled(self) -> bool:
        return self._poll is not None

    def add(self, kind: str, content: Json) -> None:
        """Queue one update, unless the bot has said that it does not want its kind."""
        if kind not in self.allowed and (self.allowed or kind in _ON_REQUEST):
            return
        self.pending.append({"update_id": self._next, kind: content})
        self._next += 1
        self._news.set()

    async def told(self) -> list[Json]:
        while not self.pending:
            self._news.clear()
            await self._news.wait()
        return list(self.pending)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Wait for updates from `offset` on; a second poll ends the first with a conflict (409)."""
        if self._poll is not None and not self._poll.done():
            self._poll.cancel()
        task = asyncio.ensure_future(self._wait(offset, limit, seconds))
        self._poll = task
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._poll is not task and not self._closed:
                raise Refusal(409, _CONFLICT) from None
            task.cancel()
            raise

    async def _wait(self, offset: int, limit: int, seconds: float) -> list[Json]:
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.pending = [update for update in self.pending if _id(update) >= offset]
        deadline = asyncio.get_running_loop().time() + seconds
        while not self.pending and not self._closed:
            self._news.clear()
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                break
            try:
                await asyncio.wait_for(self._news.wait(), remaining)
            except TimeoutError:
                break
        return self.pending[:limit]

    def close(self) -> None:
        self._closed = True
        self._news.set()


def _id(update: Json) -> int:
    number = update["update_id"]
    assert isinstance(number, int)
    return number
