"""Dailies and podcasts read aloud, made in the background; how far it is, and a way to stop."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, replace
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
from bot.errors import SpeechError
from bot.locale.answers import Phrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button
from bot.messenger.feature import Chore
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

# How often it is looked what is to be recorded: what comes at its time, or was interrupted.
LOOK_INTERVAL = timedelta(seconds=20)
MOST_TRIES = 5  # processes that may begin a recording and not end it
HEAR_DAILY_PATTERN = r"hear:(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)"
_STOP = "hear:stop"


class _Stopped(Exception):  # noqa: N818 - it was asked for
    """Whoever waited for a recording does not want it any more, or the bot stops."""


@dataclass(eq=False, slots=True)
class _Work(BackgroundWork):
    """A recording under way in a chat: how many lines are spoken, and of how many."""

    chat: int = 0
    done: int = 0
    of: int = 0

    def told(self, done: int, of: int) -> None:
        self.done, self.of = done, of
        if self.stopped():
            raise _Stopped


class RecordingHandlers(Handlers):
    """One recording at a time; what a process leaves unfinished, the next one takes up again."""

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._under_way: dict[int, _Work] = {}
        self._voice = asyncio.Lock()  # whoever waits for it holds no thread that answers need

    @property
    def chore(self) -> Chore:
        """Record what comes at its time, and what an earlier process did not."""
        return Chore("recordings", LOOK_INTERVAL, self.record_rest, of_each=True)

    async def keep(
        self, asker: Asker, script: Script, messages: Sequence[int], subject: str = ""
    ) -> None:
        """Know over which articles these messages tell, for whoever replies to them."""
        if script.sources and messages:
            await self._keep(asker, new_script(script, subject), messages, None)

    async def begin(
        self, event: ChatEvent, script: Script, messages: Sequence[int] = (), subject: str = ""
    ) -> None:
        """Read a script on a `subject`, told by these messages, aloud in the background, unless
        nothing speaks here, or something is being recorded for this chat."""
        asker, chat = event.asker, event.asker.place.chat_id
        busy = any(work.chat == chat for work in self._under_way.values())
        if not self._services.speaks or not script.quotes or busy:
            await self.keep(asker, script, messages, subject)
            return
        new = new_script(script, subject, aloud=True)
        text = asker.texts(RecordingPhrases).progress(0, len(script.lines))
        (message, *_) = await event.say(text, _keyboard(asker))
        kept = await self._keep(asker, new, messages, message)
        if (ended := stop_event()) is not None and ended.is_set():
            return  # the next start takes it up
        event.create_task(self._record(event.bot, kept))

    @on_button(_STOP, public=True)
    async def stop(self, press: ButtonPress) -> None:
        await press.acknowledge()
        for work in self._under_way.values():
            if work.chat == press.asker.place.chat_id:
                work.stop.set()

    async def record_rest(self, bot: Bot) -> None:
        if not self._services.speaks:
            return
        for kept in await self._services.run(scripts.unrecorded_scripts):
            await self._record(bot, kept)

    async def _keep(
        self, asker: Asker, new: NewScript, messages: Sequence[int], progress: int | None
    ) -> ScriptRecord:
        return await self._services.run(
            scripts.keep_script,
            place=asker.place,
            new=new,
            messages=messages,
            progress=progress,
            now=self._services.now(),
        )

    async def _record(self, bot: Bot, kept: ScriptRecord) -> None:
        """Send a recording, or say why there is none; nothing where another does, or has."""
        trigger, spoken = current_trigger(), kept.told.spoken
        if trigger is None or spoken is None or kept.id in self._under_way:
            return
        asker = Asker(kept.place, Phrases.of(kept.told.language), kept.place.chat_id > 0)
        work = _Work(chat=kept.place.chat_id, of=len(spoken["lines"]))
        self._under_way[kept.id] = work
        try:
            async with AsyncExitStack() as showing:
                if kept.progress is not None:
                    text = partial(_progress_text, asker, work)
                    await showing.enter_async_context(
                        show_progress(
                            bot, asker, kept.progress, text, _keyboard(asker), PROGRESS_SECONDS
                        )
                    )
                parts = await self._parts(kept, asker, work)
            if parts is not None and not work.interrupted:
                with outside_update(), suppress(Postponed):
                    await self._post(bot, trigger.journal, kept, parts)
        finally:
            del self._under_way[kept.id]

    async def _parts(
        self, kept: ScriptRecord, asker: Asker, work: _Work
    ) -> tuple[Part, ...] | None:
        """The recording, or why there is none; None where there is nothing to record any more."""
        phrases, spoken = asker.texts(RecordingPhrases), kept.told.spoken or {}
        async with self._voice:
            tries = await self._services.run(scripts.take_up_script, script_id=kept.id)
            if tries is None:
                return None
            if tries > MOST_TRIES:
                return _text_parts(asker, phrases.failed)
            try:
                content = await asyncio.to_thread(self._record_mp3, spoken, work)
            except _Stopped:
                return _text_parts(asker, phrases.stopped)
            except SpeechError as error:
                logger.warning("A recording could not be made: %s", error)
                return _text_parts(asker, describe_error(self._services, asker, error))
        recording = Attachment("audio", spoken["name"], content)
        return (Part(spoken["title"], html=False, attachment=recording),)

    async def _post(
        self, bot: Bot, journal: Journal, kept: ScriptRecord, parts: tuple[Part, ...]
    ) -> None:
        place = kept.place
        posted = await journal.post(
            scripts.post_recording,
            script_id=kept.id,
            letter=Letter(place.chat_id, place.thread_id, parts),
        )
        if kept.progress is not None:
            await take_away(bot, place.chat_id, kept.progress)
        if posted is None:
            return
        try:
            await deliver_rest(bot, journal, posted)
        except TelegramError as error:
            logger.warning("A recording did not reach a chat: %s", error)
        await self._services.run(scripts.note_messages, delivery_id=posted.id)

    def _record_mp3(self, content: Mapping[str, Any], work: _Work) -> bytes:
        assert self._services.speech is not None
        with tempfile.TemporaryDirectory() as folder:
            made = self._services.speech.record(
                [SpokenLine(**line) for line in content["lines"]],
                Path(folder, "selon.mp3"),
                "mp3",
                title=content["title"],
                progress=work.told,
            )
            return made.path.read_bytes()


def new_script(script: Script, subject: str = "", *, aloud: bool = False) -> NewScript:
    """What is kept of a script; with all that is to be spoken where it is to be read `aloud`."""
    articles = tuple(dict.fromkeys(each.id for each in script.sources))
    new = NewScript(script.language, articles, subject)
    if not aloud:
        return new
    lines = [asdict(line) for line in spoken_script(script)]
    name = f"selon-{script.period.last}.mp3"
    return replace(new, spoken={"title": script.title, "name": name, "lines": lines})


def hear_button(period: Period, code: str) -> InlineKeyboardButton:
    """Below a daily: it is read aloud."""
    text = RecordingPhrases.of(code).listen
    return InlineKeyboardButton(text, callback_data=f"hear:{period.first}:{period.last}")


def _text_parts(asker: Asker, text: str) -> tuple[Part, ...]:
    return tuple(map(Part, text_html(text, asker.phrases.code)))


def _progress_text(asker: Asker, work: _Work) -> str:
    return asker.texts(RecordingPhrases).progress(work.done, work.of)


def _keyboard(asker: Asker) -> InlineKeyboardMarkup:
    return column((asker.texts(RecordingPhrases).stop, _STOP))
