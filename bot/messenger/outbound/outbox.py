"""The outbox: a letter is recorded, sent part by part, and settled once accepted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.errors import StateError
from bot.messenger.journal import Journal, current_trigger, stop_event
from bot.messenger.outbound.repair import amended_letter
from bot.messenger.outbound.retry import request_with_retry
from bot.operations.metrics import METERS
from bot.state.deliveries import Delivery, Letter

logger = logging.getLogger(__name__)

# Seconds that a cancelled sender waits for a pending reply; a stop leaves no more.
LAST_REPLY_SECONDS = 0.6
# Amendments of one letter; a group that moves in circles would go on for ever.
_MOST_FORMS = 12
# Sends the part of a letter of this number; gives the id of its message. Raises TelegramError.
SendPart = Callable[[Letter, int], Awaitable[int]]
# Any request that may be repeated. Raises TelegramError.
Probe = Callable[[], Awaitable[object]]


class OutboxEntry:
    """A letter being sent, and its record. `sent` are the messages that Telegram has accepted.

    If the journal cannot be written, the letter is sent all the same, as somebody is waiting.
    """

    def __init__(
        self,
        letter: Letter,
        sent: tuple[int, ...] = (),
        journal: Journal | None = None,
        id: int = 0,
    ) -> None:
        self.letter = letter
        self.sent = sent
        self._journal = journal
        self._id = id

    @property
    def left(self) -> int:
        """Number of messages still to be sent."""
        return len(self.letter.parts) - len(self.sent)

    async def record_sent(self, message_id: int) -> None:
        """Record that Telegram accepted the next message."""
        self.sent = (*self.sent, message_id)
        if self._journal is None:
            return
        trigger, began = current_trigger(), time.monotonic()
        by_update = trigger is not None and trigger.update_id is not None
        whole = self.left == 0
        await _record(self._journal.record(self._id, self.sent, whole=whole, asked=by_update))
        METERS.recorded(time.monotonic() - began)

    async def amend(self, letter: Letter) -> None:
        """Send the rest in another form."""
        moved = letter.chat_id != self.letter.chat_id
        before, self.letter = self.letter.chat_id, letter
        if self._journal is not None:
            await _record(self._journal.amend(self._id, letter))
            if moved:
                await _record(self._journal.move_chat(before, letter.chat_id))

    async def give_up(self, reason: str) -> None:
        if self._journal is not None:
            await _record(self._journal.give_up(self._id, reason))


async def open_entry(letter: Letter, *, aside: bool = False) -> OutboxEntry:
    """Find the record of a letter that a process left unfinished, or begin one.

    An aside is shown only until the answer is there. Raises Forbidden if the letter was given up.
    """
    trigger = current_trigger()
    if trigger is None:
        return OutboxEntry(letter)
    try:
        number = trigger.next_number(aside=aside)
        kept = await trigger.journal.open(trigger.update_id, number, letter)
    except StateError as error:
        logger.error("A message is sent without being written down first: %s", error)
        return OutboxEntry(letter)
    return resume_entry(kept, trigger.journal, letter)


def resume_entry(kept: Delivery, journal: Journal, meant: Letter | None = None) -> OutboxEntry:
    """Resume a recorded letter. Raises Forbidden if it was given up."""
    if kept.outcome == "given up":
        raise Forbidden(f"given up before: {kept.reason}")
    letter = kept.letter
    if letter is None:  # all of it was accepted
        letter = Letter(meant.chat_id if meant else 0, meant.thread_id if meant else 0, ())
    elif kept.found:
        METERS.doubted("process died")
        logger.info("A message is sent that the process before may have sent already")
    return OutboxEntry(letter, kept.sent, journal, kept.id)


async def send_letter(entry: OutboxEntry, send_part: SendPart, probe: Probe) -> tuple[int, ...]:
    """Send the rest of a letter part by part, amended where refused; return all its messages.

    Raises Forbidden if the chat cannot be written to, TelegramError after a day without success, or
    if an unsolicited message may have arrived.
    """
    trigger = current_trigger()
    # Better two copies of an answer than none; but better no unsolicited message than two.
    by_update = trigger is None or trigger.update_id is not None
    forms = 0
    while entry.left > 0:
        try:
            if not by_update:
                # It is sent only once, so not into an outage in which nobody replies.
                await request_with_retry(probe, stop_event(), idempotent=True)
            await send_next(entry, send_part, again_in_doubt=by_update)
        except (BadRequest, Forbidden, ChatMigrated) as error:
            other = None
            if forms < _MOST_FORMS:
                other = amended_letter(entry.letter, len(entry.sent), error)
            if other is None:
                await entry.give_up(str(error))
                raise Forbidden(str(error)) from error
            forms += 1
            # Where the bot is no administrator, what concerns one person is said to all.
            usual = entry.letter.only_for is not None
            level = logging.INFO if usual else logging.WARNING
            logger.log(level, "A message was refused (%s); it is sent otherwise", error)
            await entry.amend(other)
        except TelegramError as error:
            await entry.give_up(str(error))
            raise
    return entry.sent


async def send_next(
    entry: OutboxEntry, send_part: SendPart, *, again_in_doubt: bool = True, once: bool = False
) -> None:
    """Send the next part of a letter and record it; retry, unless only `once`.

    If cancelled, wait a moment for the reply: an accepted message that is not recorded is sent
    twice.
    """
    send = partial(send_part, entry.letter, len(entry.sent))

    async def send_and_record() -> None:
        if once:
            message = await send()
        else:
            message = await request_with_retry(send, stop_event(), again_in_doubt=again_in_doubt)
        await entry.record_sent(message)

    sending = asyncio.ensure_future(send_and_record())
    try:
        await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.wait([sending], timeout=LAST_REPLY_SECONDS)
        sending.cancel()
        raise


async def _record(writing: Awaitable[None]) -> None:
    try:
        await writing
    except StateError as error:
        logger.error("What was sent could not be written down: %s", error)
