"""What becomes of an error while somebody waits."""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ContextTypes

from bot.messenger.context import Desk, asker_of
from bot.messenger.outbound.reply import acknowledge, say
from bot.operations.metrics import METERS
from index.errors import NoIndex

logger = logging.getLogger(__name__)


class Failures:
    """Logged, and told to the person unless they want nothing more from the bot."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        error = context.error
        if isinstance(error, Forbidden):
            logger.info("A message could not be delivered: %s", error)
            return
        METERS.failed()
        if isinstance(error, NoIndex):
            logger.error("A question could not be answered: %s", error)
        else:
            logger.error("An update could not be handled", exc_info=error)
        # Not `met`: the database may be what failed.
        asker = asker_of(update) if isinstance(update, Update) else None
        if asker is None or not isinstance(update, Update):
            return
        text = asker.phrases.no_index if isinstance(error, NoIndex) else asker.phrases.failed
        if update.callback_query is not None:
            await acknowledge(update.callback_query)
        try:
            await say(context.bot, asker, text)
        except TelegramError as second:
            logger.error("Nor could the person be told: %s", second)
