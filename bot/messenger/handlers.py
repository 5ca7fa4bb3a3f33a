"""What Selon does with what people send."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any, Protocol

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.answer import Answer
from bot.messenger.buttons import Excerpt, PassageRef
from bot.messenger.delivery import deliver, typing_shown
from bot.messenger.html import answer_html, passage_html, text_html
from bot.phrases import Phrases, phrases_for
from index.article import Article
from index.errors import NoIndex

logger = logging.getLogger(__name__)

QUESTION_LIMIT = 1_000
"""Characters of a question; about half of what the embedding model reads before it cuts."""

BUTTONS_PER_ROW = 3
BUTTON_LIMIT = 99
"""Telegram refuses more than 100 buttons below a message."""

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


class Chain(Protocol):
    """What is asked: the retrieval-QA chain."""

    async def ainvoke(self, input: str) -> Answer: ...


class Articles(Protocol):
    """Where the article behind a button is found; None when it is no longer there."""

    def article(self, article_id: str) -> Article | None: ...


class Handlers:
    """One method for each thing that people do."""

    def __init__(self, chain: Chain, articles: Articles) -> None:
        self._chain = chain
        self._articles = articles

    def register(self, application: TelegramApplication) -> None:
        """Private chats are answered; elsewhere, only the commands."""
        new = filters.UpdateType.MESSAGE
        private = new & filters.ChatType.PRIVATE
        application.add_handlers(
            [
                CommandHandler("start", self.start, new),
                CommandHandler(["aide", "help"], self.help, new),
                MessageHandler(private & filters.COMMAND, self.help),
                MessageHandler(private & filters.TEXT, self.question),
                MessageHandler(private & ~filters.StatusUpdate.ALL, self.not_text),
                CallbackQueryHandler(self.passage),
            ]
        )
        application.add_error_handler(self.failed)

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self._say(update, context, _phrases(update).start)

    async def help(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        await self._say(update, context, _phrases(update).help)

    async def question(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer any text, with a button for each citation."""
        message, chat = update.effective_message, update.effective_chat
        if message is None or message.text is None or chat is None:
            return
        phrases = _phrases(update)
        if len(message.text) > QUESTION_LIMIT:
            await self._say(update, context, phrases.too_long(QUESTION_LIMIT))
            return
        async with typing_shown(context.bot, chat.id):
            answer = await self._chain.ainvoke(message.text)
        html = answer_html(answer, phrases)
        await deliver(context.bot, chat.id, html, _keyboard(answer, phrases))

    async def not_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say once for each album (its pictures arrive one by one) that only text is read."""
        message = update.effective_message
        album = message.media_group_id if message else None
        if context.chat_data is not None and album is not None:
            if context.chat_data.get("album") == album:
                return
            context.chat_data["album"] = album
        await self._say(update, context, _phrases(update).only_text)

    async def passage(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show the passage behind a button, or say that it is gone."""
        query, chat = update.callback_query, update.effective_chat
        if query is None or chat is None:
            return
        phrases = _phrases(update)
        excerpt = await asyncio.to_thread(self._excerpt, query.data or "")
        html = (
            passage_html(excerpt, phrases)
            if excerpt is not None
            else text_html(phrases.passage_gone, phrases.code)
        )
        await _acknowledge(query)
        reply_to = query.message.message_id if query.message else None
        await deliver(context.bot, chat.id, html, reply_to=reply_to)

    def _excerpt(self, data: str) -> Excerpt | None:
        reference = PassageRef.decode(data)
        article = self._articles.article(reference.article_id) if reference else None
        return reference.excerpt(article) if reference and article else None

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log what went wrong and tell the person, unless they want nothing more from the bot."""
        error = context.error
        if isinstance(error, Forbidden):
            logger.info("A message could not be delivered: %s", error)
            return
        if isinstance(error, NoIndex):
            logger.error("A question could not be answered: %s", error)
        else:
            logger.error("An update could not be handled", exc_info=error)
        if not isinstance(update, Update) or update.effective_chat is None:
            return
        phrases = _phrases(update)
        text = phrases.no_index if isinstance(error, NoIndex) else phrases.failed
        if update.callback_query is not None:
            await _acknowledge(update.callback_query)
        try:
            await self._say(update, context, text)
        except TelegramError as second:
            logger.error("Nor could the person be told: %s", second)

    async def _say(self, update: Update, context: ContextTypes.DEFAULT_TYPE, text: str) -> None:
        if update.effective_chat is not None:
            html = text_html(text, _phrases(update).code)
            await deliver(context.bot, update.effective_chat.id, html)


def _phrases(update: Update) -> Phrases:
    return phrases_for(update.effective_user.language_code if update.effective_user else None)


def _keyboard(answer: Answer, phrases: Phrases) -> InlineKeyboardMarkup | None:
    buttons = [
        InlineKeyboardButton(
            phrases.see_passage(citation.number),
            callback_data=PassageRef.of(citation).encode(),
        )
        for citation in answer.citations[:BUTTON_LIMIT]
    ]
    rows = [buttons[at : at + BUTTONS_PER_ROW] for at in range(0, len(buttons), BUTTONS_PER_ROW)]
    return InlineKeyboardMarkup(rows) if rows else None


async def _acknowledge(query: CallbackQuery) -> None:
    """Stop the button's spinner; a press from before a restart may be too old for that."""
    with contextlib.suppress(BadRequest):
        await query.answer()
