"""Questions that no article answers yet: people are told when one does."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import Forbidden
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.locale.answering import answering_phrases_for
from bot.locale.answers import phrases_for
from bot.locale.browsing import BrowsingPhrases, browsing_phrases_for
from bot.messenger import menus
from bot.messenger.context import Asker, Desk, TelegramApplication, met
from bot.messenger.outbound.answer_html import answer_html
from bot.messenger.outbound.delivery import deliver
from bot.messenger.outbound.keyboard import keyboard, sources_of
from bot.messenger.outbound.reply import acknowledge, say
from bot.messenger.running.chores import Chore
from bot.state import alerts, conversations
from bot.state.alerts import Alert
from bot.state.conversations import NewTurn

logger = logging.getLogger(__name__)

LOOK = timedelta(seconds=20)
"""How often a new generation is looked for."""

_LISTED = 20


class Alerts:
    """Kept, listed, cancelled, and told once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                CallbackQueryHandler(self.keep, r"^n:\d{1,18}$"),
                CallbackQueryHandler(self.cancel, r"^x:\d{1,18}$"),
                menus.handler(menus.ALERTS, self.list),
            ]
        )

    async def keep(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._desk, update)
        if query is None or asker is None:
            return
        number = int((query.data or "n:0").removeprefix("n:"))
        turn = await self._desk.state.run(partial(conversations.turn, turn_id=number))
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await acknowledge(query, answering_phrases_for(asker.phrases.code).gone)
            return
        ask = partial(
            alerts.ask_for,
            place=asker.place,
            question=turn.turn.get("understood") or turn.question,
            language=asker.phrases.code,
            generation=turn.generation,
            now=self._desk.now(),
        )
        await self._desk.state.run(ask)
        await acknowledge(query)
        await say(context.bot, asker, _phrases(asker).alert_kept)

    async def list(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._desk, update):
            await self._show(context.bot, asker)

    async def cancel(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._desk, update)
        if query is None or asker is None:
            return
        number = int((query.data or "x:0").removeprefix("x:"))
        remove = partial(alerts.cancel, alert_id=number, person_id=asker.place.person_id)
        await self._desk.state.run(remove)
        await acknowledge(query, _phrases(asker).cancelled)
        await self._show(context.bot, asker)

    async def _show(self, bot: Bot, asker: Asker) -> None:
        phrases = _phrases(asker)
        mine = partial(alerts.alerts_of_person, person_id=asker.place.person_id)
        kept = (await self._desk.state.run(mine))[:_LISTED]
        if not kept:
            await say(bot, asker, phrases.no_alerts)
            return
        lines = [f"{number}. {alert.question}" for number, alert in enumerate(kept, 1)]
        buttons = [
            InlineKeyboardButton(phrases.cancel(number), callback_data=f"x:{alert.id}")
            for number, alert in enumerate(kept, 1)
        ]
        rows = [buttons[at : at + 3] for at in range(0, len(buttons), 3)]
        text = "\n".join((phrases.alerts, *lines))
        await say(bot, asker, text, InlineKeyboardMarkup(rows))

    @property
    def chore(self) -> Chore:
        """Ask again what was asked in vain, once for each new generation."""
        return Chore("alerts", LOOK, self.look)

    async def look(self, bot: Bot) -> None:
        generation = self._desk.library.generation()
        waiting = await self._desk.state.run(partial(alerts.unchecked, generation=generation))
        for alert in waiting:
            answer = await self._desk.chain.ainvoke(TurnText(alert.question, quoted=True))
            if not answer.answered:
                checked = partial(alerts.asked_in_vain, alert_id=alert.id, generation=generation)
                await self._desk.state.run(checked)
                continue
            # Kept as told before it is sent: once is promised, twice would be a nuisance.
            told = partial(alerts.alert_told, alert_id=alert.id, now=self._desk.now())
            if await self._desk.state.run(told):
                await self._tell(bot, alert, answer, generation)

    async def _tell(self, bot: Bot, alert: Alert, answer: Answer, generation: str) -> None:
        phrases = phrases_for(alert.language)
        new = NewTurn(
            question=alert.question,
            turn={},
            sources=sources_of(answer),
            answered=answer.answered,
            confidence=answer.confidence,
            generation=generation,
        )
        add = partial(
            conversations.add_turn,
            place=alert.place,
            new=new,
            now=self._desk.now(),
            lifetime=self._desk.lifetime,
        )
        turn = await self._desk.state.run(add)
        title = browsing_phrases_for(phrases.code).alert_answered(alert.question)
        html = answer_html(answer, phrases, title)
        try:
            sent = await deliver(bot, alert.place, html, keyboard(answer, turn, phrases))
        except Forbidden as error:
            logger.info("An alert could not be delivered: %s", error)
            return
        record = partial(conversations.answered_with, turn_id=turn, messages=sent)
        await self._desk.state.run(record)


def _phrases(asker: Asker) -> BrowsingPhrases:
    return browsing_phrases_for(asker.phrases.code)
