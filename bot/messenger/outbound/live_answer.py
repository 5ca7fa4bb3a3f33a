"""An answer shown while it is being written."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.answer import Answer
from bot.locale.answers import WritingPhrases
from bot.messenger.asker import Asker
from bot.messenger.journal import take_late_notice
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import deliver_aside, edit
from bot.messenger.outbound.drafts import Drafts
from bot.messenger.outbound.keyboard import column
from bot.state.conversations import ConversationPlace

logger = logging.getLogger(__name__)

DRAFT_SECONDS = 0.5  # between two drafts in a private chat
# Seconds after which to repeat a draft, which Telegram removes after thirty.
REFRESH_SECONDS = 20.0
EDIT_SECONDS = 1.5  # between edits; in a group, Telegram allows twenty messages a minute
# Seconds after which to offer a button to stop, even before the first sentence.
BUTTON_SECONDS = 2.0
STOP_BUTTON = "stop"


class LiveStops:
    """The answers being written, so that they can be stopped."""

    def __init__(self) -> None:
        self._writing: dict[ConversationPlace, asyncio.Event] = {}

    def begin(self, place: ConversationPlace) -> asyncio.Event:
        self._writing[place] = event = asyncio.Event()
        return event

    def end(self, place: ConversationPlace) -> None:
        self._writing.pop(place, None)

    def stop(self, place: ConversationPlace) -> bool:
        """Stop the answer being written for somebody in a chat; False if there is none."""
        event = self._writing.get(place)
        if event is not None:
            event.set()
        return event is not None


class LiveAnswer:
    """Shows an answer's checked sentences as they come: in private by drafts, where the server has
    them, else by edits of one message.

    With `writes`, a chat model is asked, which may take long to begin; an empty draft then shows
    Telegram's own indicator. Failures are only logged, as the complete answer is sent afterwards.
    """

    def __init__(
        self,
        bot: Bot,
        asker: Asker,
        stops: LiveStops,
        drafts: Drafts,
        reply_to: int | None,
        *,
        writes: bool = False,
    ) -> None:
        self._bot = bot
        self._asker = asker
        self._stops = stops
        self._drafts = drafts
        self._reply_to = reply_to
        self._draft = drafts.new()
        self._text: str | None = None
        self._sending = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._last = time.monotonic()
        self._shown: tuple[int, ...] = ()
        self._offered = False
        self._event = asyncio.Event()
        self._writes = writes

    async def __aenter__(self) -> LiveAnswer:
        self._event = self._stops.begin(self._asker.place)
        if self._writes:
            self._tasks.append(asyncio.create_task(self._begin()))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stops.end(self._asker.place)
        async with self._sending:  # nothing of this arrives after the answer
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._shown = self._shown or await take_late_notice()
        for message_id in self._shown if kind is not None else ():
            await self._quietly(self._bot.delete_message(self._asker.place.chat_id, message_id))

    @property
    def stopped(self) -> asyncio.Event:
        """Set when the person stops the answer."""
        return self._event

    @property
    def shown(self) -> tuple[int, ...]:
        """The messages that show the answer, to be edited into the complete one."""
        return self._shown

    @property
    def _by_drafts(self) -> bool:
        return self._asker.private and self._drafts.supported

    async def show(self, answer: Answer) -> None:
        """Show an incomplete answer, unless something was shown a moment ago."""
        now = time.monotonic()
        html = answer_html(answer, self._asker.phrases)
        if self._by_drafts:
            thinking = self._writes and self._text is None
            if thinking or now - self._last >= DRAFT_SECONDS:
                self._text = html[0]
                await self._show_draft()
                if not self._tasks:
                    self._tasks.append(asyncio.create_task(self._hold_draft()))
        elif now - self._last >= EDIT_SECONDS or not self._shown:
            self._last = now
            await self._as_message(html)

    async def _show_draft(self) -> None:
        async with self._sending:
            self._last = time.monotonic()
            await self._drafts.show(self._bot, self._asker.place, self._draft, self._text)

    async def _hold_draft(self) -> None:
        """Repeat the draft for as long as the answer takes."""
        while self._by_drafts:
            await asyncio.sleep(self._last + REFRESH_SECONDS - time.monotonic())
            if time.monotonic() - self._last >= REFRESH_SECONDS:
                await self._show_draft()

    async def _begin(self) -> None:
        """Show that the answer is being written, and offer to stop it."""
        if self._by_drafts:
            await self._show_draft()
            await self._hold_draft()
        await asyncio.sleep(BUTTON_SECONDS)
        if not self._offered:
            self._offered = True
            code = self._asker.phrases.code
            text = text_html(WritingPhrases.of(code).writing, code)
            async with self._sending:
                self._shown = await self._sent(text, self._reply_to)

    async def _as_message(self, html: Sequence[str]) -> None:
        if not self._shown:
            if self._offered:  # on its way
                return
            self._offered = True
            self._shown = await self._sent(html[:1], self._reply_to)
            return
        chat = self._asker.place.chat_id
        await self._quietly(
            edit(self._bot, chat, self._shown[0], html[0], self._keyboard, patient=False)
        )

    async def _sent(self, html: Sequence[str], reply_to: int | None = None) -> tuple[int, ...]:
        try:
            return await deliver_aside(self._bot, self._asker.place, html, self._keyboard, reply_to)
        except TelegramError as error:
            logger.debug("An answer could not be shown as it grows: %s", error)
            return ()

    @property
    def _keyboard(self) -> InlineKeyboardMarkup:
        text = WritingPhrases.of(self._asker.phrases.code).stop
        return column((text, f"{STOP_BUTTON}:{self._asker.person_id}"))

    async def _quietly(self, call: object) -> None:
        try:
            await call  # type: ignore[misc]
        except TelegramError as error:
            logger.debug("An answer could not be shown as it grows: %s", error)
