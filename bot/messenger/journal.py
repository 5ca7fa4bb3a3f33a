"""The journal of what arrives and what is sent: nothing is forgotten, nothing said twice.

An update is written down before Telegram hears that it was received, a letter before it is sent,
each of its messages as soon as Telegram has taken it. When the process dies in between, the update
is handled again, and what it had said already is found here instead of being said anew. A `Trigger`
tells which update the code at hand works for, so that each letter finds its place.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from telegram import Update

from bot.state import chats, deliveries, updates
from bot.state.database import State
from bot.state.deliveries import Delivery, DeliveryOutcome, Letter
from bot.state.updates import UpdateRecord

Result = TypeVar("Result")


_THREADS = {False: 1, True: 4}
"""Of those that wait for the disk, and of those that do not: PostgreSQL writes several records at
once, each in steps between which other threads of this process have their turn."""


def _utc() -> datetime:
    return datetime.now(UTC)


class Postponed(BaseException):
    """The bot stops before something could be sent: the next start goes on with it, or the process
    that has taken it over.

    Not an Exception: no handler is to turn it into an apology.
    """


class Journal:
    """One bot's journal in the database, written by threads of its own.

    A record must not wait for a free thread among those that search, nor for updates that arrive
    meanwhile, each of which waits for the disk: what Telegram has taken and the database does not
    know yet is said twice if the process dies at that moment.
    """

    def __init__(self, state: State, bot_id: int, now: Callable[[], datetime] = _utc) -> None:
        self._state = state
        self._bot_id = bot_id
        self._now = now
        self._threads = {
            quick: ThreadPoolExecutor(count, "journal") for quick, count in _THREADS.items()
        }
        self.stopping = asyncio.Event()
        """Set when the bot stops: what would wait is then left for the next start."""

    async def arrived(self, update: Update) -> frozenset[int] | None:
        """Write an update down; those of its chat that come first, None when it is known already.
        Raises StateError."""
        return await self._run(
            partial(
                updates.record_arrival,
                bot_id=self._bot_id,
                update_id=update.update_id,
                content=update.to_dict(),
                now=self._now(),
                chat_id=update.effective_chat.id if update.effective_chat else None,
            ),
            relaxed=True,
        )

    async def set_aside(self, update_id: int, content: Mapping[str, Any]) -> bool:
        """Keep what cannot be read; False when it was known already. Raises StateError."""
        return await self._run(
            partial(
                updates.set_update_aside,
                bot_id=self._bot_id,
                update_id=update_id,
                content=content,
                now=self._now(),
            )
        )

    async def waiting(self, in_hand: Collection[int] = ()) -> list[UpdateRecord]:
        """What this process is to deal with, and what one that ended has left."""
        job = partial(updates.take_over_updates, bot_id=self._bot_id, in_hand=frozenset(in_hand))
        return await self._run(job, quick=True, relaxed=True)

    async def taken_up(self, update_id: int) -> int | None:
        """How often an update has been taken up, this time included; None where it is not for this
        process to deal with any more. Raises StateError."""
        job = partial(updates.take_up_update, bot_id=self._bot_id, update_id=update_id)
        return await self._run(job, quick=True)

    async def done(self, update_id: int) -> None:
        await self._run(
            partial(
                updates.finish_update, bot_id=self._bot_id, update_id=update_id, now=self._now()
            ),
            quick=True,
        )

    async def opened(self, update_id: int | None, number: int, letter: Letter) -> Delivery:
        """The record of a letter, found or begun. Raises StateError, and Postponed where another
        process deals with the update by now."""

        def begun(session: Session) -> Delivery | None:
            if update_id is not None and updates.is_elsewhere(session, self._bot_id, update_id):
                return None
            now = self._now()
            return deliveries.open_delivery(session, self._bot_id, update_id, number, letter, now)

        opened = await self._run(begun, quick=update_id is not None)
        if opened is None:
            raise Postponed("another process has taken it over")
        return opened

    async def post(
        self, record: Callable[..., Delivery | None], **fields: object
    ) -> Delivery | None:
        """Begin a message that answers no update; None if there is nothing to send any more.

        `record` stores it and marks its cause as dealt with, in one transaction; it is called with
        the session, `fields`, `bot_id` and `now`.
        """
        return await self._run(partial(record, bot_id=self._bot_id, now=self._now(), **fields))

    async def outcome(self, delivery_id: int) -> DeliveryOutcome | None:
        return await self._run(partial(deliveries.delivery_outcome, delivery_id=delivery_id))

    async def recorded(
        self, delivery_id: int, sent: tuple[int, ...], *, whole: bool, asked: bool = True
    ) -> None:
        """What Telegram has taken; what nobody `asked` for is not said twice, come what may."""
        now = self._now()
        job = partial(
            deliveries.record_sent, delivery_id=delivery_id, sent=sent, whole=whole, now=now
        )
        await self._run(job, quick=asked)

    async def amended(self, delivery_id: int, letter: Letter) -> None:
        await self._run(partial(deliveries.amend_letter, delivery_id=delivery_id, letter=letter))

    async def given_up(self, delivery_id: int, reason: str) -> None:
        now = self._now()
        await self._run(
            partial(deliveries.give_up_delivery, delivery_id=delivery_id, reason=reason, now=now)
        )

    async def afresh(self, update_id: int) -> list[int]:
        """Begin an update's letters again if it was shown something aside; what to take away."""
        return await self._run(
            partial(deliveries.restart_deliveries, bot_id=self._bot_id, update_id=update_id)
        )

    async def unasked(self) -> list[int]:
        """The letters of no update that an ended process did not finish, now this one's."""
        job = partial(deliveries.take_over_deliveries, bot_id=self._bot_id)
        return await self._run(job, relaxed=True)

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """A letter with its files; None when it is not known any more."""
        return await self._run(partial(deliveries.find_delivery, delivery_id=delivery_id))

    async def moved(self, old: int, new: int) -> None:
        """A group is known by another id from now on."""
        await self._run(partial(chats.move_chat, old=old, new=new, now=self._now()))

    def close(self) -> None:
        """Wait for what is being written."""
        for thread in self._threads.values():
            thread.shutdown()

    async def _run(
        self, job: Callable[[Session], Result], *, quick: bool = False, relaxed: bool = False
    ) -> Result:
        loop = asyncio.get_running_loop()
        write = partial(self._state.do, job, quick=quick, relaxed=relaxed)
        writing = loop.run_in_executor(self._threads[quick], write)
        # What happened is written down even if nobody waits for it any more.
        return await asyncio.shield(writing)


Work = Callable[[], Awaitable[None]]


class Trigger:
    """An update that is dealt with, or (None) what the bot does although nobody asked."""

    def __init__(
        self,
        journal: Journal,
        update_id: int | None = None,
        turn: Callable[[], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        """`letters` counts those that it got; `work` is what its turn has queued; `turn` waits for
        another turn in its chat."""
        self.journal = journal
        self.update_id = update_id
        self.letters = 0
        self.work: deque[Work] = deque()
        self.turn = turn
        self._asides = 0

    def next_number(self, *, aside: bool) -> int:
        """The place of the next letter among those that the update gets: below 0 for asides."""
        if aside:
            self._asides -= 1
            return self._asides
        self.letters += 1
        return self.letters


_current: ContextVar[Trigger | None] = ContextVar("trigger", default=None)


def current_trigger() -> Trigger | None:
    """What is being dealt with here; None where nothing is written down."""
    return _current.get()


def current_update() -> int | None:
    """The number of the update that is being dealt with here, if one is."""
    trigger = current_trigger()
    return trigger.update_id if trigger else None


def queue_work(work: Work) -> None:
    """Do this once the turn of the current update is over, so that it holds up nobody.

    The update is done when its work is: a process that dies in between leaves both to the next one.
    """
    trigger = current_trigger()
    assert trigger is not None, "only updates queue work"
    assert trigger.update_id is not None, "only updates queue work"
    trigger.work.append(work)


@asynccontextmanager
async def another_turn() -> AsyncIterator[None]:
    """A turn of its own in the chat, for what work has led to. Raises Postponed."""
    trigger = current_trigger()
    if trigger is None or trigger.turn is None:
        yield
        return
    async with trigger.turn():
        if trigger.journal.stopping.is_set():
            raise Postponed("the bot stops")
        yield


def stop_event() -> asyncio.Event | None:
    """Set when the bot stops; None where nothing is written down."""
    trigger = current_trigger()
    return trigger.journal.stopping if trigger else None


@contextmanager
def triggered_by(what: Trigger) -> Iterator[None]:
    """All that is said in the block is said because of this."""
    before = _current.set(what)
    try:
        yield
    finally:
        _current.reset(before)


@contextmanager
def outside_update() -> Iterator[None]:
    """What is said in the block answers no update: the one that led to it is done by then."""
    trigger = current_trigger()
    if trigger is None:
        yield
        return
    with triggered_by(Trigger(trigger.journal)):
        yield
