"""How one message of a letter leaves: a Protocol, and its adapter to the Bot API."""

from __future__ import annotations

from typing import Any, Protocol

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode

from bot.state.deliveries import Letter


class Transport(Protocol):
    """Sends messages."""

    async def send(self, letter: Letter, number: int) -> int:
        """Send the part of this number (from 0) as what it is; the id of its message.

        The first part may be a reply, the buttons go below the last. Raises TelegramError.
        """
        ...


class TelegramTransport:
    """Sends through a bot of python-telegram-bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, letter: Letter, number: int) -> int:
        return (await self._sent(letter, number)).message_id

    async def _sent(self, letter: Letter, number: int) -> Message:
        bot, chat, part = self._bot, letter.chat_id, letter.parts[number]
        options: dict[str, Any] = {
            "message_thread_id": letter.thread_id if letter.thread_id > 0 else None,
            "direct_messages_topic_id": -letter.thread_id if letter.thread_id < 0 else None,
            "parse_mode": ParseMode.HTML if part.html else None,
        }
        if number == 0 and letter.reply_to is not None:
            reply = ReplyParameters(letter.reply_to, allow_sending_without_reply=True)
            options["reply_parameters"] = reply
        if number == len(letter.parts) - 1 and letter.keyboard is not None:
            options["reply_markup"] = InlineKeyboardMarkup.de_json(dict(letter.keyboard), bot)
        file = part.attachment
        if file is None:
            preview = LinkPreviewOptions(is_disabled=True)
            return await bot.send_message(chat, part.text, link_preview_options=preview, **options)
        options |= {"filename": file.name, "caption": part.text or None}
        match file.kind:
            case "picture":
                return await bot.send_photo(chat, file.data, **options)
            case "audio":
                return await bot.send_audio(chat, file.data, **options)
            case "voice":
                return await bot.send_voice(chat, file.data, **options)
            case "document":
                return await bot.send_document(chat, file.data, **options)
