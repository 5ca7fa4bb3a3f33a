"""In which order updates are handled: people take turns, each with what they sent first to last."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.messenger.addressed import author

URGENT = ("stop:", "/stop")
"""What begins the buttons and the command that stop an answer: they cannot wait for its end."""

_UNBOUNDED = 10**6
"""The library lets that many updates come to their turns; with less, one person's flood would
stand before everybody else's first question."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """An update of a chat, and the moment that it is called."""

    chat: int
    called: asyncio.Event = field(default_factory=asyncio.Event)


class ChatByChat(BaseUpdateProcessor):
    """Chats side by side, `slots` at once; within one chat, one update after the other.

    When more wait than there are slots, people are served in turn, whatever the number of their
    updates and of their chats: one who sends a hundred questions holds one slot, and everybody
    else waits at most for one question of theirs. In a group too, its people take turns; the
    questions of one person keep their order.
    """

    def __init__(self, slots: int) -> None:
        super().__init__(_UNBOUNDED)
        self._free = slots
        self._queues: OrderedDict[int, deque[_Waiting]] = OrderedDict()
        self._served: set[int] = set()
        self._busy: set[int] = set()

    @property
    def waiting(self) -> int:
        """How many updates wait for their turn."""
        return sum(map(len, self._queues.values()))

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = update.effective_chat if isinstance(update, Update) else None
        if not isinstance(update, Update) or chat is None or _urgent(update):
            await coroutine
            return
        person = author(update) or chat.id
        try:
            await self._turn(person, chat.id)
        except BaseException:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            raise
        try:
            await coroutine
        finally:
            self._leave(person, chat.id)

    async def _turn(self, person: int, chat: int) -> None:
        """Wait until it is this person's turn in this chat."""
        mine = _Waiting(chat)
        self._queues.setdefault(person, deque()).append(mine)
        self._call()
        try:
            await mine.called.wait()
        except BaseException:
            if mine.called.is_set():
                self._leave(person, chat)
            else:
                self._queues[person].remove(mine)
                self._call()
            raise

    def _leave(self, person: int, chat: int) -> None:
        self._free += 1
        self._served.discard(person)
        self._busy.discard(chat)
        self._call()

    def _call(self) -> None:
        """Call whoever can be served now, those who have waited longest for a turn first."""
        for person in list(self._queues):
            queue = self._queues[person]
            if not queue:
                del self._queues[person]
                continue
            if not self._free:
                return
            if person in self._served or queue[0].chat in self._busy:
                continue
            first = queue.popleft()
            self._free -= 1
            self._served.add(person)
            self._busy.add(first.chat)
            # Behind all others, also behind those who come before this one is done.
            self._queues.move_to_end(person)
            if not queue:
                del self._queues[person]
            first.called.set()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""


def _urgent(update: Update) -> bool:
    pressed = update.callback_query.data if update.callback_query else None
    said = update.message.text if update.message else None
    return (pressed or said or "").startswith(URGENT)
