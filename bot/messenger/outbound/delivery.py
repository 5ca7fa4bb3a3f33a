"""Sending for handlers: messages, files, edits and the typing indicator.

Messages that Telegram refuses are retried or changed (see the table in `docs/delivery.md`);
accepted ones are recorded (`outbox`), so that they are not sent again after a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.messenger.journal import Journal, stop_event
from bot.messenger.outbound.outbox import open_entry, resume_entry, send_letter, send_next
from bot.messenger.outbound.repair import without_styles
from bot.messenger.outbound.retry import request_with_retry
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Attachment, Delivery, Letter, Part

logger = logging.getLogger(__name__)

# Buttons below a message, or a keyboard in place of the person's own, or its removal.
Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
TYPING_SECONDS = 4.0  # Telegram shows the indicator for five seconds, or until a message arrives


async def deliver(
    bot: Bot,
    place: ConversationPlace,
    messages: Sequence[str],
    keyboard: Markup | None = None,
    reply_to: int | None = None,
    attachments: Sequence[Attachment] = (),
    *,
    only_for: int | None = None,
) -> tuple[int, ...]:
    """Send HTML messages in order, then files; the first may be a reply, the last has the buttons.
    In a group, Telegram shows them only to the person `only_for` where it can.

    Return the ids of the messages once Telegram has accepted them all, including those that an
    earlier process sent before it died. Raises Forbidden if the chat cannot be written to.
    """
    parts = (*map(Part, messages), *(Part("", attachment=attachment) for attachment in attachments))
    letter = _letter(place, parts, keyboard, reply_to, only_for)
    return await send_letter(await open_entry(letter), partial(send_part, bot), bot.get_me)


async def deliver_attachment(
    bot: Bot,
    place: ConversationPlace,
    attachment: Attachment,
    caption: str = "",
    keyboard: Markup | None = None,
) -> tuple[int, ...]:
    """Send a file with a plain-text caption; otherwise like `deliver`."""
    letter = _letter(place, (Part(caption, html=False, attachment=attachment),), keyboard)
    return await send_letter(await open_entry(letter), partial(send_part, bot), bot.get_me)


async def deliver_temporary(
    bot: Bot,
    place: ConversationPlace,
    messages: Sequence[str],
    reply_to: int | None = None,
) -> tuple[int, ...]:
    """Send a temporary message before an answer, unless an earlier process did. One attempt; it is
    deleted after a crash. Raises TelegramError."""
    letter = _letter(place, tuple(map(Part, messages)), None, reply_to)
    entry = await open_entry(letter, temporary=True)
    for _ in range(entry.remaining):
        await send_next(entry, partial(send_part, bot), once=True)
    return entry.message_ids


async def deliver_rest(bot: Bot, journal: Journal, delivery: Delivery) -> tuple[int, ...]:
    """Send the rest of an unsolicited letter, begun here or by an earlier process; return the ids
    of all its messages.

    Raises Forbidden if the chat cannot be written to, TelegramError if it may or may not have
    arrived.
    """
    return await send_letter(resume_entry(delivery, journal), partial(send_part, bot), bot.get_me)


def _letter(
    place: ConversationPlace,
    parts: tuple[Part, ...],
    keyboard: Markup | None,
    reply_to: int | None = None,
    only_for: int | None = None,
) -> Letter:
    buttons = keyboard.to_dict() if keyboard else None
    return Letter(place.chat_id, place.thread_id, parts, buttons, reply_to, only_for)


async def send_part(bot: Bot, letter: Letter, number: int) -> int:
    """Send one part of a letter, counted from 0; return the id of its message. The first part may
    be a reply, the buttons go below the last. Raises TelegramError."""
    chat, part, file = letter.chat_id, letter.parts[number], letter.parts[number].attachment
    new_options: dict[str, Any] = {}  # newer than the library
    options: dict[str, Any] = {
        "message_thread_id": letter.thread_id if letter.thread_id > 0 else None,
        "direct_messages_topic_id": -letter.thread_id if letter.thread_id < 0 else None,
        "parse_mode": ParseMode.HTML if part.html else None,
        "api_kwargs": new_options,
    }
    if number == 0 and letter.reply_to is not None:
        reply = ReplyParameters(letter.reply_to, allow_sending_without_reply=True)
        options["reply_parameters"] = reply
    if number == len(letter.parts) - 1 and letter.keyboard is not None:
        new_options["reply_markup"] = dict(letter.keyboard)
    if letter.only_for is not None:
        new_options["ephemeral_message_parameters"] = {"receiver_user_id": letter.only_for}
    if file is None:
        options["link_preview_options"] = LinkPreviewOptions(is_disabled=True)
        return (await bot.send_message(chat, part.text, **options)).message_id
    send: dict[str, Callable[..., Awaitable[Message]]] = {
        "picture": bot.send_photo,
        "audio": bot.send_audio,
        "voice": bot.send_voice,
        "document": bot.send_document,
    }
    options |= {"filename": file.name, "caption": part.text or None}
    return (await send[file.kind](chat, file.data, **options)).message_id


async def edit(
    bot: Bot,
    chat_id: int,
    message_id: int,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    patient: bool = True,
) -> None:
    """Change the text of a message. Raises BadRequest if that is no longer possible. If `patient`,
    retry other failures: edits are idempotent."""

    async def change(text: str, parse_mode: str | None) -> None:
        send = partial(
            bot.edit_message_text,
            text,
            chat_id,
            message_id,
            parse_mode=parse_mode,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=keyboard,
        )
        try:
            await (request_with_retry(send, stop_event(), idempotent=True) if patient else send())
        except BadRequest as error:
            if "not modified" not in str(error):
                raise

    try:
        await change(html, ParseMode.HTML)
    except BadRequest as error:
        if "parse entities" not in str(error):
            raise
        logger.warning("The markup of a message was refused (%s); it is sent without", error)
        await change(without_styles(html), None)


async def take_away(bot: Bot, chat_id: int, message_id: int) -> None:
    """Delete one of the bot's messages, unless it was deleted or is too old."""
    try:
        delete = partial(bot.delete_message, chat_id, message_id)
        await request_with_retry(delete, stop_event(), idempotent=True)
    except (BadRequest, Forbidden, ChatMigrated) as error:
        logger.debug("A message was not deleted: %s", error)


@contextlib.asynccontextmanager
async def show_typing(
    bot: Bot,
    place: ConversationPlace,
    seconds: float = TYPING_SECONDS,
    action: str = ChatAction.TYPING,
) -> AsyncIterator[None]:
    """Show the typing indicator while the block lasts."""

    async def keep_typing() -> None:
        thread = place.thread_id if place.thread_id > 0 else None
        while True:
            try:
                await bot.send_chat_action(place.chat_id, action, message_thread_id=thread)
            except TelegramError as error:
                logger.debug("The typing indicator was not shown: %s", error)
            await asyncio.sleep(seconds)

    task = asyncio.create_task(keep_typing())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
