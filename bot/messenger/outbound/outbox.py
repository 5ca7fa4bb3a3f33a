"""The outbox: a letter is written down, sent part by part, and struck off once it is taken."""

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

# How long what is cancelled waits for the reply to what it has sent: a stop has no more left.
LAST_REPLY_SECONDS = 0.6
# How often one letter may be amended; a group that moves in circles would go on for ever.
_MOST_FORMS = 12
# Sends the part of a letter of this number; gives the id of its message. Raises TelegramError.
SendPart = Callable[[Letter, int], Awaitable[int]]


class OutboxEntry:
    """A letter on its way, and its record. `sent` are the messages that Telegram has taken.

    Where the journal cannot be written, the letter is sent all the same: somebody is waiting.
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
        """How many messages are still to be sent."""
        return len(self.letter.parts) - len(self.sent)

    async def take(self, message_id: int) -> None:
        """Telegram has taken the next message."""
        self.sent = (*self.sent, message_id)
        if self._journal is None:
            return
        trigger, began = current_trigger(), time.monotonic()
        asked = trigger is not None and trigger.update_id is not None
        whole = self.left == 0
        await _written(self._journal.record(self._id, self.sent, whole=whole, asked=asked))
        METERS.recorded(time.monotonic() - began)

    async def amend(self, letter: Letter) -> None:
        """From here on, send it otherwise than it was meant."""
        moved = letter.chat_id != self.letter.chat_id
        before, self.letter = self.letter.chat_id, letter
        if self._journal is not None:
            await _written(self._journal.amend(self._id, letter))
            if moved:
                await _written(self._journal.move_chat(before, letter.chat_id))

    async def give_up(self, reason: str) -> None:
        if self._journal is not None:
            await _written(self._journal.give_up(self._id, reason))


async def open_entry(letter: Letter, *, aside: bool = False) -> OutboxEntry:
    """The record of a letter: begun now, or by a process that died before it was whole.

    An aside is what is shown only until the answer is there.

    Raises Forbidden when that one had to give it up.
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
    """A record as the journal has it. Raises Forbidden when the letter was given up."""
    if kept.outcome == "given up":
        raise Forbidden(f"given up before: {kept.reason}")
    letter = kept.letter
    if letter is None:  # all of it was taken
        letter = Letter(meant.chat_id if meant else 0, meant.thread_id if meant else 0, ())
    elif kept.found:
        METERS.doubted("process died")
        logger.info("A message is sent that the process before may have sent already")
    return OutboxEntry(letter, kept.sent, journal, kept.id)


async def send_letter(entry: OutboxEntry, send_part: SendPart) -> tuple[int, ...]:
    """Send what is left of a letter, part by part, in the form that is taken; all its messages.

    Raises Forbidden when nothing can be said there, TelegramError after a day without success.
    """
    trigger = current_trigger()
    # A second copy is less bad than no answer; of what nobody asked for, none is less bad.
    asked = trigger is None or trigger.update_id is not None
    forms = 0
    while entry.left > 0:
        try:
            await send_next(entry, send_part, again_in_doubt=asked)
        except (BadRequest, Forbidden, ChatMigrated) as error:
            other = None
            if forms < _MOST_FORMS:
                other = amended_letter(entry.letter, len(entry.sent), error)
            if other is None:
                await entry.give_up(str(error))
                raise Forbidden(str(error)) from error
            forms += 1
            logger.warning("A message was refused (%s); it is sent otherwise", error)
            await entry.amend(other)
        except TelegramError as error:
            await entry.give_up(str(error))
            raise
    return entry.sent


async def send_next(
    entry: OutboxEntry, send_part: SendPart, *, again_in_doubt: bool = True, once: bool = False
) -> None:
    """Send the next part of a letter, and note that it was taken; tried again, unless only `once`.

    Whoever is cancelled meanwhile waits a moment for the reply: what Telegram has taken and nobody
    noted is said twice.
    """
    send = partial(send_part, entry.letter, len(entry.sent))

    async def sent() -> None:
        if once:
            message = await send()
        else:
            message = await request_with_retry(send, stop_event(), again_in_doubt=again_in_doubt)
        await entry.take(message)

    sending = asyncio.ensure_future(sent())
    try:
        await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.wait([sending], timeout=LAST_REPLY_SECONDS)
        sending.cancel()
        raise


async def _written(writing: Awaitable[None]) -> None:
    try:
        await writing
    except StateError as error:
        logger.error("What was sent could not be written down: %s", error)
