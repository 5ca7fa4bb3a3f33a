"""Audio recordings of dailies and podcasts, made in the background."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.audio import SpokenLine
from bot.digests import script_records as scripts
from bot.digests.script import Script, spoken_script
from bot.digests.script_records import NewScript, ScriptRecord
from bot.digests.texts import RecordingPhrases
from bot.errors import SpeechError, StateError
from bot.locale.answers import Phrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button
from bot.messenger.feature import PeriodicJob
from bot.messenger.journal import Journal, Postponed, current_trigger, outside_update, stop_event
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver_rest, take_away
from bot.messenger.outbound.keyboard import column
from bot.messenger.outbound.progress import BackgroundWork, show_progress
from bot.messenger.outbound.reply import describe_error
from bot.messenger.services import BotServices
from bot.state.deliveries import Attachment, Letter, Part
from index.article import Period

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 5.0

POLL_INTERVAL = timedelta(seconds=20)  # for scheduled and interrupted recordings
MAX_TRIES = 5  # after which a recording that never completes is given up
HEAR_DAILY_PATTERN = r"hear:(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)"
_STOP = "hear:stop"


class _StopRequest(Exception):  # noqa: N818 - not an error
    """Recording stopped by a button or by the bot's shutdown."""


@dataclass(eq=False, slots=True)
class _Work(BackgroundWork):
    """A recording in progress in a chat, counted in lines."""

    chat: int = 0
    progress: int | None = None  # the message that shows it
    line: int = 0
    line_count: int = 0
    is_made: bool = False  # and about to be sent: the chat may ask for another one

    def report(self, line: int, line_count: int) -> None:
        if self.is_stopped():
            raise _StopRequest
        self.line, self.line_count = line, line_count


class RecordingHandlers(Handlers):
    """Makes one recording at a time and resumes those of processes that died."""

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._work: dict[int, _Work] = {}
        self._lock = asyncio.Lock()  # wait here, not in one of the threads that answers need

    @property
    def job(self) -> PeriodicJob:
        return PeriodicJob("recordings", POLL_INTERVAL, self.record_rest, of_each=True)

    async def save(
        self, asker: Asker, script: Script, messages: Sequence[int], subject: str = ""
    ) -> None:
        """Link the messages to their articles, so that replies refer to them."""
        if script.sources and messages:
            await self._save(asker, new_script(script, subject), messages, None)

    async def begin(
        self, event: ChatEvent, script: Script, messages: Sequence[int] = (), subject: str = ""
    ) -> None:
        """Start recording a script in the background, unless there is no speech engine or the chat
        has a recording in progress, which it is then told. `messages` are those with its text."""
        asker = event.asker
        may_record = self._services.speaks and bool(script.quotes)
        if not may_record or self.is_busy(asker):
            await self.save(asker, script, messages, subject)
            if may_record:
                await event.say(asker.texts(RecordingPhrases).under_way)
            return
        new = new_script(script, subject, aloud=True)
        text = asker.texts(RecordingPhrases).progress(0, len(script.lines))
        (message, *_) = await event.say(text, _keyboard(asker))
        record = await self._save(asker, new, messages, message)
        if (stop := stop_event()) is not None and stop.is_set():
            return  # the next process resumes it
        event.create_task(self._record(event.bot, record))

    def is_busy(self, asker: Asker) -> bool:
        """True if the chat has a recording in progress."""
        chat = asker.place.chat_id
        mine = (work for work in self._work.values() if work.chat == chat)
        return any(not (work.is_made or work.stop.is_set()) for work in mine)

    @on_button(_STOP, public=True)
    async def stop(self, press: ButtonPress) -> None:
        """Cancel the recording of the button's message, even if it waits for another one."""
        await press.acknowledge()
        chat, progress = press.asker.place.chat_id, press.message_id
        language = await self._services.run(
            scripts.cancel_recording, chat_id=chat, progress=progress
        )
        if language is None:
            await press.retire()
            return
        for work in self._work.values():
            if (work.chat, work.progress) == (chat, progress):
                work.stop.set()
        await press.replace_text(RecordingPhrases.of(language).stopped)

    async def record_rest(self, bot: Bot) -> None:
        if not self._services.speaks:
            return
        for record in await self._services.run(scripts.unrecorded_scripts):
            await self._record(bot, record)

    async def _save(
        self, asker: Asker, new: NewScript, messages: Sequence[int], progress: int | None
    ) -> ScriptRecord:
        return await self._services.run(
            scripts.save_script,
            place=asker.place,
            new=new,
            messages=messages,
            progress=progress,
            now=self._services.now(),
        )

    async def _record(self, bot: Bot, record: ScriptRecord) -> None:
        """Send a recording or an error message, unless it is sent or in progress already."""
        trigger, recording_plan = current_trigger(), record.script.recording_plan
        if trigger is None or recording_plan is None or record.id in self._work:
            return
        asker = Asker(record.place, Phrases.of(record.script.language), record.place.chat_id > 0)
        line_count = len(recording_plan["lines"])
        work = _Work(chat=record.place.chat_id, progress=record.progress, line_count=line_count)
        self._work[record.id] = work
        try:
            async with AsyncExitStack() as stack:
                if record.progress is not None:
                    text = partial(self._progress_text, record, asker, work)
                    await stack.enter_async_context(
                        show_progress(
                            bot, asker, record.progress, text, _keyboard(asker), PROGRESS_SECONDS
                        )
                    )
                parts = await self._make_parts(record, asker, work)
            work.is_made = True
            if parts is not None and not work.is_stopped():
                with outside_update(), suppress(Postponed):
                    await self._post(bot, trigger.journal, record, parts)
        finally:
            del self._work[record.id]

    async def _make_parts(
        self, record: ScriptRecord, asker: Asker, work: _Work
    ) -> tuple[Part, ...] | None:
        """Make the recording or an error message; return None if it is no longer wanted."""
        phrases, recording_plan = asker.texts(RecordingPhrases), record.script.recording_plan or {}
        async with self._lock:
            tries = await self._services.run(scripts.claim_script, script_id=record.id)
            if tries is None:
                return None
            if tries > MAX_TRIES:
                return _text_parts(asker, phrases.failed)
            try:
                content = await asyncio.to_thread(self._record_mp3, recording_plan, work)
            except _StopRequest:
                return None
            except SpeechError as error:
                logger.warning("A recording could not be made: %s", error)
                reason = describe_error(self._services, asker, error)
                return _text_parts(asker, phrases.failed_because(reason))
        audio = Attachment("audio", recording_plan["name"], content)
        return (Part(recording_plan["title"], html=False, attachment=audio),)

    async def _post(
        self, bot: Bot, journal: Journal, record: ScriptRecord, parts: tuple[Part, ...]
    ) -> None:
        place = record.place
        letter = Letter(place.chat_id, place.thread_id, parts)
        delivery = await journal.post(scripts.post_recording, script_id=record.id, letter=letter)
        if delivery is None:
            return
        if record.progress is not None:
            await take_away(bot, place.chat_id, record.progress)
        try:
            await deliver_rest(bot, journal, delivery)
        except TelegramError as error:
            logger.warning("A recording did not reach a chat: %s", error)
        await self._services.run(scripts.note_messages, delivery_id=delivery.id)

    async def _progress_text(self, record: ScriptRecord, asker: Asker, work: _Work) -> str | None:
        """Describe the progress; return None once the recording is cancelled, perhaps in another
        process."""
        with suppress(StateError):  # only delays the check
            if not await self._services.run(scripts.is_unrecorded, script_id=record.id):
                work.stop.set()
        if work.stop.is_set():
            return None
        return asker.texts(RecordingPhrases).progress(work.line, work.line_count)

    def _record_mp3(self, recording_plan: Mapping[str, Any], work: _Work) -> bytes:
        assert self._services.speech is not None
        lines = [SpokenLine(**line) for line in recording_plan["lines"]]
        with tempfile.TemporaryDirectory() as folder:
            recording = self._services.speech.record(
                lines,
                Path(folder, "selon.mp3"),
                "mp3",
                title=recording_plan["title"],
                progress=work.report,
            )
            return recording.path.read_bytes()


def new_script(script: Script, subject: str = "", *, aloud: bool = False) -> NewScript:
    """Convert a script for storage, including the lines to speak if `aloud`."""
    articles = tuple(dict.fromkeys(source.id for source in script.sources))
    recording_plan = None
    if aloud:
        lines = [asdict(line) for line in spoken_script(script)]
        recording_plan = {
            "title": script.title,
            "name": f"selon-{script.period.last}.mp3",
            "lines": lines,
        }
    return NewScript(script.language, articles, subject, recording_plan)


def hear_button(period: Period, code: str) -> InlineKeyboardButton:
    """The button below a daily that requests its recording."""
    text = RecordingPhrases.of(code).listen
    return InlineKeyboardButton(text, callback_data=f"hear:{period.first}:{period.last}")


def _text_parts(asker: Asker, text: str) -> tuple[Part, ...]:
    return tuple(map(Part, text_html(text, asker.phrases.code)))


def _keyboard(asker: Asker) -> InlineKeyboardMarkup:
    return column((asker.texts(RecordingPhrases).stop, _STOP))
