"""The inbox: updates are recorded before they are confirmed, and kept until handled."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from itertools import chain, repeat
from typing import Any, TypeVar

from telegram import Bot, Chat, Message, Update, User
from telegram.ext import Application, ExtBot

from bot.errors import StateError
from bot.messenger.inbound.scheduler import FairScheduler
from bot.messenger.inbound.unreadable import legible_update, unreadable_content
from bot.messenger.journal import Journal, Postponed, Trigger, act_for, take_late_notice
from bot.messenger.outbound.delivery import take_away
from bot.operations.logs import Subject, log_about
from bot.operations.metrics import METERS


def log_subject_of(update: Update) -> Subject:
    """The update as the log knows it: its number, and its private texts and numbers."""
    people = (update.effective_user, update.effective_sender, update.effective_chat)
    texts = {*_texts_of(update), *(name for each in people for name in _names_of(each))}
    numbers = {each.id for each in people if each is not None}
    return Subject(update.update_id, frozenset(text for text in texts if text), frozenset(numbers))


def _texts_of(update: Update) -> Iterator[str | None]:
    message = update.effective_message
    if message is not None:
        yield from _text_forms(message)
        if message.reply_to_message is not None:
            yield from _text_forms(message.reply_to_message)
        if message.quote is not None:
            yield message.quote.text
    if update.inline_query is not None:
        yield update.inline_query.query


def _text_forms(message: Message) -> Iterator[str | None]:
    for text in (message.text, message.caption):
        yield text
        if text:  # also what is left of it without a command or the bot's name
            words = [each for each in text.split() if not each.startswith(("/", "@"))]
            yield " ".join(words)
    if message.document is not None:
        yield message.document.file_name


def _names_of(who: User | Chat | None) -> Iterator[str | None]:
    if who is not None:
        yield from (who.first_name, who.last_name, who.full_name, who.username)
        yield who.title if isinstance(who, Chat) else None


logger = logging.getLogger(__name__)

Result = TypeVar("Result")
SayLate = Callable[[Update, Bot], Coroutine[Any, Any, tuple[int, ...]]]

UPDATE_TRIES = 5  # attempts at an update whose handling kills the process
# Seconds between attempts to write to the database.
_FIRST_WAITS, _LONGEST_WAIT = (1.0, 2.0, 4.0, 8.0, 16.0), 30.0


class Inbox(asyncio.Queue[object]):
    """The queue between the receiver and the handlers of updates.

    The library confirms an update to Telegram after putting it here, whether it polls or is called,
    so `put` waits until the update is recorded. Updates that arrive together are recorded together,
    by `record`, before each is put. If several processes share the work, one of them at a time
    handles all updates of a chat, in order of arrival.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._came: dict[int, float] = {}
        self._in_hand: set[int] = set()
        self._left: set[int] = set()
        # Updates that are recorded and not yet put: True if this process handles them, False if
        # another does, None if they were known before.
        self._recorded: dict[int, bool | None] = {}

    async def record(self, arrived: Sequence[Update]) -> None:
        """Record updates that arrived together in one transaction, before each is put."""
        kept = [each for each in arrived if _worth_keeping(each) and _is_legible(each)]
        if not kept:
            return
        earlier = await self._write(partial(self._journal.record_arrivals, kept))
        for update, of_chat in zip(kept, earlier, strict=True):
            ours = None if of_chat is None else of_chat <= self._in_hand
            if ours:
                self._hold(update.update_id)
            self._recorded[update.update_id] = ours

    async def put(self, item: object) -> None:
        if not isinstance(item, Update):
            await super().put(item)
        elif (content := unreadable_content(item)) is not None:
            set_aside = partial(self._journal.set_aside, item.update_id, content)
            if await self._write(set_aside):
                _tell_unreadable(item.update_id)
        elif not _worth_keeping(item):
            self._came[item.update_id] = time.monotonic()
            await super().put(item)
        else:
            await self._put_recorded(item)
        if isinstance(item, Update):
            METERS.accepted()

    async def _put_recorded(self, update: Update) -> None:
        if update.update_id not in self._recorded:
            await self.record([update])
        ours = self._recorded.pop(update.update_id)
        if ours:
            await super().put(update)
        elif ours is not None:  # the process that has the earlier ones takes it
            try:
                await self.refill(update.get_bot())
            except StateError as error:
                logger.error("What was kept is taken in later: %s", error)

    def waited(self, update: Update) -> float:
        """Seconds since an update came to this process; ask once."""
        came = self._came.pop(update.update_id, None)
        return 0.0 if came is None else time.monotonic() - came

    async def refill(self, bot: Bot) -> None:
        """Take in updates that ended processes left undone, or others left to this one, oldest
        first. Raises StateError."""
        before = self.qsize()
        for arrived in await self._journal.take_over_updates(self._in_hand):
            content = dict(arrived.content)
            if legible_update(content) is content:
                self._left.add(arrived.id)
                await self._take(Update.de_json(content, bot))
            elif await self._journal.set_aside(arrived.id, content):
                _tell_unreadable(arrived.id)
        if self.qsize() > before:
            logger.info("%d updates were left undone and are dealt with", self.qsize() - before)

    def was_left(self, update_id: int) -> bool:
        """True if an update may have been left by an earlier process."""
        return update_id in self._left

    def release(self, update_id: int) -> None:
        """Release an update that is handled, or that another process handles."""
        self._in_hand.discard(update_id)
        self._left.discard(update_id)

    async def _take(self, update: Update) -> None:
        """Put an update in the queue, once."""
        if update.update_id not in self._in_hand:
            self._hold(update.update_id)
            await super().put(update)

    def _hold(self, update_id: int) -> None:
        self._in_hand.add(update_id)
        self._came[update_id] = time.monotonic()

    async def _write(self, write: Callable[[], Awaitable[Result]]) -> Result:
        """Record an update, retrying until the database can be written."""
        for wait in chain(_FIRST_WAITS, repeat(_LONGEST_WAIT)):
            try:
                return await write()
            except StateError as error:
                # Telegram keeps it until then.
                logger.error("What arrives cannot be kept (%s); trying again in %s s", error, wait)
            await asyncio.sleep(wait)
        raise AssertionError("there is always another wait")


def _tell_unreadable(update_id: int) -> None:
    METERS.set_aside()
    with log_about(Subject(update_id)):
        logger.error("An update cannot be read and is set aside")


class RecordingBot(ExtBot[int]):
    """A bot that records all updates of a reply at once.

    The library then puts them in the inbox one by one, and confirms them with its next request.
    """

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
        self.update_processor.when_late = self._note_late
        # Says that an update takes time; gives the ids of its messages, if any. Raises nothing.
        self.say_late: SayLate | None = None
        self._triggers: dict[int, Trigger] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._working: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> int:
        """Number of updates being handled."""
        return len(self._under_way)

    def interrupt(self) -> None:
        """Leave unfinished updates to the next start."""
        for task in self._under_way:
            task.cancel()

    @property
    def inbox(self) -> Inbox:
        assert isinstance(self.update_queue, Inbox)
        return self.update_queue

    async def refill(self) -> None:
        """Take in the updates for this process. Raises StateError."""
        await self.inbox.refill(self.bot)

    async def stop(self) -> None:
        """Stop as the library does, and wait for queued work."""
        await super().stop()
        while self._working:
            await asyncio.wait(self._working)

    async def process_update(self, update: object) -> None:
        if self.journal.stopping.is_set():
            return  # the next start handles it
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            with log_about(log_subject_of(update)) if isinstance(update, Update) else nullcontext():
                if isinstance(update, Update) and _worth_keeping(update):
                    await self._handle(update)
                else:
                    await super().process_update(update)
        except asyncio.CancelledError:
            if not self.journal.stopping.is_set():
                raise
            logger.warning("An answer took too long for a stop and is left for the next start")
        finally:
            self._under_way.discard(task)
            METERS.dealt_with()

    async def _handle(self, update: Update) -> None:
        """Handle a recorded update, and mark it as finished."""
        tries = await self._take_up(update)
        if tries is None:
            self._triggers.pop(update.update_id, None)
            self.inbox.release(update.update_id)
            return
        trigger = self._trigger_of(update)
        with act_for(trigger):
            try:
                if tries > UPDATE_TRIES:
                    await self.process_error(update, UpdateGivenUp(update.update_id, tries - 1))
                else:
                    if tries > 1 or self.inbox.was_left(update.update_id):
                        await self._clear(update)
                    await super().process_update(update)
            except Postponed as reason:
                logger.info("It is left for the next start: %s", reason)
                self.inbox.release(update.update_id)
                return
            finally:
                self._triggers.pop(update.update_id, None)
                await self._take_notice_away(update)
            if trigger.work:
                working = asyncio.create_task(self._work(update, trigger))
                self._working.add(working)
                working.add_done_callback(self._working.discard)
                return
        await self._finish(update, trigger)

    def _note_late(self, update: Update) -> None:
        """Say that an update takes time, unless something was said."""
        if self.say_late is None or self.journal.stopping.is_set():
            return
        trigger = self._trigger_of(update)
        if not (trigger.letters or trigger.asides):
            with act_for(trigger):
                trigger.late = asyncio.create_task(self.say_late(update, self.bot))

    def _trigger_of(self, update: Update) -> Trigger:
        """The trigger of an update that waits or is being handled."""
        made = Trigger(self.journal, update.update_id, partial(self._another_turn, update))
        return self._triggers.setdefault(update.update_id, made)

    async def _take_notice_away(self, update: Update) -> None:
        """Delete the message that it takes time, if it has not become the answer."""
        for message_id in await take_late_notice():
            assert update.effective_chat is not None
            await take_away(self.bot, update.effective_chat.id, message_id)

    def _another_turn(self, update: Update) -> AbstractAsyncContextManager[None]:
        assert isinstance(self.update_processor, FairScheduler)
        return self.update_processor.turn(update)

    async def _work(self, update: Update, trigger: Trigger) -> None:
        """Do the queued work of an update, and what that queues in turn; then finish the update."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
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
        except asyncio.CancelledError:
            if not self.journal.stopping.is_set():
                raise
            logger.warning("Work took too long for a stop and is left for the next start")
            return
        finally:
            self._under_way.discard(task)
        await self._finish(update, trigger)

    async def _finish(self, update: Update, trigger: Trigger) -> None:
        try:
            await self.journal.finish(update.update_id)
            self.inbox.release(update.update_id)
        except StateError as error:
            logger.error("It may be handled again: %s", error)
        seconds = self.inbox.waited(update)
        if trigger.letters:
            METERS.replied(seconds)
            logger.info("Dealt with, %.2f s after it came", seconds)

    async def _clear(self, update: Update) -> None:
        """Delete what an earlier process showed of an unfinished answer."""
        chat = update.effective_chat
        try:
            shown = await self.journal.restart_deliveries(update.update_id)
        except StateError as error:
            logger.error("What was shown of an answer stays: %s", error)
            return
        for message_id in shown:
            if chat is not None:
                await take_away(self.bot, chat.id, message_id)

    async def _take_up(self, update: Update) -> int | None:
        try:
            return await self.journal.take_up(update.update_id)
        except StateError as error:
            logger.error("An update is handled without being written down: %s", error)
            return 1


class UpdateGivenUp(Exception):  # noqa: N818 - a fate, not a fault
    """Handling the update has killed the process several times."""

    def __init__(self, update_id: int, tries: int) -> None:
        super().__init__(f"update {update_id} was not survived {tries} times and is given up")


def _is_legible(update: Update) -> bool:
    return unreadable_content(update) is None


def _worth_keeping(update: Update) -> bool:
    """False for inline queries, which are outdated a moment later."""
    return update.inline_query is None
