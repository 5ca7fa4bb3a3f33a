"""The alerts feature: alerts on questions and subscriptions to subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.feature import Feature

if TYPE_CHECKING:
    from bot.command import CommandLine
    from bot.messenger.feature import TelegramFeature
    from bot.messenger.handlers.question import QuestionHandlers
    from bot.messenger.services import BotServices
    from bot.web.feature import WebFeature
    from bot.web.service import WebService


class AlertsFeature(Feature):
    def declare(self, line: CommandLine) -> None:
        from bot.alerts.terminal import declare

        declare(line, self)

    def load_tables(self) -> None:
        from bot.alerts import alert_records, subscription_records, target_records  # noqa: F401

    def telegram(self, services: BotServices, questions: QuestionHandlers) -> TelegramFeature:
        from bot.alerts.telegram import AlertsOnTelegram

        return AlertsOnTelegram(services)

    def web(self, service: WebService) -> WebFeature:
        from bot.alerts.pages import open_pages

        return open_pages(service)
