"""What a feature may add to the Telegram bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardButton, Message

from bot.answer import Answer
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.menus import MenuCommand
from bot.state.conversations import ConversationPlace


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A job that runs at start and then at intervals. Only one of a bot's processes runs it, unless
    it is `of_each`."""

    name: str
    every: timedelta
    run: Callable[[Bot], Awaitable[None]]
    of_each: bool = False


@dataclass(frozen=True, slots=True)
class ErasingJob:
    """A job of one process that erases by the clock. It runs only while the clock can be trusted,
    with the time (UTC) that was checked: the clock may be set while it runs."""

    name: str
    every: timedelta
    run: Callable[[Bot, datetime], Awaitable[None]]


AnyJob = PeriodicJob | ErasingJob


@dataclass(frozen=True, slots=True)
class Referent:
    """What a reply refers to: a subject, and the ids of the articles to answer from."""

    subject: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerButtons:
    """A feature's buttons below an answer: beside those of the sources, and in their own rows."""

    beside: tuple[InlineKeyboardButton, ...] = ()
    rows: tuple[InlineKeyboardButton, ...] = ()


class TelegramFeature:
    """The Telegram half of a feature: its handlers, and hooks that do nothing unless overridden."""

    def register(self, application: TelegramApplication) -> None:
        """Add its handlers for commands, buttons and messages."""

    @property
    def commands(self) -> Sequence[MenuCommand]:
        """The commands to offer in the menus."""
        return ()

    @property
    def jobs(self) -> Sequence[AnyJob]:
        """The jobs to run at start and at intervals."""
        return ()

    def referent(self, session: Session, chat_id: int, message_id: int) -> Referent | None:
        """The referent of a reply to one of its messages."""
        return None

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        """Buttons to add below an answer that is stored as the turn `turn_id`."""
        return AnswerButtons()

    async def follow_answer(
        self, bot: Bot, asker: Asker, turn_id: int, answer: Answer, *, is_spoken: bool
    ) -> None:
        """Act after an answer was sent; `is_spoken` if the question was."""

    def subjects(self, session: Session, chat_id: int) -> Sequence[str]:
        """Subjects that a chat follows."""
        return ()

    async def serve(self, bot: Bot, asker: Asker, message: Message, answer: Answer) -> bool:
        """Do what a message asks for, by the intent and subject of the reply; False to say it."""
        return False

    def unsubscribe(self, session: Session, place: ConversationPlace) -> None:
        """End what it sends to a chat of its own accord."""

    def note_delivery(self, session: Session, delivery_id: int) -> None:
        """Record the delivery of a message that an ended process began to send."""

    def waiting_items(self, session: Session, code: str) -> Sequence[str]:
        """Pending items, such as "2 alerts", for the administrators' status."""
        return ()

    def close(self) -> None:
        """Release its resources."""
