"""What every handler works with (the chain, the articles, the database), and who is asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import Application

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.library.articles import Library
from bot.locale.answers import Phrases
from bot.messenger.limits import AskLimits
from bot.messenger.roles import Roles
from bot.settings import Settings
from bot.state import people
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from index.article import Article

if TYPE_CHECKING:
    from bot.answering.distress import DistressGate
    from bot.arena.arena import Arena
    from bot.library.documents import ConversationIndex, Documents
    from bot.speech.service import Speech

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


class Chain(Protocol):
    """What is asked: the retrieval-QA chain, which understands follow-ups."""

    async def ainvoke(self, input: TurnText) -> Answer: ...

    def astream(self, input: TurnText) -> AsyncIterator[Answer]:
        """The answer as it grows: the last one yielded is the whole."""
        ...


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class BotServices:
    """The chain, the articles, what people left behind and sent, voices, and the clock (UTC).

    The `gate` recognises messages of distress, which are answered before anything is kept.
    `roles` and `limits` are read from the database when it is made.
    """

    chain: Chain
    library: Library
    state: State
    settings: Settings
    documents: Documents | None = None
    speech: Speech | None = None
    arena: Arena | None = None
    gate: DistressGate | None = None
    now: Callable[[], datetime] = _utc
    started: datetime = field(init=False)
    roles: Roles = field(init=False)
    limits: AskLimits = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "started", self.now())
        object.__setattr__(self, "roles", Roles(self.settings, self.state))
        object.__setattr__(self, "limits", AskLimits(self.settings, self.state, self.now))

    @property
    def speaks(self) -> bool:
        """Whether answers can be read aloud."""
        return self.speech is not None and self.speech.speaks

    @property
    def lifetime(self) -> timedelta:
        """The silence after which a conversation starts afresh."""
        return timedelta(hours=self.settings.conversation_hours)

    def may_add(self, person_id: int) -> bool:
        """Whether somebody may send documents."""
        return self.roles.may_add(person_id)

    async def help_for(self, text: str) -> Answer | None:
        """The answer to a message of distress; None for any other."""
        return await asyncio.to_thread(self.gate.answer, text) if self.gate and text else None

    def own(self, place: ConversationPlace) -> ConversationIndex | None:
        """What this conversation alone is answered from, if anything. Reads the disk."""
        return self.documents.own(conversation_name(place)) if self.documents else None

    def article(self, place: ConversationPlace, article_id: str) -> Article | None:
        """An article of the corpus, or of this conversation. Reads the disk."""
        own = self.own(place)
        found = own.library.article(article_id) if own else None
        return found or self.library.article(article_id)


def conversation_name(place: ConversationPlace) -> str:
    """The folder of a chat's (and topic's) own documents."""
    return f"{place.chat_id}_{place.thread_id}"


@dataclass(frozen=True, slots=True)
class Asker:
    """A person, where they are, and the phrases of their language.

    `private` tells a chat with the bot alone from a group.
    """

    place: ConversationPlace
    phrases: Phrases
    private: bool


def author(update: Update) -> int | None:
    """Whose doing an update is: a person, or the chat in whose name somebody writes.

    All who write in the name of a group or a channel have the same user number on Telegram.
    """
    message = update.message or update.edited_message
    if message is not None and message.sender_chat is not None:
        return message.sender_chat.id
    return update.effective_user.id if update.effective_user else None


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
    if message is not None and message.direct_messages_topic is not None:
        thread = -message.direct_messages_topic.topic_id
    return Asker(
        ConversationPlace(chat.id, thread, author(update) or user.id),
        Phrases.of(language or user.language_code),
        chat.type == ChatType.PRIVATE,
    )


async def met(services: BotServices, update: Update) -> Asker | None:
    """As `asker_of`, in the language that they chose; that they wrote is kept."""
    asker = asker_of(update)
    if asker is None:
        return None
    seen = partial(people.note_person, person_id=asker.place.person_id, now=services.now())
    person = await services.state.run(seen)
    return asker_of(update, person.language)


async def spoken_to(services: BotServices, person_id: int, told: str | None) -> Phrases:
    """The phrases of a person's language, where there is no chat; `told` is Telegram's guess."""
    person = await services.state.run(partial(people.person, person_id=person_id))
    return Phrases.of((person.language if person else None) or told)
