"""The Telegram half of alerts and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from telegram import InlineKeyboardButton

from bot.alerts import alert_records as alerts
from bot.alerts import subscription_records as subscriptions
from bot.alerts.telegram_alerts import ALERTS, AlertHandlers
from bot.alerts.telegram_subscriptions import FOLLOW, SubscriptionHandlers
from bot.alerts.texts import AlertPhrases
from bot.answer import Answer
from bot.messenger.asker import TelegramApplication
from bot.messenger.feature import AnswerButtons, Chore, TelegramFeature
from bot.messenger.menus import MenuCommand
from bot.messenger.services import BotServices


class AlertsOnTelegram(TelegramFeature):
    """/alertes, /suivre, and the button below an answer that is not sure."""

    def __init__(self, services: BotServices) -> None:
        self._alerts = AlertHandlers(services)
        self._subscriptions = SubscriptionHandlers(services)

    def register(self, application: TelegramApplication) -> None:
        self._alerts.register(application)
        self._subscriptions.register(application)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (ALERTS, FOLLOW)

    @property
    def chores(self) -> Sequence[Chore]:
        return (self._alerts.chore, self._subscriptions.chore)

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        if answer.answered:
            return AnswerButtons()
        offer = AlertPhrases.of(code).offer
        return AnswerButtons(rows=(InlineKeyboardButton(offer, callback_data=f"n:{turn_id}"),))

    def subjects(self, session: Session, chat_id: int) -> Sequence[str]:
        return [each.subject for each in subscriptions.subscriptions_in(session, chat_id)]

    def waiting_items(self, session: Session, code: str) -> Sequence[str]:
        return [AlertPhrases.of(code).waiting(alerts.waiting_alerts(session))]
