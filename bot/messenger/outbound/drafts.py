"""Message drafts: what a person in a private chat sees of an answer that is not complete."""

from __future__ import annotations

import itertools
import logging
import time

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import NetworkError, TelegramError

from bot.state.conversations import ConversationPlace

logger = logging.getLogger(__name__)


class UnknownMethodError(NetworkError):
    """The server does not know a method of the Bot API."""


class Drafts:
    """Shows drafts, until the server turns out not to know them; one per bot.

    Telegram's apps show a button to stop below a draft (since Bot API 10.3; before, `/stop` does).
    """

    def __init__(self) -> None:
        self.supported = True
        self._numbers = itertools.count(int(time.time()))

    def new(self) -> int:
        """The number of a draft, whose changes are animated."""
        return next(self._numbers)

    async def show(self, bot: Bot, place: ConversationPlace, number: int, html: str | None) -> None:
        """Show a text as a draft; without one, that the bot is thinking. Failures are logged."""
        try:
            await bot.send_message_draft(
                place.chat_id,
                number,
                html,
                message_thread_id=place.thread_id or None,
                parse_mode=ParseMode.HTML,
                api_kwargs={"can_stop": True},
            )
        except UnknownMethodError:
            self.supported = False
            logger.info("The Bot API server knows no drafts: answers grow by edits")
        except TelegramError as error:
            logger.debug("An answer could not be shown as it grows: %s", error)
