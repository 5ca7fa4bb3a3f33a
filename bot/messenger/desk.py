"""What every handler works with, and who is in front of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import Application

from bot.answer import Answer
from bot.conversation import Said
from bot.library import Library
from bot.phrases import Phrases, phrases_for
from bot.settings import Settings
from bot.state import State, people
from bot.state.conversations import Place

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


class Chain(Protocol):
    """What is asked: the retrieval-QA chain, which understands follow-ups."""

    async def ainvoke(self, input: Said) -> Answer: ...


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """The chain, the articles, what people left behind, and the clock (UTC)."""

    chain: Chain
    library: Library
    state: State
    settings: Settings
    now: Callable[[], datetime] = _utc

    @property
    def lifetime(self) -> timedelta:
        """The silence after which a conversation starts afresh."""
        return timedelta(hours=self.settings.conversation_hours)


@dataclass(frozen=True, slots=True)
class Asker:
    """A person, where they are, and the phrases of their language.

    `private` tells a chat with the bot alone from a group.
    """

    place: Place
    phrases: Phrases
    private: bool


def asker_of(update: Update, language: str | None = None) -> Asker | None:
    """Who an update comes from; None for what no person did.

    `language` is the one that they chose, over the one that Telegram tells.
    """
    user, chat, message = update.effective_user, update.effective_chat, update.effective_message
    if user is None or chat is None:
        return None
    # Replies outside topics carry a thread id too: only topics are threads of their own.
    topic = message is not None and bool(message.is_topic_message)
    thread = (message.message_thread_id or 0) if message is not None and topic else 0
    return Asker(
        Place(chat.id, thread, user.id),
        phrases_for(language or user.language_code),
        chat.type == ChatType.PRIVATE,
    )


async def met(desk: Desk, update: Update) -> Asker | None:
    """As `asker_of`, in the language that they chose; that they wrote is kept."""
    asker = asker_of(update)
    if asker is None:
        return None
    seen = partial(people.seen, person_id=asker.place.person_id, now=desk.now())
    person = await desk.state.run(seen)
    return asker_of(update, person.language)


async def spoken_to(desk: Desk, person_id: int, told: str | None) -> Phrases:
    """The phrases of a person's language, where there is no chat; `told` is Telegram's guess."""
    person = await desk.state.run(partial(people.person, person_id=person_id))
    return phrases_for((person.language if person else None) or told)
