"""What is being dealt with, and the letters that are sent because of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from telegram.error import Forbidden

from bot.errors import StateError
from bot.messenger.journal import Journal
from bot.operations.metrics import METERS
from bot.state.deliveries import Delivery, Letter

logger = logging.getLogger(__name__)


class Handling:
    """An update that is dealt with, or (None) what the bot does although nobody asked."""

    def __init__(self, ledger: Journal, update_id: int | None = None) -> None:
        """`letters` counts those that it got."""
        self.ledger = ledger
        self.update_id = update_id
        self.letters = 0
        self._asides = 0

    def next_number(self, *, aside: bool) -> int:
        """The place of the next letter among those that the update gets: below 0 for asides."""
        if aside:
            self._asides -= 1
            return self._asides
        self.letters += 1
        return self.letters


_current: ContextVar[Handling | None] = ContextVar("handling", default=None)


def current_handling() -> Handling | None:
    """What is being dealt with here; None where there are no books."""
    return _current.get()


def stopping() -> asyncio.Event | None:
    """Set when the bot stops; None where there are no books."""
    handling = current_handling()
    return handling.ledger.stopping if handling else None


@contextmanager
def handles(what: Handling) -> Iterator[None]:
    """All that is said in the block is said because of this."""
    before = _current.set(what)
    try:
        yield
    finally:
        _current.reset(before)


@contextmanager
def unasked() -> Iterator[None]:
    """What is said in the block answers no update: the one that led to it is done by then."""
    handling = current_handling()
    if handling is None:
        yield
        return
    with handles(Handling(handling.ledger)):
        yield


class UpdateEntry:
    """A letter on its way, and its record. `sent` are the messages that Telegram has taken.

    Where the books cannot be written, the letter is sent all the same: somebody is waiting.
    """

    def __init__(
        self, letter: Letter, sent: tuple[int, ...] = (), ledger: Journal | None = None, id: int = 0
    ) -> None:
        self.letter = letter
        self.sent = sent
        self._ledger = ledger
        self._id = id

    @property
    def left(self) -> int:
        """How many messages are still to be sent."""
        return len(self.letter.parts) - len(self.sent)

    async def take(self, message_id: int) -> None:
        """Telegram has taken the next message."""
        self.sent = (*self.sent, message_id)
        if self._ledger is None:
            return
        handling, began = current_handling(), time.monotonic()
        asked = handling is not None and handling.update_id is not None
        whole = self.left == 0
        await _written(self._ledger.recorded(self._id, self.sent, whole=whole, asked=asked))
        METERS.recorded(time.monotonic() - began)

    async def amend(self, letter: Letter) -> None:
        """From here on, send it otherwise than it was meant."""
        moved = letter.chat_id != self.letter.chat_id
        before, self.letter = self.letter.chat_id, letter
        if self._ledger is not None:
            await _written(self._ledger.amended(self._id, letter))
            if moved:
                await _written(self._ledger.moved(before, letter.chat_id))

    async def give_up(self, reason: str) -> None:
        if self._ledger is not None:
            await _written(self._ledger.given_up(self._id, reason))


async def update_entry_of(letter: Letter, *, aside: bool = False) -> UpdateEntry:
    """The record of a letter: begun now, or by a process that died before it was whole.

    An aside is what is shown only until the answer is there.

    Raises Forbidden when that one had to give it up.
    """
    handling = current_handling()
    if handling is None:
        return UpdateEntry(letter)
    try:
        number = handling.next_number(aside=aside)
        kept = await handling.ledger.opened(handling.update_id, number, letter)
    except StateError as error:
        logger.error("A message is sent without being written down first: %s", error)
        return UpdateEntry(letter)
    return entry_from(kept, handling.ledger, letter)


def entry_from(kept: Delivery, ledger: Journal, meant: Letter | None = None) -> UpdateEntry:
    """A record as the books have it. Raises Forbidden when the letter was given up."""
    if kept.outcome == "given up":
        raise Forbidden(f"given up before: {kept.reason}")
    letter = kept.letter
    if letter is None:  # all of it was taken
        letter = Letter(meant.chat_id if meant else 0, meant.thread_id if meant else 0, ())
    elif kept.found:
        METERS.doubted("process died")
        logger.info("A message is sent that the process before may have sent already")
    return UpdateEntry(letter, kept.sent, ledger, kept.id)


async def _written(writing: Awaitable[None]) -> None:
    try:
        await writing
    except StateError as error:
        logger.error("What was sent could not be written down: %s", error)
