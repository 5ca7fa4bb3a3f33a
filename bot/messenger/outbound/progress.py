"""Background work: a message shows the progress, and a button below it stops the work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
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
    """State shared between a worker thread and the bot; `bot_stop` is set when the bot stops."""

    bot_stop: asyncio.Event | None = field(default_factory=stop_event)
    began: float = field(default_factory=time.monotonic)
    stop: Event = field(default_factory=Event)

    @property
    def is_interrupted(self) -> bool:
        """True if the bot stops."""
        return self.bot_stop is not None and self.bot_stop.is_set()

    def is_stopped(self) -> bool:
        """True if somebody stopped the work, or the bot stops."""
        return self.stop.is_set() or self.is_interrupted

    @property
    def since(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


@asynccontextmanager
async def show_progress(
    bot: Bot,
    asker: Asker,
    message: int,
    text: Callable[[], Awaitable[str | None]],
    keyboard: InlineKeyboardMarkup,
    seconds: float,
) -> AsyncIterator[None]:
    """Update the message to `text` every `seconds`, until that is None or the block ends."""

    async def update() -> None:
        before = await text()
        while True:
            await asyncio.sleep(seconds)
            current = await text()
            if current is None:
                return
            if current == before:
                continue
            before = current
            (html, *_) = text_html(current, asker.phrases.code)
            try:
                await edit(bot, asker.place.chat_id, message, html, keyboard, patient=False)
            except TelegramError as error:  # cosmetic: another message reports the result
                logger.debug("The progress of work was not shown: %s", error)

    task = asyncio.create_task(update())
    try:
        yield
    finally:
        task.cancel()
