"""The digests feature: « Le Quotidien » and « Le Podcast »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import CommandLine
from bot.feature import Feature

if TYPE_CHECKING:
    from bot.messenger.feature import TelegramFeature
    from bot.messenger.handlers.question import QuestionHandlers
    from bot.messenger.services import BotServices
    from bot.web.feature import WebFeature
    from bot.web.service import WebService


class DigestsFeature(Feature):
    def declare(self, line: CommandLine) -> None:
        from bot.digests.terminal import declare

        declare(line)

    def load_tables(self) -> None:
        from bot.digests import digest_records, script_records  # noqa: F401

    def telegram(self, services: BotServices, questions: QuestionHandlers) -> TelegramFeature:
        from bot.digests.telegram import DigestsOnTelegram

        return DigestsOnTelegram(services)

    def web(self, service: WebService) -> WebFeature:
        from bot.digests.pages import open_pages

        return open_pages(service)
