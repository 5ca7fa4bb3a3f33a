"""The clippings feature: « Mon dossier »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.feature import Feature

if TYPE_CHECKING:
    from bot.messenger.feature import TelegramFeature
    from bot.messenger.handlers.question import QuestionHandlers
    from bot.messenger.services import BotServices
    from bot.web.feature import WebFeature
    from bot.web.service import WebService


class ClippingsFeature(Feature):
    def load_tables(self) -> None:
        from bot.clippings import clipping_records  # noqa: F401

    def telegram(self, services: BotServices, questions: QuestionHandlers) -> TelegramFeature:
        from bot.clippings.telegram import ClippingsOnTelegram

        return ClippingsOnTelegram(services)

    def web(self, service: WebService) -> WebFeature:
        from bot.clippings.pages import open_pages

        return open_pages(service)
