"""What is said to whoever asks for help, sends what is no question, or meets an error."""

from __future__ import annotations

import logging

from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.messenger.asker import TelegramApplication, asker_of
from bot.messenger.inbound.addressee import by_another_bot, question_in
from bot.messenger.menus import MenuCommand, Menus, PublicButtons, PublicCommands, command_handler
from bot.messenger.outbound.reply import acknowledge, say
from bot.messenger.services import BotServices, met
from bot.operations.metrics import METERS
from index.errors import NoIndex

logger = logging.getLogger(__name__)

HELP = MenuCommand(
    "aide", "help", "Comment poser une question", "How to ask", public=True, groups=True
)


_SHOWN = filters.UpdateType.MESSAGE & (
    filters.PHOTO
    | filters.VIDEO
    | filters.VIDEO_NOTE
    | filters.VOICE
    | filters.AUDIO
    | filters.Document.ALL
)
"""What may reply to the bot in a group without words; a sticker is no question."""


class HelpHandlers:
    """/start and /aide: how to ask, and the commands that this person has here."""

    def __init__(self, services: BotServices, menus: Menus) -> None:
        self._services = services
        self._menus = menus

    def register(self, application: TelegramApplication) -> None:
        new = filters.UpdateType.MESSAGE
        application.add_handler(PublicCommands("start", self.start, new))
        application.add_handler(command_handler(HELP, self.help))

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            await say(context.bot, asker, asker.phrases.start)

    async def help(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            phrases, role = asker.phrases, self._services.roles.of(asker.place.person_id)
            sends = asker.private and self._services.may_add(asker.place.person_id)
            commands = self._menus.of(role, private=asker.private)
            lines = "\n".join(each.line(phrases.code) for each in commands)
            told = (phrases.help, phrases.help_documents if sends else "", lines)
            await say(context.bot, asker, "\n\n".join(filter(None, told)))


class ErrorHandlers:
    """Logged, and told to the person unless they want nothing more from the bot."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        error = context.error
        if isinstance(error, Forbidden):
            logger.info("A message could not be delivered: %s", error)
            return
        METERS.failed()
        if isinstance(error, NoIndex):
            logger.warning("A question came before there is an index: %s", error)
        else:
            logger.error("An update could not be handled", exc_info=error)
        # Not `met`: the database may be what failed.
        asker = asker_of(update) if isinstance(update, Update) else None
        if asker is None or not isinstance(update, Update):
            return
        text = asker.phrases.no_index if isinstance(error, NoIndex) else asker.phrases.failed
        if update.callback_query is not None:
            await acknowledge(update.callback_query)
        try:
            await say(context.bot, asker, text)
        except TelegramError as second:
            logger.error("Nor could the person be told: %s", second)


class FallbackHandlers:
    """In a private chat nobody is left without a word, nor who replies to the bot elsewhere."""

    def __init__(self, services: BotServices) -> None:
        self._services = services

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(PublicButtons(self.button))
        private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        application.add_handler(MessageHandler(private & filters.COMMAND, self.command))
        application.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, self.not_text))
        application.add_handler(MessageHandler(_SHOWN & ~filters.CAPTION, self.not_text))

    async def command(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            await say(context.bot, asker, asker.phrases.no_such_command)

    async def not_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say once for each album (its pictures arrive one by one) that only text is read."""
        message, bot = update.effective_message, context.bot
        if message is None or by_another_bot(message):
            return
        if question_in(message, bot.id, bot.username) is None:
            return
        album = message.media_group_id
        if context.chat_data is not None and album is not None:
            if context.chat_data.get("album") == album:
                return
            context.chat_data["album"] = album
        if asker := await met(self._services, update):
            await say(context.bot, asker, asker.phrases.only_text)

    async def button(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A button of an earlier version."""
        asker = await met(self._services, update)
        if asker is not None and update.callback_query is not None:
            await acknowledge(update.callback_query)
            await say(context.bot, asker, asker.phrases.passage_gone)
