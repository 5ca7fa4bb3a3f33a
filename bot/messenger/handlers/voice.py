"""Spoken questions, and answers read aloud."""

from __future__ import annotations

import asyncio
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
from telegram.constants import ChatAction, ChatType, InlineKeyboardButtonLimit
from telegram.error import BadRequest
from telegram.ext import CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.errors import SpeechError
from bot.followups.turn import turn_of
from bot.library.articles import Library
from bot.locale.errors import error_text
from bot.locale.speech import SpeechPhrases
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import by_another_bot, question_in
from bot.messenger.menus import MenuCommand, PublicButtons, command_handler
from bot.messenger.outbound.delivery import deliver_attachment, show_typing
from bot.messenger.outbound.keyboard import LISTEN_PATTERN, citations_of
from bot.messenger.outbound.reply import acknowledge, replace_text, say
from bot.messenger.services import Asker, BotServices, TelegramApplication, met
from bot.speech.service import LONGEST_SECONDS, Speech, SpokenLine
from bot.speech.spoken_answer import spoken_citations, spoken_language
from bot.state import conversations, people
from bot.state.deliveries import Attachment

VOICE = MenuCommand("voix", "voice", "Réponses lues à voix haute", "Answers read aloud")
CHOICES = ("never", "reply", "always")
"""When answers are read aloud: never unasked, where the question was spoken, always."""

_LIMIT = 20 << 20
"""Bytes: Telegram gives bots no larger file."""

_NAMES = 600
"""Characters of names that the recogniser is told of."""


class VoiceHandlers:
    """Voice messages, audio files and video notes are questions; an answer has a button to hear it."""

    def __init__(self, services: BotServices, speech: Speech, questions: QuestionHandlers) -> None:
        self._services, self._speech, self._questions = services, speech, questions

    def register(self, application: TelegramApplication) -> None:
        spoken = filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE
        application.add_handlers(
            [
                command_handler(VOICE, self.choices),
                CallbackQueryHandler(self.chosen, rf"^voice:(?:{'|'.join(CHOICES)})$"),
                PublicButtons(self.listen, f"^{LISTEN_PATTERN}$"),
                MessageHandler(filters.UpdateType.MESSAGE & spoken, self.spoken),
            ]
        )

    async def spoken(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A recording: what was heard is shown, then answered."""
        message = update.effective_message
        if message is None or not _for_the_bot(message, context.bot):
            return
        asker = await met(self._services, update)
        if asker is None:
            return
        phrases = SpeechPhrases.of(asker.phrases.code)
        reply_to = None if asker.private else message.message_id
        try:
            async with show_typing(context.bot, asker.place):
                words = await self._heard(context.bot, message)
        except SpeechError as error:
            text = phrases.not_heard(error_text(error, asker.phrases.code))
            await say(context.bot, asker, text, reply_to=reply_to)
            return
        if not words:
            await say(context.bot, asker, phrases.nothing_heard, reply_to=reply_to)
            return
        await say(context.bot, asker, phrases.heard(words), _correction(words, phrases), reply_to)
        turn = await self._questions.ask(context.bot, asker, message, words)
        if turn is not None and await self._choice(asker) != "never":
            await self._say_turn(context.bot, asker, turn)

    async def listen(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The button below an answer."""
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        await acknowledge(query)
        await self._say_turn(context.bot, asker, int((query.data or "").partition(":")[2]))

    async def choices(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/voix"""
        if asker := await met(self._services, update):
            phrases = SpeechPhrases.of(asker.phrases.code)
            buttons = [
                [InlineKeyboardButton(phrases.choices[each], callback_data=f"voice:{each}")]
                for each in CHOICES
            ]
            text = phrases.choose(phrases.choices[await self._choice(asker)])
            await say(context.bot, asker, text, InlineKeyboardMarkup(buttons))

    async def chosen(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        choice = (query.data or "").partition(":")[2]
        choose = partial(
            people.choose_voice,
            person_id=asker.place.person_id,
            voice=choice,
            now=self._services.now(),
        )
        await self._services.state.run(choose)
        await acknowledge(query)
        phrases = SpeechPhrases.of(asker.phrases.code)
        await replace_text(context.bot, asker, query, phrases.chosen(phrases.choices[choice]))

    async def _heard(self, bot: Bot, message: Message) -> str:
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
        names = await asyncio.to_thread(likely_names, self._services.library)
        return await asyncio.to_thread(self._transcribed, content, names)

    def _transcribed(self, content: bytes, names: str) -> str:
        with tempfile.NamedTemporaryFile(suffix=".audio") as file:
            file.write(content)
            file.flush()
            return self._speech.hear(Path(file.name), names=names).text

    async def _choice(self, asker: Asker) -> str:
        find = partial(people.voice_of, person_id=asker.place.person_id)
        return await self._services.state.run(find) or "reply"

    async def _say_turn(self, bot: Bot, asker: Asker, turn_id: int) -> None:
        """Read a kept answer aloud, as a voice message."""
        phrases = SpeechPhrases.of(asker.phrases.code)
        lines = await self._lines(asker, turn_id)
        if not lines:
            await say(bot, asker, phrases.gone)
            return
        try:
            async with show_typing(bot, asker.place, action=ChatAction.RECORD_VOICE):
                content = await asyncio.to_thread(self._recorded, lines)
        except SpeechError as error:
            await say(bot, asker, error_text(error, asker.phrases.code))
            return
        await deliver_attachment(bot, asker.place, Attachment("voice", "selon.ogg", content))

    async def _lines(self, asker: Asker, turn_id: int) -> list[SpokenLine]:
        """What is said of an answer of this chat; nothing where its quotes are gone."""
        find = partial(conversations.turn, turn_id=turn_id)
        kept = await self._services.state.run(find)
        if kept is None or kept.chat_id != asker.place.chat_id:
            return []
        turn = turn_of(kept.turn)
        language = spoken_language(turn.language)
        cited = await asyncio.to_thread(
            citations_of,
            kept.sources,
            partial(self._services.article, asker.place),
            cited=True,
        )
        written = turn.answer and not any(each.quote in turn.answer for each in cited)
        if written:
            return [SpokenLine(each, language) for each in turn.answer.splitlines()]
        return spoken_citations(cited, language)

    def _recorded(self, lines: list[SpokenLine]) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return self._speech.record(lines, Path(folder, "answer.ogg")).path.read_bytes()


def likely_names(library: Library) -> str:
    """Words that questions are likely to hold: outlets, authors and titles of the newest articles.

    A sentence of them, as the recogniser wants to be told.
    """
    names: dict[str, None] = {}
    for article in library.newest(30):
        for name in (article.outlet, article.author, article.title):
            if name:
                names.setdefault(name)
    told = ""
    for name in names:
        if len(told) + len(name) > _NAMES:
            break
        told += f"{name}, "
    return told.rstrip(", ")


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
