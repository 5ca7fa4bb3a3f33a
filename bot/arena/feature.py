"""The arena as a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import CommandLine
from bot.feature import Feature

if TYPE_CHECKING:
    from bot.arena.arena import Arena
    from bot.messenger.feature import TelegramFeature
    from bot.messenger.handlers.question import QuestionHandlers
    from bot.messenger.services import BotServices
    from bot.web.feature import WebFeature
    from bot.web.service import WebService


class ArenaFeature(Feature):
    """Readers compare answers blind, and their votes rank the writers.

    Without an `arena`, the one of the settings is opened.
    """

    def __init__(self, arena: Arena | None = None) -> None:
        self._arena = arena

    def declare(self, line: CommandLine) -> None:
        from bot.arena.terminal import declare

        declare(line)

    def load_tables(self) -> None:
        from bot.arena import battle_records  # noqa: F401

    def telegram(self, services: BotServices, questions: QuestionHandlers) -> TelegramFeature:
        from bot.arena.factory import open_arena
        from bot.arena.telegram import ArenaOnTelegram
        from bot.followups.conversation import FollowUpChain

        arena = self._arena
        if arena is None and services.index and isinstance(services.chain, FollowUpChain):
            arena = open_arena(services.settings, services.index, services.chain.interpret)
        return ArenaOnTelegram(services, arena)

    def web(self, service: WebService) -> WebFeature:
        from bot.arena.pages import open_pages

        return open_pages(service)
