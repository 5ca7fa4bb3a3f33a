"""What a person sees while a chat model is asked for an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from telegram import Bot
from telegram.error import TelegramError

from bot.locale.answers import WritingPhrases
from bot.messenger.asker import Asker
from bot.messenger.journal import take_late_notice
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import deliver_temporary
from bot.messenger.outbound.drafts import Drafts
from bot.messenger.outbound.keyboard import column
from bot.state.conversations import ConversationPlace

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 20.0  # before a draft is repeated; Telegram removes it after thirty
BUTTON_SECONDS = 2.0  # before a stop button is offered
STOP_BUTTON = "stop"

# Events that stop the models being asked.
StopEvents = dict[ConversationPlace, asyncio.Event]


class LiveAnswer:
    """Shows that a chat model is asked, which may take long, and lets the person stop it: in
    private chats by an empty draft if the server supports them, else by a message with a button.

    Without `asks_model` it only answers `/stop`. Failures are only logged, as the answer is sent
    afterwards.
    """

    def __init__(
        self,
        bot: Bot,
        asker: Asker,
        stop_events: StopEvents,
        drafts: Drafts,
        reply_to: int | None,
        *,
        asks_model: bool = False,
    ) -> None:
        self._bot = bot
        self._asker = asker
        self._stop_events = stop_events
        self._drafts = drafts
        self._reply_to = reply_to
        self._asks_model = asks_model
        self._draft = next(drafts.numbers)
        self._send_lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._keyboard = column(
            (asker.texts(WritingPhrases).stop, f"{STOP_BUTTON}:{asker.person_id}")
        )
        self.stop = asyncio.Event()  # set when the person stops the answer
        self.message_ids: tuple[int, ...] = ()  # of its messages, to be edited into the answer

    async def __aenter__(self) -> LiveAnswer:
        self._stop_events[self._asker.place] = self.stop
        if self._asks_model:
            self._task = asyncio.create_task(self._begin())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stop_events.pop(self._asker.place, None)
        if self._task is not None:
            async with self._send_lock:  # no draft may arrive after the answer
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.message_ids = self.message_ids or await take_late_notice()
        for message_id in self.message_ids if kind is not None else ():
            with _log_failures():
                await self._bot.delete_message(self._asker.place.chat_id, message_id)

    async def _begin(self) -> None:
        """Show that a model is asked, and offer to stop it."""
        while self._asker.private and self._drafts.supported:
            async with self._send_lock:
                await self._drafts.show(self._bot, self._asker.place, self._draft)
            await asyncio.sleep(REFRESH_SECONDS if self._drafts.supported else 0)
        await asyncio.sleep(BUTTON_SECONDS)
        code = self._asker.phrases.code
        (html,) = text_html(WritingPhrases.of(code).writing, code)
        async with self._send_lock:
            with _log_failures():
                self.message_ids = await deliver_temporary(
                    self._bot, self._asker.place, (html,), self._keyboard, self._reply_to
                )


@contextmanager
def _log_failures() -> Iterator[None]:
    try:
        yield
    except TelegramError as error:
        logger.debug("A person could not be shown that a model is asked: %s", error)
