"""Answers stopped while they are being written."""

from __future__ import annotations

import re

from telegram import Update
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.locale.writing import writing_phrases_for
from bot.messenger import menus
from bot.messenger.context import Desk, TelegramApplication, asker_of, met
from bot.messenger.outbound.live_answer import STOP_BUTTON, LiveStops
from bot.messenger.outbound.reply import acknowledge, say

_STOP = re.compile(rf"{STOP_BUTTON}:\d{{1,19}}", re.ASCII)


class Stopping:
    """/stop and the button below an answer that grows; only who asked can stop it."""

    def __init__(self, desk: Desk, stops: LiveStops) -> None:
        self._desk = desk
        self._stops = stops

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(menus.handler(menus.STOP, self.command))
        application.add_handler(CallbackQueryHandler(self.button, f"^{_STOP.pattern}$"))

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker = await met(self._desk, update)
        if asker is not None and not self._stops.stop(asker.place):
            text = writing_phrases_for(asker.phrases.code).nothing_to_stop
            await say(context.bot, asker, text)

    async def button(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, asker_of(update)
        if query is None or asker is None:
            return
        phrases = writing_phrases_for(asker.phrases.code)
        stopped = self._stops.stop(asker.place)
        await acknowledge(query, phrases.stopped if stopped else phrases.nothing_to_stop)


def is_stop(update: object) -> bool:
    """Whether an update wants to stop an answer: it must not wait behind that answer's question."""
    if not isinstance(update, Update):
        return False
    if update.callback_query is not None:
        return bool(_STOP.fullmatch(update.callback_query.data or ""))
    words = (update.message.text or "").split() if update.message else []
    return bool(words) and words[0].lstrip("/").partition("@")[0] in menus.STOP.names
