"""Commands of the archive, from the table of intents."""

from __future__ import annotations

from bot.messenger.events import ChatEvent, Handlers, on_commands
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import by_another_bot, command_in
from bot.messenger.menus import MenuCommand
from bot.messenger.services import BotServices
from bot.understanding.intents import COMMAND_INTENTS
from bot.understanding.texts import CommandPhrases

_FRENCH, _ENGLISH = (CommandPhrases.of(language).about for language in ("fr", "en"))
ARCHIVE = tuple(
    MenuCommand(*intent.commands, _FRENCH[intent.name], _ENGLISH[intent.name], public=True)
    for intent in COMMAND_INTENTS
)


class ArchiveHandlers(Handlers):
    """Commands that are answered like the questions that they stand for."""

    def __init__(self, services: BotServices, questions: QuestionHandlers) -> None:
        super().__init__(services)
        self._questions = questions

    @on_commands(ARCHIVE)
    async def command(self, event: ChatEvent) -> None:
        message = event.message
        if by_another_bot(message):
            return
        request = " ".join(command_in(message, event.bot.username)).strip()
        await self._questions.ask(event.bot, event.asker, message, request)
