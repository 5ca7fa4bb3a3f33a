"""Questions that no article answers yet: people are told when one does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import Forbidden
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.alerts import alert_records as alerts
from bot.alerts import subscription_records as subscriptions
from bot.alerts.alert_records import Alert
from bot.alerts.telegram_subscriptions import listed
from bot.alerts.texts import AlertPhrases, FollowingPhrases
from bot.answer import Answer
from bot.answering.selection import held_to
from bot.followups.turn import TurnText
from bot.locale.answers import Phrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.feature import Chore
from bot.messenger.menus import MenuCommand, PublicButtons, command_handler
from bot.messenger.outbound.answer_html import answer_html
from bot.messenger.outbound.button_results import retire_button
from bot.messenger.outbound.delivery import deliver
from bot.messenger.outbound.keyboard import keyboard, sources_of
from bot.messenger.outbound.reply import acknowledge, replace_message, say
from bot.messenger.services import BotServices, met
from bot.state import conversations, corpora
from bot.state.conversations import NewTurn
from index.article import Selection

logger = logging.getLogger(__name__)

ALERTS = MenuCommand("alertes", "alerts", "Vos alertes", "Your alerts")

LOOK_INTERVAL = timedelta(seconds=20)
"""How often a new generation is looked for."""

_LISTED = 20


class AlertHandlers:
    """Kept, listed, cancelled, and told once."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                PublicButtons(self.keep, r"^n:\d{1,18}$"),
                CallbackQueryHandler(self.cancel, r"^x:\d{1,18}$"),
                command_handler(ALERTS, self.list),
            ]
        )

    async def keep(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        number = int((query.data or "n:0").removeprefix("n:"))
        turn = await self._services.state.run(partial(conversations.turn, turn_id=number))
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await acknowledge(query, BrowsingPhrases.of(asker.phrases.code).gone)
            return
        question = turn.turn.get("understood") or turn.question
        mine = partial(alerts.alerts_of_person, person_id=asker.place.person_id)
        if any(each.question == question for each in await self._services.state.run(mine)):
            await acknowledge(query, _phrases(asker).already_stored)
            return
        ask = partial(
            alerts.keep_alert,
            place=asker.place,
            question=question,
            language=asker.phrases.code,
            generation=turn.generation,
            now=self._services.now(),
        )
        await self._services.state.run(ask)
        await acknowledge(query)
        if asker.private:  # in a group, others may want to be told too
            await retire_button(query)
        await say(context.bot, asker, _phrases(asker).stored)

    async def list(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            text, keyboard = await self._listed(asker)
            await say(context.bot, asker, text, keyboard)

    async def cancel(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        number = int((query.data or "x:0").removeprefix("x:"))
        remove = partial(alerts.cancel, alert_id=number, person_id=asker.place.person_id)
        cancelled = await self._services.state.run(remove)
        phrases = _phrases(asker)
        await acknowledge(query, phrases.cancelled if cancelled else phrases.gone)
        text, keyboard = await self._listed(asker)
        shown = query.message.message_id if query.message else None
        await replace_message(context.bot, asker, shown, text, keyboard)

    async def _listed(self, asker: Asker) -> tuple[str, InlineKeyboardMarkup | None]:
        phrases = _phrases(asker)
        mine = partial(alerts.alerts_of_person, person_id=asker.place.person_id)
        kept = (await self._services.state.run(mine))[:_LISTED]
        here = partial(subscriptions.subscriptions_in, chat_id=asker.place.chat_id)
        following = FollowingPhrases.of(asker.phrases.code)
        followed, stops = listed(
            await self._services.state.run(here), following, first=len(kept) + 1
        )
        if not kept and not followed:
            return phrases.none, None
        lines = [f"{number}. {alert.question}" for number, alert in enumerate(kept, 1)]
        buttons = [
            InlineKeyboardButton(phrases.cancel(number), callback_data=f"x:{alert.id}")
            for number, alert in enumerate(kept, 1)
        ]
        rows = [*(buttons[at : at + 3] for at in range(0, len(buttons), 3)), *stops]
        said = [(phrases.list_heading, *lines)] if lines else []
        said += [(following.followed, *followed)] if followed else []
        text = "\n\n".join("\n".join(part) for part in said)
        return text, InlineKeyboardMarkup(rows)

    @property
    def chore(self) -> Chore:
        """Ask again what was asked in vain, once for each new generation."""
        return Chore("alerts", LOOK_INTERVAL, self.look)

    async def look(self, bot: Bot) -> None:
        generation = self._services.library.generation()
        waiting = await self._services.state.run(
            partial(alerts.unchecked_alerts, generation=generation)
        )
        for alert in waiting:
            with held_to(await self._services.state.run(_chosen_in(alert))):
                answer = await self._services.chain.ainvoke(TurnText(alert.question, quoted=True))
            if not answer.answered:
                checked = partial(
                    alerts.mark_alert_checked, alert_id=alert.id, generation=generation
                )
                await self._services.state.run(checked)
                continue
            # Kept as told before it is sent: once is promised, twice would be a nuisance.
            told = partial(alerts.mark_alert_told, alert_id=alert.id, now=self._services.now())
            if await self._services.state.run(told):
                await self._tell(bot, alert, answer, generation)

    async def _tell(self, bot: Bot, alert: Alert, answer: Answer, generation: str) -> None:
        phrases = Phrases.of(alert.language)
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
            now=self._services.now(),
            lifetime=self._services.lifetime,
        )
        turn = await self._services.state.run(add)
        title = AlertPhrases.of(phrases.code).answered(alert.question)
        html = answer_html(answer, phrases, title)
        try:
            sent = await deliver(bot, alert.place, html, keyboard(answer, turn, phrases))
        except Forbidden as error:
            logger.info("An alert could not be delivered: %s", error)
            return
        record = partial(conversations.record_answer_messages, turn_id=turn, messages=sent)
        await self._services.state.run(record)


def _chosen_in(alert: Alert) -> Callable[[Session], Selection | None]:
    """What the chat is answered from in which the alert was asked for."""
    place = alert.place
    return partial(corpora.chosen_in, chat_id=place.chat_id, thread_id=place.thread_id)


def _phrases(asker: Asker) -> AlertPhrases:
    return AlertPhrases.of(asker.phrases.code)
