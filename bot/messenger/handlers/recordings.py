"""Dailies and podcasts read aloud, made in the background; how far it is, and a way to stop."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.digests.script import Script
from bot.digests.spoken import spoken_script
from bot.errors import SpeechError
from bot.locale.errors import error_text
from bot.locale.speech import SpeechPhrases
from bot.messenger.journal import outside_update
from bot.messenger.menus import PublicButtons
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver_attachment, edit, take_away
from bot.messenger.outbound.reply import acknowledge, say
from bot.messenger.services import Asker, BotServices, TelegramApplication, met
from bot.state.deliveries import Attachment
from index.article import Period

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 5.0
_HEAR_DAILY = r"hear:(\d{4}-\d\d-\d\d):(\d{4}-\d\d-\d\d)"
_STOP = "hear:stop"


class _Stopped(Exception):  # noqa: N818 - it was asked for
    """Whoever waited for a recording does not want it any more."""


@dataclass(eq=False, slots=True)
class _Work:
    """A recording under way: how many lines are spoken, and of how many."""

    stop: Event = field(default_factory=Event)
    done: int = 0
    of: int = 0

    def told(self, done: int, of: int) -> None:
        self.done, self.of = done, of
        if self.stop.is_set():
            raise _Stopped


class RecordingHandlers:
    """One recording at a time for a chat; others wait for the voice, and answers never do."""

    def __init__(self, services: BotServices) -> None:
        self._services = services
        self._under_way: dict[int, _Work] = {}

    def register(self, application: TelegramApplication) -> None:
        application.add_handler(PublicButtons(self.stop, f"^{_STOP}$"))

    async def begin(
        self, application: TelegramApplication, update: Update, asker: Asker, script: Script
    ) -> None:
        """Read a script aloud in the background, unless nothing speaks here."""
        chat = asker.place.chat_id
        if not self._services.speaks or not script.quotes or chat in self._under_way:
            return
        work = self._under_way[chat] = _Work(of=len(script.lines))
        try:
            text = _phrases(asker).recording(work.done, work.of)
            (message, *_) = await say(application.bot, asker, text, _keyboard(asker))
        except BaseException:
            del self._under_way[chat]
            raise
        application.create_task(
            self._make(application.bot, asker, script, work, message), update=update
        )

    async def stop(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        await acknowledge(query)
        if (work := self._under_way.get(asker.place.chat_id)) is not None:
            work.stop.set()

    async def _make(
        self, bot: Bot, asker: Asker, script: Script, work: _Work, message: int
    ) -> None:
        showing = asyncio.create_task(self._show(bot, asker, work, message))
        content, failed = b"", ""
        try:
            content = await asyncio.to_thread(self._recorded, script, work)
        except _Stopped:
            failed = _phrases(asker).recording_stopped
        except SpeechError as error:
            failed = error_text(error, asker.phrases.code)
        finally:
            showing.cancel()
            self._under_way.pop(asker.place.chat_id, None)
            await take_away(bot, asker.place.chat_id, message)
        with outside_update():
            if failed:
                await say(bot, asker, failed)
                return
            name = f"selon-{script.period.last}.mp3"
            await deliver_attachment(
                bot, asker.place, Attachment("audio", name, content), script.title
            )

    def _recorded(self, script: Script, work: _Work) -> bytes:
        assert self._services.speech is not None
        with tempfile.TemporaryDirectory() as folder:
            made = self._services.speech.record(
                spoken_script(script),
                Path(folder, "selon.mp3"),
                "mp3",
                title=script.title,
                progress=work.told,
            )
            return made.path.read_bytes()

    async def _show(self, bot: Bot, asker: Asker, work: _Work, message: int) -> None:
        shown = work.done
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            if work.done == shown:
                continue
            shown = work.done
            (html,) = text_html(_phrases(asker).recording(shown, work.of), asker.phrases.code)
            try:
                chat = asker.place.chat_id
                await edit(bot, chat, message, html, _keyboard(asker), patient=False)
            except TelegramError as error:  # an ornament: the recording itself follows
                logger.debug("How far a recording is was not shown: %s", error)


def hear_button(period: Period, code: str) -> InlineKeyboardButton:
    """Below a daily: it is read aloud."""
    text = SpeechPhrases.of(code).listen
    return InlineKeyboardButton(text, callback_data=f"hear:{period.first}:{period.last}")


def heard_period(data: str) -> Period:
    """The days that such a button carries. Raises ValueError."""
    _, first, last = data.split(":")
    return Period(date.fromisoformat(first), date.fromisoformat(last))


HEAR_DAILY_PATTERN = f"^{_HEAR_DAILY}$"


def _keyboard(asker: Asker) -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(_phrases(asker).stop_recording, callback_data=_STOP)
    return InlineKeyboardMarkup([[button]])


def _phrases(asker: Asker) -> SpeechPhrases:
    return SpeechPhrases.of(asker.phrases.code)
