"""Questions that no article answers yet: people are told when one does."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import Forbidden

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
from bot.messenger.events import (
    ButtonPress,
    ChatEvent,
    button_handler,
    command_handler,
    public_button_handler,
)
from bot.messenger.feature import Chore
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html
from bot.messenger.outbound.delivery import deliver
from bot.messenger.outbound.keyboard import keyboard, sources_of
from bot.messenger.outbound.reply import replace_message
from bot.messenger.services import BotServices
from bot.state import conversations
from bot.state.conversations import NewTurn

logger = logging.getLogger(__name__)

ALERTS = MenuCommand("alertes", "alerts", "Vos alertes", "Your alerts")

LOOK_INTERVAL = timedelta(seconds=20)  # how often a new generation is looked for
_LISTED = 20


class AlertHandlers:
    """Kept, listed, cancelled, and told once."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                public_button_handler(self._services, r"n:(\d{1,18})", self.keep),
                button_handler(self._services, r"x:(\d{1,18})", self.cancel),
                command_handler(self._services, ALERTS, self.list),
            ]
        )

    async def keep(self, press: ButtonPress) -> None:
        asker = press.asker
        turn = await self._services.run(conversations.turn, turn_id=int(press.match[1]))
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await press.acknowledge(asker.texts(BrowsingPhrases).gone)
            return
        question = turn.turn.get("understood") or turn.question
        if any(
            each.question == question
            for each in await self._services.run(alerts.alerts_of_person, person_id=asker.person_id)
        ):
            await press.acknowledge(asker.texts(AlertPhrases).already_stored)
            return
        await self._services.run(
            alerts.keep_alert,
            place=asker.place,
            question=question,
            language=asker.phrases.code,
            generation=turn.generation,
            now=self._services.now(),
        )
        await press.acknowledge()
        if asker.private:  # in a group, others may want to be told too
            await press.retire()
        await press.say(asker.texts(AlertPhrases).stored)

    async def list(self, event: ChatEvent) -> None:
        text, keyboard = await self._list_all(event.asker)
        await event.say(text, keyboard)

    async def cancel(self, press: ButtonPress) -> None:
        asker = press.asker
        cancelled = await self._services.run(
            alerts.cancel, alert_id=int(press.match[1]), person_id=asker.person_id
        )
        phrases = asker.texts(AlertPhrases)
        await press.acknowledge(phrases.cancelled if cancelled else phrases.gone)
        text, keyboard = await self._list_all(asker)
        shown = press.query.message.message_id if press.query.message else None
        await replace_message(press.bot, asker, shown, text, keyboard)

    async def _list_all(self, asker: Asker) -> tuple[str, InlineKeyboardMarkup | None]:
        phrases = asker.texts(AlertPhrases)
        kept = (await self._services.run(alerts.alerts_of_person, person_id=asker.person_id))[
            :_LISTED
        ]
        here = partial(subscriptions.subscriptions_in, chat_id=asker.place.chat_id)
        following = asker.texts(FollowingPhrases)
        followed, stops = listed(await self._services.run(here), following, first=len(kept) + 1)
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
        waiting = await self._services.run(alerts.unchecked_alerts, generation=generation)
        for alert in waiting:
            with held_to(await self._services.selection(alert.place)):
                answer = await self._services.chain.ainvoke(TurnText(alert.question, quoted=True))
            if not answer.answered:
                await self._services.run(
                    alerts.mark_alert_checked, alert_id=alert.id, generation=generation
                )
                continue
            # Kept as told before it is sent: once is promised, twice would be a nuisance.
            if await self._services.run(
                alerts.mark_alert_told, alert_id=alert.id, now=self._services.now()
            ):
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
        turn = await self._services.run(
            conversations.add_turn,
            place=alert.place,
            new=new,
            now=self._services.now(),
            lifetime=self._services.lifetime,
        )
        title = AlertPhrases.of(phrases.code).answered(alert.question)
        html = answer_html(answer, phrases, title)
        try:
            sent = await deliver(bot, alert.place, html, keyboard(answer, turn, phrases))
        except Forbidden as error:
            logger.info("An alert could not be delivered: %s", error)
            return
        await self._services.run(conversations.record_answer_messages, turn_id=turn, messages=sent)
