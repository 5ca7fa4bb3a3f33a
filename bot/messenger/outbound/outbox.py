"""The outbox: a letter is recorded, sent part by part, and settled once accepted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.errors import StateError
from bot.messenger.journal import Journal, current_trigger, current_update, stop_event
from bot.messenger.outbound.repair import repair_letter
from bot.messenger.outbound.retry import request_with_retry
from bot.operations.metrics import METERS
from bot.state.deliveries import Delivery, Letter

logger = logging.getLogger(__name__)

# Seconds that a cancelled sender waits for a pending reply; a stop leaves no more.
LAST_REPLY_SECONDS = 0.6
_AMENDMENTS_LIMIT = 12  # of one letter, in case a group's id changes in circles
# Sends a part of a letter, by its number; returns the id of its message. Raises TelegramError.
SendPart = Callable[[Letter, int], Awaitable[int]]
# Any request that may be repeated. Raises TelegramError.
Probe = Callable[[], Awaitable[object]]


@dataclass(eq=False)
class OutboxEntry:
    """A letter being sent, and its record. `message_ids` are the messages that Telegram has
    accepted. If the journal cannot be written, the letter is sent all the same, as somebody is
    waiting."""

    letter: Letter
    message_ids: tuple[int, ...] = ()
    _journal: Journal | None = None
    _id: int = 0

    @property
    def remaining(self) -> int:
        """Number of messages still to be sent."""
        return len(self.letter.parts) - len(self.message_ids)

    async def record_sent(self, message_id: int) -> None:
        self.message_ids = (*self.message_ids, message_id)
        if self._journal is None:
            return
        is_reply, began = current_update() is not None, time.monotonic()
        whole = self.remaining == 0
        await _record(
            self._journal.record(self._id, self.message_ids, whole=whole, is_reply=is_reply)
        )
        METERS.record_seconds.observe(time.monotonic() - began)

    async def amend(self, letter: Letter) -> None:
        """Send the rest in another form."""
        old_chat, self.letter = self.letter.chat_id, letter
        if self._journal is not None:
            await _record(self._journal.amend(self._id, letter))
            if letter.chat_id != old_chat:
                await _record(self._journal.move_chat(old_chat, letter.chat_id))

    async def give_up(self, reason: str) -> None:
        if self._journal is not None:
            await _record(self._journal.give_up(self._id, reason))


async def open_entry(letter: Letter, *, temporary: bool = False) -> OutboxEntry:
    """Find the record of a letter that a process left unfinished, or begin one. A `temporary` one
    is shown until the answer is there. Raises Forbidden if the letter was given up."""
    trigger = current_trigger()
    if trigger is None:
        return OutboxEntry(letter)
    try:
        number = trigger.next_number(temporary=temporary)
        delivery = await trigger.journal.open(trigger.update_id, number, letter)
    except StateError as error:
        logger.error("A message is sent without being recorded first: %s", error)
        return OutboxEntry(letter)
    return resume_entry(delivery, trigger.journal, letter)


def resume_entry(
    delivery: Delivery, journal: Journal, original: Letter | None = None
) -> OutboxEntry:
    """Resume a recorded letter. Raises Forbidden if it was given up."""
    if delivery.outcome == "given up":
        raise Forbidden(f"given up before: {delivery.reason}")
    letter = delivery.letter
    if letter is None:  # all of it was accepted
        letter = replace(original, parts=()) if original else Letter(0, 0, ())
    elif delivery.is_resumed:
        METERS.count_doubt("process died")
        logger.info("A message is sent that an ended process may have sent already")
    return OutboxEntry(letter, delivery.message_ids, journal, delivery.id)


async def send_letter(entry: OutboxEntry, send_part: SendPart, probe: Probe) -> tuple[int, ...]:
    """Send the rest of a letter part by part, amended where refused; return all its messages.

    Raises Forbidden if the chat cannot be written to, TelegramError after a day without success, or
    if an unsolicited message may have arrived.
    """
    trigger = current_trigger()
    # Two copies of an answer are better than none; no unsolicited message is better than two.
    is_reply = trigger is None or trigger.update_id is not None
    amendments = 0
    while entry.remaining > 0:
        try:
            if not is_reply:
                # One attempt only, so not during an outage.
                await request_with_retry(probe, stop_event(), idempotent=True)
            await send_next(entry, send_part, again_in_doubt=is_reply)
        except (BadRequest, Forbidden, ChatMigrated) as error:
            new_letter = repair_letter(entry.letter, len(entry.message_ids), error)
            if new_letter is None or amendments == _AMENDMENTS_LIMIT:
                await entry.give_up(str(error))
                raise Forbidden(str(error)) from error
            amendments += 1
            # Expected if the bot is no administrator: everybody sees a message meant for one.
            level = logging.INFO if entry.letter.only_for is not None else logging.WARNING
            logger.log(level, "A message was refused (%s); it is sent otherwise", error)
            await entry.amend(new_letter)
        except TelegramError as error:
            await entry.give_up(str(error))
            raise
    return entry.message_ids


async def send_next(
    entry: OutboxEntry, send_part: SendPart, *, again_in_doubt: bool = True, once: bool = False
) -> None:
    """Send the next part of a letter and record it; retry, unless only `once`. If cancelled, wait a
    moment for the reply: an accepted message that is not recorded is sent twice."""
    send = partial(send_part, entry.letter, len(entry.message_ids))

    async def send_and_record() -> None:
        if once:
            message = await send()
        else:
            message = await request_with_retry(send, stop_event(), again_in_doubt=again_in_doubt)
        await entry.record_sent(message)

    send_task = asyncio.ensure_future(send_and_record())
    try:
        await asyncio.shield(send_task)
    except asyncio.CancelledError:
        await asyncio.wait([send_task], timeout=LAST_REPLY_SECONDS)
        send_task.cancel()
        raise


async def _record(write: Awaitable[None]) -> None:
    try:
        await write
    except StateError as error:
        logger.error("The state of a message could not be recorded: %s", error)
