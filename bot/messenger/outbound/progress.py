"""Background work: a message shows the progress, a button below it stops the work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.messenger.asker import Asker
from bot.messenger.journal import stop_event
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import edit

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class BackgroundWork:
    """State shared between a worker thread and the bot; `ended` is set when the bot stops."""

    ended: asyncio.Event | None = field(default_factory=stop_event)
    began: float = field(default_factory=time.monotonic)
    stop: Event = field(default_factory=Event)

    @property
    def interrupted(self) -> bool:
        """True if the bot stops."""
        return self.ended is not None and self.ended.is_set()

    def stopped(self) -> bool:
        """True if somebody stopped the work, or the bot stops."""
        return self.stop.is_set() or self.interrupted

    @property
    def since(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


@asynccontextmanager
async def show_progress(
    bot: Bot,
    asker: Asker,
    message: int,
    text: Callable[[], str],
    keyboard: InlineKeyboardMarkup,
    seconds: float,
) -> AsyncIterator[None]:
    """Keep the message up to date with `text` every `seconds`, while the block lasts."""

    async def keep_up() -> None:
        shown = text()
        while True:
            await asyncio.sleep(seconds)
            if (now := text()) == shown:
                continue
            shown = now
            (html, *_) = text_html(now, asker.phrases.code)
            try:
                await edit(bot, asker.place.chat_id, message, html, keyboard, patient=False)
            except TelegramError as error:  # cosmetic: the end is told in a message of its own
                logger.debug("How far work is was not shown: %s", error)

    showing = asyncio.create_task(keep_up())
    try:
        yield
    finally:
        showing.cancel()
