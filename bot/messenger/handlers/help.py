"""Replies to requests for help, to anything that is no question, and to errors."""

from __future__ import annotations

import logging
from functools import partial

from telegram import Update
from telegram.error import Forbidden, TelegramError
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.messenger.asker import asker_of
from bot.messenger.events import (
    ButtonPress,
    ChatEvent,
    Handlers,
    on_button,
    on_command,
    on_message,
    on_update,
)
from bot.messenger.handlers.question import QUESTION_LIMIT, QuestionHandlers
from bot.messenger.inbound.addressee import by_another_bot, question_in
from bot.messenger.menus import MenuCommand, Menus
from bot.messenger.outbound.reply import acknowledge, example_keyboard, say
from bot.messenger.services import BotServices, find_asker
from bot.operations.metrics import METERS
from bot.start_links import INLINE_PAYLOAD, payload_key, payload_question
from bot.state import conversations
from index.errors import NoIndex

logger = logging.getLogger(__name__)

HELP = MenuCommand(
    "aide", "help", "Comment poser une question", "How to ask", public=True, groups=True
)
_PRIVATE = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
# Messages without words that may reply to the bot in a group; stickers are ignored.
_MEDIA = filters.PHOTO | filters.VIDEO | filters.VIDEO_NOTE | filters.VOICE | filters.AUDIO
_FILES = filters.UpdateType.MESSAGE & (_MEDIA | filters.Document.ALL)
_NO_TEXT = (_PRIVATE & ~filters.StatusUpdate.ALL) | (_FILES & ~filters.CAPTION)


class HelpHandlers(Handlers):
    """/start and /aide: how to ask, and the commands available to the person."""

    def __init__(self, services: BotServices, menus: Menus, questions: QuestionHandlers) -> None:
        super().__init__(services)
        self._menus = menus
        self._questions = questions

    @on_command(MenuCommand("start", "start", "", "", public=True))  # Telegram's own, in no menu
    async def start(self, event: ChatEvent) -> None:
        """Greet a person, or answer the question in the link that they followed."""
        payload, phrases = event.argument, event.asker.phrases
        question = payload_question(payload)
        if key := payload_key(payload):
            turn = await self._run(conversations.turn_of_key, key)
            question = turn.question if turn is not None else ""
        if question:
            await self._questions.ask_for(event.bot, event.asker, question[:QUESTION_LIMIT])
            return
        keyboard = await example_keyboard(self._services, event.asker)
        is_bad = payload not in ("", INLINE_PAYLOAD)
        await event.say(phrases.bad_link if is_bad else phrases.start, keyboard)

    @on_command(HELP)
    async def help(self, event: ChatEvent) -> None:
        asker = event.asker
        phrases, role = asker.phrases, self._roles.of(asker.person_id)
        may_add = asker.private and self._roles.may_add(asker.person_id)
        commands = self._menus.of(role, private=asker.private)
        lines = "\n".join(command.line(phrases.code) for command in commands)
        parts = (phrases.help, phrases.help_documents if may_add else "", lines)
        keyboard = await example_keyboard(self._services, asker)
        await event.say("\n\n".join(filter(None, parts)), keyboard)


async def report_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log the error of a handler and tell the person, unless they have blocked the bot."""
    error = context.error
    if isinstance(error, Forbidden):
        logger.info("A message could not be delivered: %s", error)
        return
    METERS.failures.inc()
    if isinstance(error, NoIndex):
        logger.warning("A question came before there is an index: %s", error)
    else:
        logger.error("An update could not be handled", exc_info=error)
    # Not `find_asker`: the database may be what failed.
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


class FallbackHandlers(Handlers):
    """Replies to everything else in a private chat, and to messages that reply to the bot."""

    @on_message(_PRIVATE & filters.COMMAND)
    async def command(self, event: ChatEvent) -> None:
        await event.say(event.asker.phrases.no_such_command)

    @on_update(partial(MessageHandler, _NO_TEXT))
    async def explain_only_text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Say that only text is read: once per album, whose pictures arrive one by one."""
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
        if asker := await find_asker(self._services, update):
            await say(bot, asker, asker.phrases.only_text)

    @on_button(r"(?s:.*)", public=True)
    async def obsolete_button(self, press: ButtonPress) -> None:
        await press.acknowledge()
        await press.say(press.asker.phrases.passage_gone)
