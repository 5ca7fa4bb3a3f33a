"""Answers read aloud: by a button, or as each person has chosen."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import deque
from functools import partial
from pathlib import Path

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ChatAction

from bot.audio import SpokenLine
from bot.errors import SpeechError
from bot.followups.turn import turn_of
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.events import (
    ButtonPress,
    ChatEvent,
    button_handler,
    command_handler,
    public_button_handler,
)
from bot.messenger.journal import Postponed, queue_work, stop_event
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import deliver_attachment, show_typing
from bot.messenger.outbound.keyboard import citations_of
from bot.messenger.outbound.reply import describe_error, say
from bot.messenger.services import BotServices
from bot.speech.spoken_answer import spoken_citations, voice_language
from bot.speech.texts import SpeechPhrases
from bot.state import conversations, people
from bot.state.deliveries import Attachment

logger = logging.getLogger(__name__)

VOICE = MenuCommand("voix", "voice", "Réponses lues à voix haute", "Answers read aloud")
# When an answer is read aloud unasked: never, where the question was spoken, always.
CHOICES = NEVER, IN_REPLY, ALWAYS = "never", "reply", "always"
LISTEN = "🔊"
LISTEN_PATTERN = r"say:(\d{1,18})"

_LISTENERS = 1_000  # the latest who pressed the button, for whom answers are said ahead


class AloudHandlers:
    """/voix, the button below an answer, and what follows an answer by itself."""

    def __init__(self, services: BotServices) -> None:
        self._services = services
        self._listeners: deque[int] = deque(maxlen=_LISTENERS)
        self._under_way: set[tuple[int, int]] = set()
        self._voice = asyncio.Lock()  # whoever waits for it holds no thread that answers need
        self._ahead: asyncio.Task[None] | None = None

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                command_handler(self._services, VOICE, self.choices),
                button_handler(self._services, rf"voice:({'|'.join(CHOICES)})", self.chosen),
                public_button_handler(self._services, LISTEN_PATTERN, self.listen),
            ]
        )

    async def follow(self, bot: Bot, asker: Asker, turn_id: int, *, spoken: bool) -> None:
        """Read an answer that was just given aloud, if its person wants that; make it ready for who
        has pressed the button before."""
        choice = await self._find_choice(asker)
        if choice == ALWAYS or (spoken and choice == IN_REPLY):
            self._queue(bot, asker, turn_id)
        elif asker.person_id in self._listeners:
            await self._say_ahead(asker, turn_id)

    async def listen(self, press: ButtonPress) -> None:
        """The button below an answer."""
        asker = press.asker
        if asker.person_id not in self._listeners:
            self._listeners.append(asker.person_id)
        queued = self._queue(press.bot, asker, int(press.match[1]))
        await press.acknowledge(None if queued else asker.texts(SpeechPhrases).under_way)

    async def choices(self, event: ChatEvent) -> None:
        """/voix"""
        phrases = event.asker.texts(SpeechPhrases)
        if not self._services.speaks:
            await event.say(phrases.silent)
            return
        buttons = [
            [InlineKeyboardButton(phrases.choices[each], callback_data=f"voice:{each}")]
            for each in CHOICES
        ]
        text = phrases.choose(phrases.choices[await self._find_choice(event.asker)])
        await event.say(text, InlineKeyboardMarkup(buttons))

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
        """Have an answer read aloud when the turn is over; False where it is being read already."""
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
        """Read a kept answer aloud, as a voice message."""
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
            await say(bot, asker, describe_error(self._services, asker, error))
            return
        await deliver_attachment(bot, asker.place, Attachment("voice", "selon.ogg", content))

    async def _say_ahead(self, asker: Asker, turn_id: int) -> None:
        """While they read it; one answer at a time."""
        speech = self._services.speech
        if speech is not None and (self._ahead is None or self._ahead.done()):
            lines = await self._load_lines(asker, turn_id)
            self._ahead = asyncio.create_task(asyncio.to_thread(speech.say_ahead, lines))

    async def _load_lines(self, asker: Asker, turn_id: int) -> list[SpokenLine]:
        """What is said of an answer of this chat; nothing where its quotes are gone."""
        kept = await self._services.run(conversations.turn, turn_id=turn_id)
        if kept is None or kept.place.chat_id != asker.place.chat_id:
            return []
        turn = turn_of(kept.turn)
        language = voice_language(turn.language)
        cited = await asyncio.to_thread(
            citations_of, kept.sources, partial(self._services.article, asker.place), cited=True
        )
        written = turn.answer and not any(each.quote in turn.answer for each in cited)
        if written:
            return [SpokenLine(each, language) for each in turn.answer.splitlines()]
        return spoken_citations(cited, language)

    def _record(self, lines: list[SpokenLine], ended: asyncio.Event | None) -> bytes:
        """The voice message. Raises SpeechError, and Postponed where the bot stops."""
        assert self._services.speech is not None

        def go_on(done: int, of: int) -> None:
            if ended is not None and ended.is_set():
                raise Postponed("the bot stops")

        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "answer.ogg")
            return self._services.speech.record(lines, out, progress=go_on).path.read_bytes()
