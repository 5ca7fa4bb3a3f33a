"""An answer shown while it is being written."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from telegram import Bot
from telegram.error import TelegramError

from bot.answer import Answer
from bot.locale.answers import WritingPhrases
from bot.messenger.asker import Asker
from bot.messenger.journal import take_late_notice
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import deliver_temporary, edit
from bot.messenger.outbound.drafts import Drafts
from bot.messenger.outbound.keyboard import column
from bot.state.conversations import ConversationPlace

logger = logging.getLogger(__name__)

DRAFT_SECONDS = 0.5  # between two drafts in a private chat
REFRESH_SECONDS = 20.0  # before a draft is repeated; Telegram removes it after thirty
EDIT_SECONDS = 1.5  # between edits; in a group, Telegram allows twenty messages a minute
BUTTON_SECONDS = 2.0  # before a stop button is offered, even without a first sentence
STOP_BUTTON = "stop"

# Events that stop the answers being written.
StopEvents = dict[ConversationPlace, asyncio.Event]


class LiveAnswer:
    """Shows an answer's checked sentences as they come: in private chats by drafts if the server
    supports them, else by edits of one message.

    With `writes`, a chat model is asked, which may take long to begin; an empty draft then shows
    Telegram's own indicator. Failures are only logged, as the complete answer is sent afterwards.
    """

    def __init__(
        self,
        bot: Bot,
        asker: Asker,
        stop_events: StopEvents,
        drafts: Drafts,
        reply_to: int | None,
        *,
        writes: bool = False,
    ) -> None:
        self._bot = bot
        self._asker = asker
        self._stop_events = stop_events
        self._drafts = drafts
        self._reply_to = reply_to
        self._writes = writes
        self._draft = next(drafts.numbers)
        self._text: str | None = None
        self._send_lock = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._last_update = time.monotonic()
        self._has_message = False  # sent, or being sent
        self._keyboard = column(
            (asker.texts(WritingPhrases).stop, f"{STOP_BUTTON}:{asker.person_id}")
        )
        self.stop = asyncio.Event()  # set when the person stops the answer
        self.message_ids: tuple[int, ...] = ()  # of its messages, to be edited into the answer

    async def __aenter__(self) -> LiveAnswer:
        self._stop_events[self._asker.place] = self.stop
        if self._writes:
            self._tasks.append(asyncio.create_task(self._begin()))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stop_events.pop(self._asker.place, None)
        async with self._send_lock:  # no draft may arrive after the answer
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.message_ids = self.message_ids or await take_late_notice()
        for message_id in self.message_ids if kind is not None else ():
            with _log_failures():
                await self._bot.delete_message(self._asker.place.chat_id, message_id)

    @property
    def _has_drafts(self) -> bool:
        return self._asker.private and self._drafts.supported

    async def show(self, answer: Answer) -> None:
        """Show an incomplete answer, unless the last update was a moment ago."""
        now = time.monotonic()
        html = answer_html(answer, self._asker.phrases)
        if self._has_drafts:
            is_thinking = self._writes and self._text is None
            if is_thinking or now - self._last_update >= DRAFT_SECONDS:
                self._text = html[0]
                await self._show_draft()
                if not self._tasks:
                    self._tasks.append(asyncio.create_task(self._refresh_draft()))
        elif not self.message_ids or now - self._last_update >= EDIT_SECONDS:
            self._last_update = now
            if self.message_ids:
                chat, message_id = self._asker.place.chat_id, self.message_ids[0]
                with _log_failures():
                    await edit(self._bot, chat, message_id, html[0], self._keyboard, patient=False)
            elif not self._has_message:
                await self._send(html[0])

    async def _show_draft(self) -> None:
        async with self._send_lock:
            self._last_update = time.monotonic()
            await self._drafts.show(self._bot, self._asker.place, self._draft, self._text)

    async def _refresh_draft(self) -> None:
        """Repeat the draft until the answer is complete."""
        while self._has_drafts:
            await asyncio.sleep(self._last_update + REFRESH_SECONDS - time.monotonic())
            if time.monotonic() - self._last_update >= REFRESH_SECONDS:
                await self._show_draft()

    async def _begin(self) -> None:
        """Show that the answer is being written, and offer to stop it."""
        if self._has_drafts:
            await self._show_draft()
            await self._refresh_draft()
        await asyncio.sleep(BUTTON_SECONDS)
        if not self._has_message:
            code = self._asker.phrases.code
            (html,) = text_html(WritingPhrases.of(code).writing, code)
            async with self._send_lock:
                await self._send(html)

    async def _send(self, html: str) -> None:
        self._has_message = True
        with _log_failures():
            self.message_ids = await deliver_temporary(
                self._bot, self._asker.place, (html,), self._keyboard, self._reply_to
            )


@contextmanager
def _log_failures() -> Iterator[None]:
    try:
        yield
    except TelegramError as error:
        logger.debug("An answer could not be shown as it grows: %s", error)
