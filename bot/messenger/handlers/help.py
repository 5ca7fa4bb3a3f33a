"""/start and /aide."""

from __future__ import annotations

from telegram import Update
from telegram.ext import CommandHandler, ContextTypes, filters

from bot.messenger.context import Desk, TelegramApplication, met
from bot.messenger.outbound.reply import say


class Helping:
    """How to ask."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, application: TelegramApplication) -> None:
        new = filters.UpdateType.MESSAGE
        application.add_handler(CommandHandler("start", self.start, new))
        application.add_handler(CommandHandler(["aide", "help"], self.help, new))

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._desk, update):
            await say(context.bot, asker, asker.phrases.start)

    async def help(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._desk, update):
            await say(context.bot, asker, asker.phrases.help)
