"""Short texts to whoever is in front of the bot."""

from __future__ import annotations

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.messenger.delivery import deliver
from bot.messenger.desk import Asker
from bot.messenger.html import text_html


async def say(
    bot: Bot,
    asker: Asker,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
    reply_to: int | None = None,
) -> tuple[int, ...]:
    """Send a text without markup; the ids of its messages."""
    html = text_html(text, asker.phrases.code)
    return await deliver(bot, asker.place, html, keyboard, reply_to)


async def acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Stop the button's spinner; a press from before a restart may be too old for that."""
    try:
        await query.answer(text)
    except BadRequest:
        return
