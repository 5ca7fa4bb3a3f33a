"""The passage behind a citation."""

from __future__ import annotations

import asyncio

from telegram import Update
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.messenger.buttons import PREFIX, Excerpt, PassageRef
from bot.messenger.delivery import deliver
from bot.messenger.desk import Desk, TelegramApplication, met
from bot.messenger.html import passage_html, text_html
from bot.messenger.saying import acknowledge


class Passages:
    """Shows the whole passage behind a button, or says that it is gone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(CallbackQueryHandler(self.show, f"^{PREFIX}:"))

    async def show(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._desk, update)
        if query is None or asker is None:
            return
        phrases = asker.phrases
        excerpt = await asyncio.to_thread(self._excerpt, query.data or "")
        html = (
            passage_html(excerpt, phrases)
            if excerpt is not None
            else text_html(phrases.passage_gone, phrases.code)
        )
        await acknowledge(query)
        reply_to = query.message.message_id if query.message else None
        await deliver(context.bot, asker.place, html, reply_to=reply_to)

    def _excerpt(self, data: str) -> Excerpt | None:
        reference = PassageRef.decode(data)
        article = self._desk.library.article(reference.article_id) if reference else None
        return reference.excerpt(article) if reference and article else None
