"""What an update tells of a person, so that no log repeats it."""

from __future__ import annotations

from collections.abc import Iterator

from telegram import Chat, Message, Update, User

from bot.operations.logs_observing_subject import Subject


def subject_of(update: Update) -> Subject:
    """The update as the log knows it: its number, and what is the person's own."""
    user, chat = update.effective_user, update.effective_chat
    texts = {*_said(update), *_called(user), *_called(chat)}
    numbers = {each.id for each in (user, chat) if each is not None}
    return Subject(update.update_id, frozenset(text for text in texts if text), frozenset(numbers))


def _said(update: Update) -> Iterator[str | None]:
    message = update.effective_message
    if message is not None:
        yield from _written(message)
        if message.reply_to_message is not None:
            yield from _written(message.reply_to_message)
    if update.inline_query is not None:
        yield update.inline_query.query


def _written(message: Message) -> Iterator[str | None]:
    for text in (message.text, message.caption):
        yield text
        if text:  # also what is left of it without a command or the bot's name
            words = [each for each in text.split() if not each.startswith(("/", "@"))]
            yield " ".join(words)
    if message.document is not None:
        yield message.document.file_name


def _called(who: User | Chat | None) -> Iterator[str | None]:
    if who is not None:
        yield from (who.first_name, who.last_name, who.full_name, who.username)
        yield who.title if isinstance(who, Chat) else None
