"""/reindexer: rebuild the index in the background, showing the progress."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from telegram import Bot, InlineKeyboardMarkup

from bot.library.documents import Documents
from bot.library.progress import StepProgress, report_lines
from bot.locale.administration import AdministrationPhrases
from bot.locale.errors import error_text
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.messenger.asker import Asker
from bot.messenger.events import ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.journal import outside_update
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import take_away
from bot.messenger.outbound.keyboard import column
from bot.messenger.outbound.progress import BackgroundWork, show_progress
from bot.messenger.outbound.reply import say
from bot.messenger.services import BotServices
from index.errors import BuildStopped, IndexingError

logger = logging.getLogger(__name__)

REINDEX = MenuCommand("reindexer", "reindex", "Refaire l’index", "Build the index again")

REINDEX_BUTTON = "a:reindex"
STOP_REINDEX_BUTTON = "a:stop"

PROGRESS_SECONDS = 3.0  # between updates of the progress


class _Progress(StepProgress, BackgroundWork):
    """The progress of a build."""


class ReindexHandlers(Handlers):
    """One build at a time, on its own thread; a message shows the progress."""

    def __init__(self, services: BotServices, documents: Documents) -> None:
        super().__init__(services)
        self._documents = documents
        self._current: _Progress | None = None

    @on_command(REINDEX, require_administrator)
    @on_button(REINDEX_BUTTON, require_administrator)
    async def begin(self, event: ChatEvent) -> None:
        asker = event.asker
        if self._current is not None:
            await event.say(asker.texts(AdministrationPhrases).already_building)
            return
        progress = self._current = _Progress()
        try:
            text = self._progress_text(asker, progress)
            (message, *_) = await event.say(text, _keyboard(asker))
        except BaseException:
            self._current = None
            raise
        event.create_task(self._build(event.bot, asker, message, progress))  # may take minutes

    @on_button(STOP_REINDEX_BUTTON, require_administrator)
    async def stop(self, event: ChatEvent) -> None:
        if self._current is not None:
            self._current.stop.set()
        phrases = event.asker.texts(AdministrationPhrases)
        await event.say(phrases.stopping if self._current else phrases.nothing_to_stop)

    async def _build(self, bot: Bot, asker: Asker, message: int, progress: _Progress) -> None:
        phrases, buttons = asker.texts(AdministrationPhrases), _keyboard(asker)

        async def describe() -> str:
            return self._progress_text(asker, progress)

        log = self._services.act_log(asker)
        rebuild = partial(self._documents.rebuild, progress, progress.is_stopped, log)
        try:
            async with show_progress(bot, asker, message, describe, buttons, PROGRESS_SECONDS):
                report = await asyncio.to_thread(rebuild)
            text = "\n".join(
                (phrases.built_in(progress.since), *report_lines(report, phrases.code))
            )
        except BuildStopped as stopped:
            text = phrases.stopped(stopped.vector_count)
        except (IndexingError, OSError) as error:
            logger.error("The index could not be built: %s", error)
            text = phrases.built_not(harmless(error_text(error, asker.phrases.code).rstrip(".")))
        finally:
            self._current = None
            await take_away(bot, asker.place.chat_id, message)
        with outside_update():
            # A new message, as an edit makes no sound and would go unnoticed.
            await say(bot, asker, text)

    def _progress_text(self, asker: Asker, progress: _Progress) -> str:
        phrases = asker.texts(AdministrationPhrases)
        step = progress.describe(asker.texts(TerminalPhrases))
        if not step and self._documents.busy:
            step = phrases.waiting_to_build
        return phrases.building(step, progress.since)


def _keyboard(asker: Asker) -> InlineKeyboardMarkup:
    return column((asker.texts(AdministrationPhrases).stop, STOP_REINDEX_BUTTON))
