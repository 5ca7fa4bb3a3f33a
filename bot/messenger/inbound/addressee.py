"""What of a message is meant for the bot."""

from __future__ import annotations

import re
from typing import Literal

from telegram import Message, MessageEntity, Update
from telegram.constants import ChatType

_Way = Literal["private", "mention", "reply"]


def addressed(message: Message, bot_id: int, username: str) -> tuple[_Way, str] | None:
    """How a text speaks to the bot, and the question in it; None when it does not.

    In a group it mentions the bot or replies to it. A mention without words, in reply to somebody,
    asks what that somebody wrote.
    """
    text = message.text or ""
    if message.chat.type == ChatType.PRIVATE:
        return "private", text
    words = _without_mention(message, username)
    if words is not None:
        replied = message.reply_to_message
        asked = (replied.text or "") if replied is not None and not words else words
        return "mention", asked
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == bot_id:
        return "reply", text
    return None


def by_another_bot(message: Message) -> bool:
    """Whether a program wrote it: another bot, or this one through somebody's inline query.

    An administrator who writes in the group's own name is a person.
    """
    if message.via_bot is not None:
        return True
    in_the_group_s_name = message.sender_chat is not None and (
        message.sender_chat.id == message.chat.id
    )
    author = message.from_user
    return author is not None and author.is_bot and not in_the_group_s_name


def author(update: Update) -> int | None:
    """Whose doing an update is: a person, or the chat in whose name somebody writes.

    All who write in their group's name have the same user number on Telegram.
    """
    message = update.message or update.edited_message
    if message is not None and message.sender_chat is not None:
        return message.sender_chat.id
    return update.effective_user.id if update.effective_user else None


def _without_mention(message: Message, username: str) -> str | None:
    """The text without the bot's name, None where it does not stand in it."""
    mine = f"@{username}".lower()
    text = message.text or ""
    named = [
        entity
        for entity in message.entities
        if entity.type == MessageEntity.MENTION and message.parse_entity(entity).lower() == mine
    ]
    if not named:
        return None
    bare = re.sub(re.escape(mine) + r"\b", " ", text, flags=re.IGNORECASE)
    # « @selon, quand… » leaves its comma behind.
    return " ".join(bare.split()).lstrip(",;: ")
