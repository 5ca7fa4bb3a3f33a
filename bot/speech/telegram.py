"""Speech on Telegram: answers read aloud, and spoken questions."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import deque
from collections.abc import Sequence
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
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.answer import Answer
from bot.audio import SpeechService, SpokenLine, Transcript
from bot.conversation.passage_refs import citations_of
from bot.errors import SpeechError
from bot.followups.turn import parse_turn
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command, on_update
from bot.messenger.feature import AnswerButtons, TelegramFeature
from bot.messenger.handlers.question import QUESTION_LIMIT, QuestionHandlers
from bot.messenger.inbound.addressee import by_another_bot, question_in, quoted_words
from bot.messenger.journal import Postponed, another_slot, queue_work, stop_event
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import deliver_attachment, show_typing
from bot.messenger.outbound.keyboard import column
from bot.messenger.outbound.reply import describe_error, give_help, say
from bot.messenger.services import BotServices, find_asker
from bot.speech.names import find_expected_names
from bot.speech.service import LONGEST_SECONDS
from bot.speech.spoken_answer import spoken_citations, voice_language
from bot.speech.texts import SpeechPhrases
from bot.state import conversations, people
from bot.state.deliveries import Attachment

logger = logging.getLogger(__name__)

VOICE = MenuCommand("voix", "voice", "Réponses lues à voix haute", "Answers read aloud")
# When to read answers aloud automatically: never, if the question was spoken, always.
CHOICES = NEVER, IN_REPLY, ALWAYS = "never", "reply", "always"

_LISTENERS = 1_000  # the latest people who pressed the button, for whom answers are cached
_LIMIT = 20 << 20  # bytes: Telegram's limit for bots
_RECORDINGS = filters.VOICE | filters.AUDIO | filters.VIDEO_NOTE


class SpeechOnTelegram(Handlers, TelegramFeature):
    """/voix, the button below an answer, and automatic reading aloud."""

    def __init__(self, services: BotServices, questions: QuestionHandlers) -> None:
        super().__init__(services)
        self._questions = questions
        self._listeners: deque[int] = deque(maxlen=_LISTENERS)
        self._under_way: set[tuple[int, int]] = set()
        self._voice = asyncio.Lock()  # whoever waits for it holds no thread that answers need
        self._ahead: asyncio.Task[None] | None = None

    def register(self, application: TelegramApplication) -> None:
        super().register(application)
        speech = self._services.speech
        if speech is not None and speech.hears:
            VoiceHandlers(self._services, speech, self._questions).register(application)

    @property
    def commands(self) -> Sequence[MenuCommand]:
        return (VOICE,) if self._services.speaks else ()

    def answer_buttons(self, answer: Answer, turn_id: int, code: str) -> AnswerButtons:
        if not (self._services.speaks and answer.citations):
            return AnswerButtons()
        listen = SpeechPhrases.of(code).listen
        return AnswerButtons((InlineKeyboardButton(listen, callback_data=f"say:{turn_id}"),))

    async def follow_answer(
        self, bot: Bot, asker: Asker, turn_id: int, answer: Answer, *, is_spoken: bool
    ) -> None:
        """Read a new answer aloud if its person wants that; cache it for those who recently pressed
        the button."""
        if not (self._services.speaks and answer.citations):
            return
        choice = await self._find_choice(asker)
        if choice == ALWAYS or (is_spoken and choice == IN_REPLY):
            self._queue(bot, asker, turn_id)
        elif asker.person_id in self._listeners:
            speech = self._services.speech
            if speech is not None and (self._ahead is None or self._ahead.done()):
                lines = await self._load_lines(asker, turn_id)
                self._ahead = asyncio.create_task(asyncio.to_thread(speech.say_ahead, lines))

    @on_button(r"say:(\d{1,18})", public=True)
    async def listen(self, press: ButtonPress) -> None:
        """Handle the button below an answer."""
        asker = press.asker
        if asker.person_id not in self._listeners:
            self._listeners.append(asker.person_id)
        is_queued = self._queue(press.bot, asker, int(press.match[1]))
        await press.acknowledge(None if is_queued else asker.texts(SpeechPhrases).under_way)

    @on_command(VOICE)
    async def choices(self, event: ChatEvent) -> None:
        """Handle /voix."""
        phrases = event.asker.texts(SpeechPhrases)
        if not self._services.speaks:
            await event.say(phrases.silent)
            return
        buttons = ((phrases.choices[choice], f"voice:{choice}") for choice in CHOICES)
        text = phrases.choose(phrases.choices[await self._find_choice(event.asker)])
        await event.say(text, column(*buttons))

    @on_button(f"voice:({'|'.join(CHOICES)})")
    async def chosen(self, press: ButtonPress) -> None:
        choice = press.match[1]
        await self._services.run(
            people.choose_voice,
            person_id=press.asker.person_id,
            voice=choice,
            now=self._services.now(),
        )
        await press.acknowledge()
        phrases = press.asker.texts(SpeechPhrases)
        await press.replace_text(phrases.chosen(phrases.choices[choice]))

    async def _find_choice(self, asker: Asker) -> str:
        return await self._services.run(people.voice_of, person_id=asker.person_id) or IN_REPLY

    def _queue(self, bot: Bot, asker: Asker, turn_id: int) -> bool:
        """Read an answer aloud after the turn; return False if that is in progress."""
        recording = (asker.place.chat_id, turn_id)
        if recording in self._under_way:
            return False
        self._under_way.add(recording)

        async def work() -> None:
            try:
                await self._say(bot, asker, turn_id)
            finally:
                self._under_way.discard(recording)

        queue_work(work)
        return True

    async def _say(self, bot: Bot, asker: Asker, turn_id: int) -> None:
        """Send a stored answer as a voice message."""
        phrases = asker.texts(SpeechPhrases)
        lines = await self._load_lines(asker, turn_id) if self._services.speaks else []
        if not lines:
            await say(bot, asker, phrases.gone)
            return
        record = partial(self._record, lines, stop_event())
        try:
            async with show_typing(bot, asker.place, action=ChatAction.RECORD_VOICE), self._voice:
                content = await asyncio.to_thread(record)
        except SpeechError as error:
            logger.warning("An answer could not be read aloud: %s", error)
            text = phrases.not_read(describe_error(self._services, asker, error))
            await say(bot, asker, text)
            return
        await deliver_attachment(bot, asker.place, Attachment("voice", "selon.ogg", content))

    async def _load_lines(self, asker: Asker, turn_id: int) -> list[SpokenLine]:
        """Load the lines of an answer in this chat; none if its quotes are deleted."""
        record = await self._services.run(conversations.turn, turn_id=turn_id)
        if record is None or record.place.chat_id != asker.place.chat_id:
            return []
        if not await self._services.readable([record]):
            return []
        turn = parse_turn(record.turn)
        language = voice_language(turn.language)
        citations = await asyncio.to_thread(
            citations_of, record.sources, partial(self._services.article, asker.place), cited=True
        )
        own_words = turn.answer and not any(citation.quote in turn.answer for citation in citations)
        if own_words:
            return [SpokenLine(line, language) for line in turn.answer.splitlines()]
        return spoken_citations(citations, language)

    def _record(self, lines: list[SpokenLine], stop: asyncio.Event | None) -> bytes:
        """Record the voice message. Raises SpeechError, and Postponed if the bot stops."""
        assert self._services.speech is not None

        def go_on(done: int, of: int) -> None:
            if stop is not None and stop.is_set():
                raise Postponed("the bot stops")

        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "answer.ogg")
            return self._services.speech.record(lines, out, progress=go_on).path.read_bytes()


class VoiceHandlers(Handlers):
    """Answers voice messages, audio files and video notes."""

    def __init__(
        self, services: BotServices, speech: SpeechService, questions: QuestionHandlers
    ) -> None:
        super().__init__(services)
        self._speech, self._questions = speech, questions
        self._hearing = asyncio.Lock()  # whoever waits for it holds no thread that answers need

    @on_update(partial(MessageHandler, filters.UpdateType.MESSAGE & _RECORDINGS))
    async def spoken(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Show the transcript of a recording, then answer it."""
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
                transcript = await self._hear(bot, message)
        except SpeechError as error:
            logger.info("A question could not be heard: %s", error)
            text = phrases.not_heard(describe_error(self._services, asker, error))
            await say(bot, asker, text, reply_to=reply_to)
            return
        words = transcript.text
        if not words:
            await say(bot, asker, phrases.nothing_heard, reply_to=reply_to)
            return
        if await give_help(self._services, bot, asker, words, reply_to=reply_to):
            return
        correction = _correction(words, phrases)
        if transcript.doubtful and len(words) <= QUESTION_LIMIT:
            # Telegram will not say what a message replied to that is itself replied to.
            replied_to = message.reply_to_message.message_id if message.reply_to_message else ""
            yes = InlineKeyboardButton(phrases.yes, callback_data=f"heard:yes:{replied_to}")
            keyboard = InlineKeyboardMarkup([[yes], *correction])
            await say(bot, asker, phrases.is_this_it(words), keyboard, message.message_id)
            return
        async with another_slot():
            keyboard = InlineKeyboardMarkup(correction)
            await say(bot, asker, phrases.heard(words), keyboard if correction else None, reply_to)
            await self._questions.ask(bot, asker, message, words, is_spoken=True)

    @on_button(r"heard:yes(?::(\d{0,18}))?", public=True)
    async def confirmed(self, press: ButtonPress) -> None:
        """Answer a confirmed transcript, which is quoted above the button."""
        await press.acknowledge()
        message, words = press.message, quoted_words(press.message.text or "")
        if not words:
            return
        await press.replace_text(press.asker.texts(SpeechPhrases).heard(words))
        recording = message.reply_to_message or message
        await self._questions.ask(
            press.bot,
            press.asker,
            recording,
            words,
            is_spoken=True,
            replied_to=int(press.match[1] or 0) or None,
        )

    async def _hear(self, bot: Bot, message: Message) -> Transcript:
        """Transcribe a recording. Raises SpeechError."""
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
        except BadRequest as error:  # deleted, or larger than announced
            raise SpeechError("speech-unreadable") from error
        return await asyncio.to_thread(self._transcribe, content)

    def _transcribe(self, content: bytes) -> Transcript:
        with tempfile.NamedTemporaryFile(suffix=".audio") as file:
            file.write(content)
            file.flush()
            names_for = partial(find_expected_names, self._services.library.searcher())
            return self._speech.hear(Path(file.name), names_for)


def _for_the_bot(message: Message, bot: Bot) -> bool:
    """True for recordings in private, and for replies to or mentions of the bot in groups."""
    if by_another_bot(message):
        return False
    if message.chat.type == ChatType.PRIVATE:
        return True
    return question_in(message, bot.id, bot.username) is not None


def _correction(words: str, phrases: SpeechPhrases) -> list[list[InlineKeyboardButton]]:
    """A row with a button that copies the transcript, for correction; none if it is too long."""
    if len(words) > InlineKeyboardButtonLimit.MAX_COPY_TEXT:
        return []
    return [[InlineKeyboardButton(phrases.correct, copy_text=CopyTextButton(words))]]
