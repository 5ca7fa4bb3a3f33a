"""Spoken questions."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from functools import partial
from pathlib import Path

from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)
from telegram.constants import ChatType, InlineKeyboardButtonLimit
from telegram.error import BadRequest
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.audio import SpeechService
from bot.errors import SpeechError
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import by_another_bot, question_in
from bot.messenger.journal import another_turn, queue_work
from bot.messenger.outbound.delivery import show_typing
from bot.messenger.outbound.help import give_help
from bot.messenger.outbound.reply import describe_error, say
from bot.messenger.services import BotServices, find_asker
from bot.speech.names import NAMED_ARTICLES, likely_names
from bot.speech.service import LONGEST_SECONDS
from bot.speech.texts import SpeechPhrases

logger = logging.getLogger(__name__)

_LIMIT = 20 << 20  # bytes: Telegram gives bots no larger file


class VoiceHandlers:
    """Voice messages, audio files and video notes are questions."""

    def __init__(
        self, services: BotServices, speech: SpeechService, questions: QuestionHandlers
    ) -> None:
        self._services, self._speech, self._questions = services, speech, questions
        self._hearing = asyncio.Lock()  # whoever waits for it holds no thread that answers need

    def register(self, application: TelegramApplication) -> None:
        spoken = filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE
        application.add_handler(MessageHandler(filters.UpdateType.MESSAGE & spoken, self.spoken))

    async def spoken(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A recording: what was heard is shown, then answered."""
        message = update.effective_message
        if message is None or not _for_the_bot(message, context.bot):
            return
        asker = await find_asker(self._services, update)
        if asker is None:
            return
        queue_work(partial(self._answer, context.bot, asker, message))

    async def _answer(self, bot: Bot, asker: Asker, message: Message) -> None:
        phrases = asker.texts(SpeechPhrases)
        reply_to = None if asker.private else message.message_id
        try:
            async with show_typing(bot, asker.place), self._hearing:
                words = await self._hear(bot, message)
        except SpeechError as error:
            logger.info("A question could not be heard: %s", error)
            text = phrases.not_heard(describe_error(self._services, asker, error))
            await say(bot, asker, text, reply_to=reply_to)
            return
        if not words:
            await say(bot, asker, phrases.nothing_heard, reply_to=reply_to)
            return
        if await give_help(self._services, bot, asker, words, reply_to=reply_to):
            return
        async with another_turn():
            await say(bot, asker, phrases.heard(words), _correction(words, phrases), reply_to)
            await self._questions.ask(bot, asker, message, words, spoken=True)

    async def _hear(self, bot: Bot, message: Message) -> str:
        """The words of a recording. Raises SpeechError."""
        recording = message.voice or message.audio or message.video_note
        assert recording is not None
        seconds = recording.duration
        lasts = seconds if isinstance(seconds, int) else seconds.total_seconds()
        if lasts > LONGEST_SECONDS:
            raise SpeechError("speech-too-long", minutes=round(LONGEST_SECONDS / 60))
        if (recording.file_size or 0) > _LIMIT:
            raise SpeechError("speech-too-large", limit=_LIMIT >> 20)
        try:
            file = await recording.get_file()
            content = bytes(await file.download_as_bytearray())
        except BadRequest as error:  # gone, or larger than Telegram had said
            raise SpeechError("speech-unreadable") from error
        return await asyncio.to_thread(self._transcribe, content)

    def _transcribe(self, content: bytes) -> str:
        names = likely_names(self._services.library.newest(NAMED_ARTICLES))
        with tempfile.NamedTemporaryFile(suffix=".audio") as file:
            file.write(content)
            file.flush()
            return self._speech.hear(Path(file.name), names=names).text


def _for_the_bot(message: Message, bot: Bot) -> bool:
    """In a group, only a recording that replies to the bot, or mentions it in its caption."""
    if by_another_bot(message):
        return False
    if message.chat.type == ChatType.PRIVATE:
        return True
    return question_in(message, bot.id, bot.username) is not None


def _correction(words: str, phrases: SpeechPhrases) -> InlineKeyboardMarkup | None:
    """A button that copies what was heard, to be put right and sent."""
    if len(words) > InlineKeyboardButtonLimit.MAX_COPY_TEXT:
        return None
    button = InlineKeyboardButton(phrases.correct, copy_text=CopyTextButton(words))
    return InlineKeyboardMarkup([[button]])
