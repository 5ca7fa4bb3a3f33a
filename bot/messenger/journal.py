"""The journal of updates and deliveries: nothing is lost, nothing is said twice.

An update is recorded before it is confirmed to Telegram, a letter before it is sent, each of its
messages as soon as Telegram has accepted it. If the process dies in between, the update is handled
again, and the journal tells which messages were sent. A `Trigger` identifies the update that the
current code works for.
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
from functools import partial
from typing import Any, Concatenate

from sqlalchemy.orm import Session
from telegram import Update

from bot.state import chats, deliveries, updates
from bot.state.clock import utc_now
from bot.state.database import Arguments, Result, State
from bot.state.deliveries import Delivery, DeliveryOutcome, Letter
from bot.state.updates import UpdateRecord

# Threads for jobs that wait for the disk (False), and for quick ones (True), several of which
# PostgreSQL writes concurrently.
_THREADS = {False: 1, True: 4}


class Postponed(BaseException):
    """The bot stops before something could be sent; the next start, or another process, sends it.
    Not an Exception, so that no handler turns it into an apology."""


class Journal:
    """One bot's journal in the database, written by its own threads.

    Records must not wait for searches, or for arriving updates, which wait for the disk: an
    accepted message is sent twice if the process dies before it is recorded.
    """

    def __init__(self, state: State, bot_id: int) -> None:
        self._state = state
        self._bot_id = bot_id
        self._threads = {
            quick: ThreadPoolExecutor(count, "journal") for quick, count in _THREADS.items()
        }
        self.stop = asyncio.Event()  # set when the bot stops; waiting requests are postponed

    async def record_arrivals(self, arrivals: Sequence[Update]) -> list[frozenset[int] | None]:
        """Record updates in one transaction; for each, return the earlier ones of its chat, or None
        if it was recorded before. Raises StateError."""
        bot_id, now = self._bot_id, utc_now()

        def record(session: Session) -> list[frozenset[int] | None]:
            return [
                updates.record_arrival(
                    session, bot_id, update.update_id, update.to_dict(), now, _chat_of(update)
                )
                for update in arrivals
            ]

        return await self._do(record, relaxed=True)

    async def quarantine(self, update_id: int, content: Mapping[str, Any]) -> bool:
        """Quarantine an unreadable update; False if that was done before. Raises StateError."""
        bot_id, now = self._bot_id, utc_now()
        return await self._run(updates.quarantine_update, bot_id, update_id, content, now)

    async def take_over_updates(self, in_hand: Collection[int] = ()) -> list[UpdateRecord]:
        """Return the updates for this process, including those of ended processes."""
        job = partial(updates.take_over_updates, bot_id=self._bot_id, in_hand=frozenset(in_hand))
        return await self._do(job, quick=True, relaxed=True)

    async def take_up(self, update_id: int) -> int | None:
        """Count and return the attempts at an update, this one included; None if another process
        handles it by now. Raises StateError."""
        job = partial(updates.take_up_update, bot_id=self._bot_id, update_id=update_id)
        return await self._do(job, quick=True)

    async def finish(self, update_id: int) -> None:
        finish, now = updates.finish_update, utc_now()
        await self._do(
            partial(finish, bot_id=self._bot_id, update_id=update_id, now=now), quick=True
        )

    async def open(self, update_id: int | None, number: int, letter: Letter) -> Delivery:
        """Find or begin the record of a letter. Raises StateError, and Postponed if another process
        handles the update by now."""

        def find_or_begin(session: Session) -> Delivery | None:
            if update_id is not None and updates.is_elsewhere(session, self._bot_id, update_id):
                return None
            now = utc_now()
            return deliveries.open_delivery(session, self._bot_id, update_id, number, letter, now)

        delivery = await self._do(find_or_begin, quick=update_id is not None)
        if delivery is None:
            raise Postponed("another process has taken it over")
        return delivery

    async def post(
        self, record: Callable[..., Delivery | None], **fields: object
    ) -> Delivery | None:
        """Begin a message that answers no update; None if there is nothing left to send.

        `record` stores it and marks its cause as handled, in one transaction; it is called with
        the session, `fields`, `bot_id` and `now`.
        """
        return await self._run(record, bot_id=self._bot_id, now=utc_now(), **fields)

    async def outcome(self, delivery_id: int) -> DeliveryOutcome | None:
        return await self._run(deliveries.delivery_outcome, delivery_id)

    async def record(
        self, delivery_id: int, message_ids: tuple[int, ...], *, whole: bool, is_reply: bool = True
    ) -> None:
        """Record the messages that Telegram accepted; an unsolicited one waits for the disk, so
        that it is never sent twice."""
        record, now = deliveries.record_sent, utc_now()
        job = partial(
            record, delivery_id=delivery_id, message_ids=message_ids, whole=whole, now=now
        )
        await self._do(job, quick=is_reply)

    async def amend(self, delivery_id: int, letter: Letter) -> None:
        await self._run(deliveries.amend_letter, delivery_id, letter)

    async def give_up(self, delivery_id: int, reason: str) -> None:
        await self._run(deliveries.give_up_delivery, delivery_id, reason, utc_now())

    async def restart_deliveries(self, update_id: int) -> list[int]:
        """Restart an update's letters if a temporary one was shown; return messages to delete."""
        return await self._run(deliveries.restart_deliveries, self._bot_id, update_id)

    async def take_over_deliveries(self) -> list[int]:
        """Take over unsolicited letters that an ended process left unfinished."""
        job = partial(deliveries.take_over_deliveries, bot_id=self._bot_id)
        return await self._do(job, relaxed=True)

    async def delivery(self, delivery_id: int) -> Delivery | None:
        """Return a letter with its files; None if it was deleted."""
        return await self._run(deliveries.find_delivery, delivery_id)

    async def move_chat(self, old: int, new: int) -> None:
        await self._run(chats.move_chat, old, new, utc_now())

    def close(self) -> None:
        """Wait for pending writes."""
        for thread in self._threads.values():
            thread.shutdown()

    async def _run(
        self,
        job: Callable[Concatenate[Session, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        return await self._do(lambda session: job(session, *args, **kwargs))

    async def _do(
        self, job: Callable[[Session], Result], *, quick: bool = False, relaxed: bool = False
    ) -> Result:
        """Run a job, even if the caller is cancelled."""
        do = partial(self._state.do, job, quick=quick, relaxed=relaxed)
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._threads[quick], do))


Work = Callable[[], Awaitable[object]]


class Trigger:
    """The update being handled, or (None) something that the bot does on its own."""

    def __init__(
        self,
        journal: Journal,
        update_id: int | None = None,
        slot: Callable[[], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        """`slot` waits for another slot of the scheduler."""
        self.journal = journal
        self.update_id = update_id
        self.slot = slot
        self.letters = self.temporary_letters = 0  # numbers of messages so far
        self.work: deque[Work] = deque()  # queued while the update was handled
        self.is_over = False  # the update was handled: no notice of a delay from then on
        # Sends the notice of a delay, which is then edited into the answer.
        self.late: asyncio.Task[tuple[int, ...]] | None = None

    def next_number(self, *, temporary: bool) -> int:
        """Return the number of the update's next letter; negative for temporary ones."""
        if temporary:
            self.temporary_letters -= 1
            return self.temporary_letters
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
    """Run `work` after the current update was handled, so that it blocks nobody. The update is
    finished when its work is; if the process dies first, the next one repeats both."""
    trigger = current_trigger()
    assert trigger is not None, "only updates queue work"
    assert trigger.update_id is not None, "only updates queue work"
    trigger.work.append(work)


@asynccontextmanager
async def another_slot() -> AsyncIterator[None]:
    """Take another slot of the scheduler, for the result of queued work. Raises Postponed."""
    trigger = current_trigger()
    if trigger is None or trigger.slot is None:
        yield
        return
    async with trigger.slot():
        if trigger.journal.stop.is_set():
            raise Postponed("the bot stops")
        yield


async def take_late_notice() -> tuple[int, ...]:
    """Return the messages of the delay notice for the current update, once; usually none."""
    trigger = current_trigger()
    if trigger is None or trigger.late is None:
        return ()
    late, trigger.late = trigger.late, None
    return await late


def stop_event() -> asyncio.Event | None:
    """Return the event set when the bot stops; None where there is no journal."""
    trigger = current_trigger()
    return trigger.journal.stop if trigger else None


@contextmanager
def act_for(trigger: Trigger) -> Iterator[None]:
    """Attribute everything sent in the block to this trigger."""
    token = _current.set(trigger)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def outside_update() -> Iterator[None]:
    """Attribute nothing sent in the block to the current update, which is finished by then."""
    trigger = current_trigger()
    if trigger is None:
        yield
        return
    with act_for(Trigger(trigger.journal)):
        yield


def _chat_of(update: Update) -> int | None:
    return update.effective_chat.id if update.effective_chat is not None else None
