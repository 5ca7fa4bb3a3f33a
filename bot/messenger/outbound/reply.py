"""Short replies to a person."""

from __future__ import annotations

import logging
from contextlib import suppress

from telegram import Bot, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo
from telegram.error import BadRequest, TelegramError

from bot.answering.selection import chosen_articles
from bot.conversation.passage_refs import Excerpt
from bot.locale.errors import error_text, reader_text
from bot.locale.messenger import AccessPhrases, BrowsingPhrases
from bot.messenger.asker import Asker
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import Markup, deliver, edit
from bot.messenger.outbound.keyboard import question_rows
from bot.messenger.services import BotServices
from bot.operations.metrics import METERS
from bot.settings import Settings

EXAMPLES_SECONDS = 2.0  # for which a first message waits for its example questions

logger = logging.getLogger(__name__)


async def say(
    bot: Bot, asker: Asker, text: str, keyboard: Markup | None = None, reply_to: int | None = None
) -> tuple[int, ...]:
    """Send a text without markup; return the ids of its messages."""
    html = text_html(text, asker.phrases.code)
    return await deliver(bot, asker.place, html, keyboard, reply_to)


async def whisper(
    bot: Bot, asker: Asker, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Send a text without markup, in a group only to this person where Telegram can."""
    person = asker.person_id
    only_for = person if not asker.private and person > 0 else None  # not the group itself
    html = text_html(text, asker.phrases.code)
    await deliver(bot, asker.place, html, keyboard, only_for=only_for)


async def replace_message(
    bot: Bot,
    asker: Asker,
    message_id: int | None,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> int:
    """Replace a message's text, or send a new message if it cannot be changed; return the id of the
    message with the text."""
    (html,) = text_html(text, asker.phrases.code)
    if message_id is not None:
        with suppress(BadRequest):
            await edit(bot, asker.place.chat_id, message_id, html, keyboard)
            return message_id
    return (await say(bot, asker, text, keyboard))[-1]


async def example_keyboard(services: BotServices, asker: Asker) -> InlineKeyboardMarkup | None:
    """Buttons with questions that the articles answer for certain, if there are any. None in a
    group with a selection of articles: the questions may be about others."""
    if chosen_articles() is not None:
        return None
    language = asker.language or asker.phrases.code
    rows = question_rows(await services.examples.soon(language, EXAMPLES_SECONDS))
    return InlineKeyboardMarkup(rows) if rows else None


def page_button(settings: Settings, asker: Asker, excerpt: Excerpt) -> InlineKeyboardButton | None:
    """A button that opens an article at a quote on the pages, if they have a public address; inside
    Telegram where that is allowed: in a private chat, for pages that need no login."""
    address = settings.web_address
    if address is None or settings.web_access == "local" or "." not in (address.host or ""):
        return None
    text = asker.texts(BrowsingPhrases).open_page
    url = f"{str(address).rstrip('/')}{excerpt.path}"
    if asker.private and address.scheme == "https" and settings.web_access == "open":
        return InlineKeyboardButton(text, web_app=WebAppInfo(url))
    return InlineKeyboardButton(text, url=url)


def describe_error(services: BotServices, asker: Asker, error: Exception) -> str:
    """Describe an error in one line; only administrators see paths and settings."""
    code = asker.phrases.code
    if asker.private and services.roles.administers(asker.person_id):
        return error_text(error, code)
    return reader_text(error, code) or AccessPhrases.of(code).reason_in_log


async def acknowledge(
    query: CallbackQuery, text: str | None = None, *, aloud: bool = False
) -> None:
    """Stop the button's spinner, unless the press is too old. A text shown `aloud` is a dialog that
    only this person sees."""
    try:
        await query.answer(text, show_alert=aloud or None)
    except TelegramError as error:  # cosmetic: the result is sent separately
        logger.debug("A press was not acknowledged: %s", error)


async def give_help(
    services: BotServices, bot: Bot, asker: Asker, *texts: str, reply_to: int | None = None
) -> bool:
    """Give help if one of these texts expresses distress, and store nothing; True if it does."""
    for text in texts:
        if answer := await services.help_for(text):
            METERS.count_answer(answer, "message")
            html = answer_html(answer, asker.phrases)
            await deliver(bot, asker.place, html, reply_to=None if asker.private else reply_to)
            return True
    return False
