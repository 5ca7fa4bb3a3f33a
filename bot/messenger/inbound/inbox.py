"""The inbox: updates are recorded before they are confirmed, and kept until handled."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, repeat
from typing import Any, TypeVar

from telegram import Bot, Chat, Update
from telegram.ext import Application, ExtBot

from bot.errors import StateError
from bot.messenger.inbound.scheduler import FairScheduler
from bot.messenger.inbound.unreadable import legible_update, unreadable_content
from bot.messenger.journal import Journal, Postponed, Trigger, act_for, take_late_notice
from bot.messenger.outbound.delivery import take_away
from bot.operations.logs import Subject, log_about
from bot.operations.metrics import METERS

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
SayLate = Callable[[Update, Bot], Coroutine[Any, Any, tuple[int, ...]]]

UPDATE_TRIES = 5  # attempts at an update whose handling kills the process
# Seconds between attempts to write to the database.
_FIRST_WAITS, _LONGEST_WAIT = (1.0, 2.0, 4.0, 8.0, 16.0), 30.0


class Inbox(asyncio.Queue[object]):
    """The queue between the receiver and the handlers of updates.

    Both polling and webhook confirm an update to Telegram after putting it here, so `put` waits
    until the update is recorded. Updates that arrive together are recorded together, by `record`,
    before each is put. If several processes share the work, one of them at a time handles all
    updates of a chat, in order of arrival.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._in_hand: dict[int, float] = {}  # updates held here: the time of their arrival
        self.maybe_done: set[int] = set()  # updates that an earlier process may have left
        # Updates that are recorded and not yet put: True if this process handles them, False if
        # another does, None if they were recorded before.
        self._is_ours: dict[int, bool | None] = {}

    async def record(self, arrivals: Sequence[Update]) -> None:
        """Record updates that arrived together in one transaction, each once, before it is put."""
        updates = {
            update.update_id: update
            for update in arrivals
            if update.inline_query is None and unreadable_content(update) is None
        }
        if not updates:
            return
        arrived = list(updates.values())
        predecessors = await self._write(partial(self._journal.record_arrivals, arrived))
        for update_id, earlier in zip(updates, predecessors, strict=True):
            ours = None
            if earlier is not None and update_id not in self._in_hand:  # by `refill`
                ours = earlier <= self._in_hand.keys()
            if ours:
                self._hold(update_id)
            self._is_ours[update_id] = ours

    async def put(self, item: object) -> None:
        if not isinstance(item, Update):
            await super().put(item)
            return
        if (content := unreadable_content(item)) is not None:
            if await self._write(partial(self._journal.quarantine, item.update_id, content)):
                _report_unreadable(item.update_id)
        elif item.inline_query is not None:  # not recorded: outdated a moment later
            await super().put(item)
        else:
            await self._put_after_record(item)
        METERS.note_update()

    async def _put_after_record(self, update: Update) -> None:
        if update.update_id not in self._is_ours:
            await self.record([update])
        ours = self._is_ours.pop(update.update_id)
        if ours:
            await super().put(update)
        elif ours is not None:  # the process that has the earlier ones takes it
            try:
                await self.refill(update.get_bot())
            except StateError as error:
                logger.error("Recorded updates are taken in later: %s", error)

    def wait_of(self, update_id: int) -> float:
        """Return the seconds since an update reached this process; 0 if it is released."""
        now = time.monotonic()
        return now - self._in_hand.get(update_id, now)

    async def refill(self, bot: Bot) -> None:
        """Queue updates that ended processes left undone, or others left to this one, oldest
        first. Raises StateError."""
        before = self.qsize()
        for record in await self._journal.take_over_updates(self._in_hand):
            content = dict(record.content)
            if legible_update(content) is content:
                self.maybe_done.add(record.id)
                if record.id not in self._in_hand:
                    self._hold(record.id)
                    await super().put(Update.de_json(content, bot))
            elif await self._journal.quarantine(record.id, content):
                _report_unreadable(record.id)
        if self.qsize() > before:
            logger.info("%d updates were left undone and are dealt with", self.qsize() - before)

    def release(self, update_id: int) -> None:
        """Release an update that is handled, or that another process handles."""
        self._in_hand.pop(update_id, None)
        self.maybe_done.discard(update_id)

    def _hold(self, update_id: int) -> None:
        self._in_hand[update_id] = time.monotonic()

    async def _write(self, write: Callable[[], Awaitable[Result]]) -> Result:
        """Record updates, retrying until the database can be written; until then, Telegram keeps
        them."""
        for wait in chain(_FIRST_WAITS, repeat(_LONGEST_WAIT)):
            try:
                return await write()
            except StateError as error:
                logger.error("Updates cannot be recorded (%s); trying again in %s s", error, wait)
            await asyncio.sleep(wait)
        raise AssertionError("there is always another wait")


def _report_unreadable(update_id: int) -> None:
    METERS.unreadable_updates.inc()
    with log_about(Subject(update_id)):
        logger.error("An update cannot be read and is set aside")


def _log_subject(update: Update) -> Subject:
    """The update's number, and its private texts and numbers, which the log hides."""
    texts, numbers = set(_texts_of(update)), set[int]()
    for peer in (update.effective_user, update.effective_sender, update.effective_chat):
        if peer is not None:
            numbers.add(peer.id)
            texts |= {peer.first_name, peer.last_name, peer.full_name, peer.username}
            texts.add(peer.title if isinstance(peer, Chat) else None)
    return Subject(update.update_id, frozenset(filter(None, texts)), frozenset(numbers))


def _texts_of(update: Update) -> Iterator[str | None]:
    message = update.effective_message
    for post in (message, message.reply_to_message) if message else ():
        for text in (post.text, post.caption) if post else ():
            yield text
            # The same without commands and mentions.
            yield " ".join(w for w in (text or "").split() if not w.startswith(("/", "@")))
        if post is not None and post.document is not None:
            yield post.document.file_name
    if message is not None and message.quote is not None:
        yield message.quote.text
    if update.inline_query is not None:
        yield update.inline_query.query


class RecordingBot(ExtBot[int]):
    """A bot that records all updates of one response together. The library then puts them in the
    inbox one by one, and confirms them with its next request."""

    def __init__(self, inbox: Inbox, token: str, **options: Any) -> None:
        super().__init__(token, **options)
        self._inbox = inbox

    async def get_updates(self, *args: Any, **options: Any) -> tuple[Update, ...]:
        updates = await super().get_updates(*args, **options)
        await self._inbox.record(updates)
        return updates


class DurableApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application whose updates are finished when their handlers are."""

    journal: Journal

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        assert isinstance(self.update_processor, FairScheduler)
        self.update_processor.when_late = self._announce_delay
        # Sends a notice of a delay; returns the ids of its messages, if any. Never raises.
        self.say_late: SayLate | None = None
        self._triggers: dict[int, Trigger] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._queued_work: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """Number of updates being handled."""
        return len(self._tasks)

    def interrupt(self) -> None:
        """Leave unfinished updates to the next start."""
        for task in self._tasks:
            task.cancel()

    @property
    def inbox(self) -> Inbox:
        assert isinstance(self.update_queue, Inbox)
        return self.update_queue

    async def refill(self) -> None:
        """Queue the updates for this process. Raises StateError."""
        await self.inbox.refill(self.bot)

    async def stop(self) -> None:
        """Stop as the library does, and wait for queued work."""
        await super().stop()
        while self._queued_work:
            await asyncio.wait(self._queued_work)

    async def process_update(self, update: object) -> None:
        if self.journal.stop.is_set():
            return  # the next start handles it
        with self._track_task():
            try:
                if not isinstance(update, Update):
                    await super().process_update(update)
                    return
                with log_about(_log_subject(update)):
                    if update.inline_query is None:
                        await self._handle(update)
                    else:
                        await super().process_update(update)
            finally:
                METERS.note_completion()
                if isinstance(update, Update):
                    self._triggers.pop(update.update_id, None)

    @contextmanager
    def _track_task(self) -> Iterator[None]:
        """Let a stop cancel the current task, whose work the next start repeats."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self.journal.stop.is_set():
                raise
            logger.warning("An update took too long for a stop and is left for the next start")
        finally:
            self._tasks.discard(task)

    async def _handle(self, update: Update) -> None:
        """Handle a recorded update, and mark it as finished."""
        update_id = update.update_id
        try:
            tries = await self.journal.take_up(update_id)
        except StateError as error:
            logger.error("An update is handled without being recorded: %s", error)
            tries = 1
        if tries is None:
            self.inbox.release(update_id)
            return
        trigger = self._trigger_of(update)
        with act_for(trigger):
            try:
                if tries > UPDATE_TRIES:
                    await self.process_error(update, UpdateGivenUp(update_id, tries - 1))
                else:
                    if tries > 1 or update_id in self.inbox.maybe_done:
                        await self._delete_partial_answer(update)
                    await super().process_update(update)
            except Postponed as reason:
                logger.info("It is left for the next start: %s", reason)
                self.inbox.release(update_id)
                return
            finally:
                trigger.is_over = True
                await self._delete_messages(update, await take_late_notice())
            if trigger.work:
                task = asyncio.create_task(self._do_queued_work(update, trigger))
                self._queued_work.add(task)
                task.add_done_callback(self._queued_work.discard)
                return
        await self._finish(update, trigger)

    def _announce_delay(self, update: Update) -> None:
        """Say that an update takes time, unless a message was sent or it is being finished."""
        if self.say_late is None or self.journal.stop.is_set():
            return
        trigger = self._trigger_of(update)
        if not (trigger.is_over or trigger.letters or trigger.temporary_letters):
            with act_for(trigger):
                trigger.late = asyncio.create_task(self.say_late(update, self.bot))

    def _trigger_of(self, update: Update) -> Trigger:
        """The trigger of an update that waits or is being handled."""
        assert isinstance(self.update_processor, FairScheduler)
        slot = partial(self.update_processor.slot, update)
        new = Trigger(self.journal, update.update_id, slot)
        return self._triggers.setdefault(update.update_id, new)

    async def _do_queued_work(self, update: Update, trigger: Trigger) -> None:
        """Do an update's queued work, and the work that this queues; then finish the update."""
        is_done = False
        with self._track_task():
            try:
                while trigger.work:
                    try:
                        await trigger.work.popleft()()
                    except Exception as error:
                        await self.process_error(update, error)
            except Postponed as reason:
                logger.info("It is left for the next start: %s", reason)
                self.inbox.release(update.update_id)
                return
            is_done = True
        if is_done:
            await self._finish(update, trigger)

    async def _finish(self, update: Update, trigger: Trigger) -> None:
        seconds = self.inbox.wait_of(update.update_id)
        try:
            await self.journal.finish(update.update_id)
            self.inbox.release(update.update_id)
        except StateError as error:
            logger.error("It may be handled again: %s", error)
        if trigger.letters:
            METERS.reply_seconds.observe(seconds)
            logger.info("Dealt with, %.2f s after it came", seconds)

    async def _delete_partial_answer(self, update: Update) -> None:
        """Delete the messages of an answer that an earlier process did not finish."""
        try:
            messages = await self.journal.restart_deliveries(update.update_id)
        except StateError as error:
            logger.error("The messages of an unfinished answer stay: %s", error)
            return
        await self._delete_messages(update, messages)

    async def _delete_messages(self, update: Update, message_ids: Iterable[int]) -> None:
        if (chat := update.effective_chat) is not None:
            for message_id in message_ids:
                await take_away(self.bot, chat.id, message_id)


class UpdateGivenUp(Exception):  # noqa: N818 - a fate, not a fault
    """Handling the update has killed the process several times."""

    def __init__(self, update_id: int, tries: int) -> None:
        super().__init__(f"update {update_id} killed the process {tries} times and is given up")
