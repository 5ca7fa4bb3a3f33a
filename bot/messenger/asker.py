"""The person behind an update, and the chat they write in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import Application

from bot.locale.answers import Phrases
from bot.locale.catalogue import Texts
from bot.state.audit import Actor
from bot.state.conversations import ConversationPlace

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]
Catalogued = TypeVar("Catalogued", bound=Texts)


@dataclass(frozen=True, slots=True)
class Asker:
    """A person, where they are, and the phrases of their language. `private` is True in a chat with
    the bot alone; `language` is the code of their own, also where there are no phrases in it;
    `known_since` is as in `KnownPerson`."""

    place: ConversationPlace
    phrases: Phrases
    private: bool
    language: str = ""
    known_since: datetime | None = None

    @property
    def person_id(self) -> int:
        return self.place.person_id

    @property
    def actor(self) -> Actor:
        return Actor("telegram", self.person_id)

    def texts(self, kind: type[Catalogued]) -> Catalogued:
        """Return a part of the catalogue in their language."""
        return kind.of(self.phrases.code)


def author(update: Update) -> int | None:
    """Return the author of an update: a person, or the chat on whose behalf somebody writes.
    Everybody who writes on behalf of a group or channel has the same user number on Telegram."""
    message = update.message or update.edited_message
    if message is not None and message.sender_chat is not None:
        return message.sender_chat.id
    return update.effective_user.id if update.effective_user else None


def asker_of(update: Update, language: str | None = None) -> Asker | None:
    """Return the person behind an update; None if there is none, or for a guest query, whose chat
    the bot is not a member of. `language` is their own choice, which overrides Telegram's."""
    user, chat, message = update.effective_user, update.effective_chat, update.effective_message
    if user is None or chat is None or update.guest_message is not None:
        return None
    # Replies outside topics carry a thread id, too: only topics are threads of their own.
    thread = (message.message_thread_id or 0) if message and message.is_topic_message else 0
    if message is not None and message.direct_messages_topic is not None:
        thread = -message.direct_messages_topic.topic_id
    return Asker(
        ConversationPlace(chat.id, thread, author(update) or user.id),
        Phrases.of(language or user.language_code),
        chat.type == ChatType.PRIVATE,
        (language or user.language_code or "").partition("-")[0],
    )
