"""Whether a message is meant for the bot, and what it asks."""

from __future__ import annotations

import re

from telegram import Message, MessageEntity
from telegram.constants import ChatType

from index.text.folding import fold_phrase

_COMMAND = re.compile(r"/\w+(?:@\w+)?\s*", re.ASCII)
_POINTER = re.compile(
    r"(?:et |mais |and |but )?"
    r"(?:(?:c'est |est-ce |c'est bien )?(?:vrai|exact|faux|juste)(?: ou faux)?"
    r"|vraiment|ah bon|(?:tu|vous) (?:confirmes|confirmez|valides|validez)|ton avis|votre avis"
    r"|(?:(?:tu peux|peux-tu|vous pouvez|pouvez-vous) )?(?:confirme|verifie|repond)(?:r|z|re|s|ez)?"
    r"(?:,? (?:ca|cela|a ca|a cela|lui|stp|svp|s'il (?:te|vous) plait))?"
    r"|(?:une |des |ta |ses )?(?:source|reponse|idee)s?"
    r"|(?:tu|vous) en (?:penses|pensez|dis|dites) quoi"
    r"|qu'en (?:penses-tu|pensez-vous|dis-tu|dites-vous)"
    r"|(?:is (?:that|this|it) )?(?:true|right|correct)|really|(?:any )?(?:source|answer|idea)s?"
    r"|(?:can you |please )?(?:confirm|check|verify|answer)(?: (?:that|this|it))?(?: please)?"
    r"|what do you (?:think|say)|your (?:view|opinion))"
)


def words_on(message: Message) -> str:
    """The text of a message, or the caption of a picture or file."""
    return message.text or _COMMAND.sub("", message.caption or "", count=1).strip()


def command_in(message: Message, username: str) -> tuple[str, str]:
    """The command for this bot that a text begins with, without the bot's name, and what follows
    it; the command is empty if there is none."""
    text = message.text or ""
    name, _, argument = text.partition(" ") if text.startswith("/") else ("", "", text)
    command, _, addressee = name.partition("@")
    if addressee.lower() not in ("", username.lower()):
        return "", text
    return command, argument.strip()


def question_in(message: Message, bot_id: int, username: str) -> str | None:
    """Return the question in a message, empty if it has no words; None if it is not for the bot.

    In a group, messages that mention the bot or reply to it are; in a channel's direct messages,
    those of the reader who started them.
    """
    if message.chat.type == ChatType.PRIVATE:
        return words_on(message)
    if (topic := message.direct_messages_topic) is not None:
        is_by_reader = topic.user is not None and topic.user == message.from_user
        return words_on(message) if is_by_reader and message.sender_chat is None else None
    words = without_mention(message, username)
    if words is None and _is_by(message.reply_to_message, bot_id):
        return words_on(message)
    return words


def text_replied_to(message: Message, bot_id: int) -> str:
    """The text by somebody else that a message replies to, or the quoted part of it."""
    replied_message = message.reply_to_message
    if _is_by(replied_message, bot_id):
        return ""
    quote = message.quote.text if message.quote is not None else ""
    return quote or (words_on(replied_message) if replied_message is not None else "")


def quoted_words(text: str) -> str:
    """The words that a message of the bot quotes: « Vous demandez : « … » ? »."""
    opened = re.search("[«“]", text)
    closed = max(text.rfind("»"), text.rfind("”"))
    return text[opened.end() : closed].strip() if opened and closed > opened.start() else ""


def points_at(text: str) -> bool:
    """True if a text only points at the message that it replies to: « C'est vrai ? », « ? »."""
    plain = fold_phrase(text).strip(" ?!.,:;")
    return not any(map(str.isalnum, plain)) or _POINTER.fullmatch(plain) is not None


def by_another_bot(message: Message) -> bool:
    """True for messages by another bot, or by this one through an inline query. Telegram shows
    people who write on behalf of a group or channel as bots, too."""
    author = message.from_user
    is_by_bot = author is not None and author.is_bot and message.sender_chat is None
    return is_by_bot or message.via_bot is not None


def _is_by(message: Message | None, bot_id: int) -> bool:
    return message is not None and message.from_user is not None and message.from_user.id == bot_id


def without_mention(message: Message, username: str) -> str | None:
    """The text without the mention of the bot; None if it has none."""
    mention = f"@{username}".lower()
    entities = message.parse_entities([MessageEntity.MENTION]) if message.text else {}
    entities |= message.parse_caption_entities([MessageEntity.MENTION]) if message.caption else {}
    if mention not in {entity.lower() for entity in entities.values()}:
        return None
    text = re.sub(re.escape(mention) + r"\b", " ", words_on(message), flags=re.IGNORECASE)
    # « @selon, quand… » leaves its comma behind.
    return " ".join(text.split()).lstrip(",;: ")
