"""Short texts to whoever is in front of the bot."""

from __future__ import annotations

import logging

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup
from telegram.error import BadRequest, TelegramError

from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver, edit
from bot.messenger.services import Asker

logger = logging.getLogger(__name__)


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


async def replace_text(bot: Bot, asker: Asker, query: CallbackQuery, text: str) -> None:
    """Put a text in the place of the message whose button was pressed, without its buttons.

    A message too old to be changed is followed by a new one.
    """
    (html,) = text_html(text, asker.phrases.code)
    if query.message is not None:
        try:
            await edit(bot, query.message.chat.id, query.message.message_id, html)
            return
        except BadRequest:
            pass
    await say(bot, asker, text)


async def acknowledge(query: CallbackQuery, text: str | None = None) -> None:
    """Stop the button's spinner; a press from before a restart may be too old for that."""
    try:
        await query.answer(text)
    except TelegramError as error:  # an ornament: what was asked for is said elsewhere
        logger.debug("A press was not acknowledged: %s", error)
