"""How one message of a letter leaves through the Bot API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode

from bot.state.deliveries import Letter


async def send_part(bot: Bot, letter: Letter, number: int) -> int:
    """Send the part of this number (from 0) as what it is; return the id of its message.

    The first part may be a reply, the buttons go below the last. Raises TelegramError.
    """
    chat, part = letter.chat_id, letter.parts[number]
    newer: dict[str, Any] = {}
    options: dict[str, Any] = {
        "message_thread_id": letter.thread_id if letter.thread_id > 0 else None,
        "direct_messages_topic_id": -letter.thread_id if letter.thread_id < 0 else None,
        "parse_mode": ParseMode.HTML if part.html else None,
        "api_kwargs": newer,
    }
    if number == 0 and letter.reply_to is not None:
        reply = ReplyParameters(letter.reply_to, allow_sending_without_reply=True)
        options["reply_parameters"] = reply
    if number == len(letter.parts) - 1 and letter.keyboard is not None:
        newer["reply_markup"] = dict(letter.keyboard)
    if letter.only_for is not None:
        newer["ephemeral_message_parameters"] = {"receiver_user_id": letter.only_for}
    file = part.attachment
    if file is None:
        preview = LinkPreviewOptions(is_disabled=True)
        message = await bot.send_message(chat, part.text, link_preview_options=preview, **options)
        return message.message_id
    sends: dict[str, Callable[..., Awaitable[Message]]] = {
        "picture": bot.send_photo,
        "audio": bot.send_audio,
        "voice": bot.send_voice,
        "document": bot.send_document,
    }
    options |= {"filename": file.name, "caption": part.text or None}
    return (await sends[file.kind](chat, file.data, **options)).message_id
