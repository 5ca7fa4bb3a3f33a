"""The journal of updates and deliveries: nothing is lost, nothing is said twice.

An update is recorded before it is confirmed to Telegram, a letter before it is sent, each of its
messages as soon as Telegram has accepted it. If the process dies in between, the update is handled
again, and messages that were already sent are found here. A `Trigger` identifies the update that
the current code works for.
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
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from telegram import Update

from bot.state import chats, deliveries, updates
from bot.state.clock import utc_now
from bot.state.database import State
from bot.state.deliveries import Delivery, DeliveryOutcome, Letter
from bot.state.updates import UpdateRecord

Result = TypeVar("Result")
# The update that the button below a draft sends; newer than the library.
DRAFT_STOPPED = "stopped_message_generation"
# For jobs that wait for the disk (False), and quick ones (True), of which PostgreSQL writes several
# at once.
_THREADS = {False: 1, True: 4}


class Postponed(BaseException):
    """The bot stops before something could be sent; the next start, or another process, sends it.

    Not an Exception, so that no handler turns it into an apology.
    """


class Journal:
    """One bot's journal in the database, written by threads of its own.

    A record must wait neither for the threads that search nor for arriving updates, which wait for
    the disk: a message that Telegram accepted is sent twice if the process dies before the database
    knows of it.
    """

    def __init__(self, state: State, bot_id: int, now: Callable[[], datetime] = utc_now) -> None:
        self._state = state
        self._bot_id = bot_id
        self._now = now
        self._threads = {
            quick: ThreadPoolExecutor(count, "journal") for quick, count in _THREADS.items()
        }
        self.stopping = asyncio.Event()  # set when the bot stops; what would wait is postponed

    async def record_arrivals(self, arrived: Sequence[Update]) -> list[frozenset[int] | None]:
        """Record updates in one transaction; return, of each, the earlier ones of its chat, or None
        if it is known already. Raises StateError."""
        now = self._now()

        def record(session: Session) -> list[frozenset[int] | None]:
            return [
                updates.record_arrival(
                    session, self._bot_id, each.update_id, each.to_dict(), now, _chat_of(each)
                )
                for each in arrived
            ]

        return await self._run(record, relaxed=True)

    async def set_aside(self, update_id: int, content: Mapping[str, Any]) -> bool:
        """Quarantine an unreadable update; False if it was known already. Raises StateError."""
        return await self._run(
            partial(
                updates.set_update_aside,
                bot_id=self._bot_id,
                update_id=update_id,
                content=content,
                now=self._now(),
            )
        )

    async def take_over_updates(self, in_hand: Collection[int] = ()) -> list[UpdateRecord]:
        """Return the updates for this process, including those that an ended one left."""
        job = partial(updates.take_over_updates, bot_id=self._bot_id, in_hand=frozenset(in_hand))
        return await self._run(job, quick=True, relaxed=True)

    async def take_up(self, update_id: int) -> int | None:
        """Count and return the attempts at an update, this one included; None if another process
        handles it by now. Raises StateError."""
        job = partial(updates.take_up_update, bot_id=self._bot_id, update_id=update_id)
        return await self._run(job, quick=True)

    async def finish(self, update_id: int) -> None:
        await self._run(
            partial(
                updates.finish_update, bot_id=self._bot_id, update_id=update_id, now=self._now()
            ),
            quick=True,
        )

    async def open(self, update_id: int | None, number: int, letter: Letter) -> Delivery:
        """Find or begin the record of a letter. Raises StateError, and Postponed if another process
        handles the update by now."""

        def find_or_begin(session: Session) -> Delivery | None:
            if update_id is not None and updates.is_elsewhere(session, self._bot_id, update_id):
                return None
            now = self._now()
            return deliveries.open_delivery(session, self._bot_id, update_id, number, letter, now)

        opened = await self._run(find_or_begin, quick=update_id is not None)
        if opened is None:
            raise Postponed("another process has taken it over")
        return opened

    async def post(
        self, record: Callable[..., Delivery | None], **fields: object
    ) -> Delivery | None:
        """Begin a message that answers no update; None if there is nothing left to send.

        `record` stores it and marks its cause as handled, in one transaction; it is called with
        the session, `fields`, `bot_id` and `now`.
        """
        return await self._run(partial(record, bot_id=self._bot_id, now=self._now(), **fields))

    async def outcome(self, delivery_id: int) -> DeliveryOutcome | None:
        return await self._run(partial(deliveries.delivery_outcome, delivery_id=delivery_id))

    async def record(
        self, delivery_id: int, sent: tuple[int, ...], *, whole: bool, asked: bool = True
    ) -> None:
        """Record the messages that Telegram accepted; one that nobody `asked` for waits for the
        disk, so that it is never sent twice."""
        now = self._now()
        job = partial(
            deliveries.record_sent, delivery_id=delivery_id, sent=sent, whole=whole, now=now
        )
        await self._run(job, quick=asked)

    async def amend(self, delivery_id: int, letter: Letter) -> None:
        await self._run(partial(deliveries.amend_letter, delivery_id=delivery_id, letter=letter))

    async def give_up(self, delivery_id: int, reason: str) -> None:
        now = self._now()
        await self._run(
            partial(deliveries.give_up_delivery, delivery_id=delivery_id, reason=reason, now=now)
        )

    async def restart_deliveries(self, update_id: int) -> list[int]:
        """Restart an update's letters if an aside was shown; return the messages to delete."""
        return await self._run(
            partial(deliveries.restart_deliveries, bot_id=self._bot_id, update_id=update_id)
        )

    async def take_over_deliveries(self) -> list[int]:
        """Take over letters that answer no update and that an ended process left unfinished."""
        job = partial(deliveries.take_over_deliveries, bot_id=self._bot_id)
        return await self._run(job, relaxed=True)

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """Return a letter with its files; None if it is gone."""
        return await self._run(partial(deliveries.find_delivery, delivery_id=delivery_id))

    async def move_chat(self, old: int, new: int) -> None:
        """Rename a group whose id has changed."""
        await self._run(partial(chats.move_chat, old=old, new=new, now=self._now()))

    def close(self) -> None:
        """Wait for pending writes."""
        for thread in self._threads.values():
            thread.shutdown()

    async def _run(
        self, job: Callable[[Session], Result], *, quick: bool = False, relaxed: bool = False
    ) -> Result:
        loop = asyncio.get_running_loop()
        write = partial(self._state.do, job, quick=quick, relaxed=relaxed)
        writing = loop.run_in_executor(self._threads[quick], write)
        # The record is written even if its caller is cancelled.
        return await asyncio.shield(writing)


Work = Callable[[], Awaitable[None]]


class Trigger:
    """The update being handled, or (None) something that the bot does on its own."""

    def __init__(
        self,
        journal: Journal,
        update_id: int | None = None,
        turn: Callable[[], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        """`letters` counts its letters; `work` is queued by its turn; `turn` waits for another turn
        in its chat."""
        self.journal = journal
        self.update_id = update_id
        self.letters = 0
        self.work: deque[Work] = deque()
        self.turn = turn
        self.asides = 0
        # Sends the message that the answer takes time, which is to become the answer.
        self.late: asyncio.Task[tuple[int, ...]] | None = None

    def next_number(self, *, aside: bool) -> int:
        """Return the number of the update's next letter; negative for asides."""
        if aside:
            self.asides -= 1
            return self.asides
        self.letters += 1
        return self.letters


_current: ContextVar[Trigger | None] = ContextVar("trigger", default=None)


def current_trigger() -> Trigger | None:
    """Return the current trigger; None where there is no journal."""
    return _current.get()


def current_update() -> int | None:
    """Return the number of the update being handled, if any."""
    trigger = current_trigger()
    return trigger.update_id if trigger else None


def queue_work(work: Work) -> None:
    """Run `work` after the turn of the current update, so that it blocks nobody.

    The update is finished when its work is; if the process dies first, the next one repeats both.
    """
    trigger = current_trigger()
    assert trigger is not None, "only updates queue work"
    assert trigger.update_id is not None, "only updates queue work"
    trigger.work.append(work)


@asynccontextmanager
async def another_turn() -> AsyncIterator[None]:
    """Take another turn in the chat, for the result of queued work. Raises Postponed."""
    trigger = current_trigger()
    if trigger is None or trigger.turn is None:
        yield
        return
    async with trigger.turn():
        if trigger.journal.stopping.is_set():
            raise Postponed("the bot stops")
        yield


async def take_late_notice() -> tuple[int, ...]:
    """The messages that said that the current update takes time, once; most often none."""
    trigger = current_trigger()
    if trigger is None or trigger.late is None:
        return ()
    late, trigger.late = trigger.late, None
    return await late


def stop_event() -> asyncio.Event | None:
    """Return the event set when the bot stops; None where there is no journal."""
    trigger = current_trigger()
    return trigger.journal.stopping if trigger else None


@contextmanager
def act_for(what: Trigger) -> Iterator[None]:
    """Attribute everything sent in the block to this trigger."""
    before = _current.set(what)
    try:
        yield
    finally:
        _current.reset(before)


@contextmanager
def outside_update() -> Iterator[None]:
    """Attribute nothing sent in the block to the current update, which is finished by then."""
    trigger = current_trigger()
    if trigger is None:
        yield
        return
    with act_for(Trigger(trigger.journal)):
        yield


def draft_stopped(update: Update) -> tuple[int, int] | None:
    """The private chat and topic (0: none) whose draft a person stopped, if the update says so."""
    match update.api_kwargs.get(DRAFT_STOPPED):
        case {"chat": {"id": int(chat_id)}, "message_thread_id": int(thread_id)}:
            return chat_id, thread_id
        case {"chat": {"id": int(chat_id)}}:
            return chat_id, 0
    return None


def _chat_of(update: Update) -> int | None:
    if update.effective_chat is not None:
        return update.effective_chat.id
    stopped = draft_stopped(update)
    return stopped[0] if stopped else None
