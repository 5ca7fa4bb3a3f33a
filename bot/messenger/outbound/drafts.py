"""Message drafts: the sign of an answer to come, in a private chat."""

from __future__ import annotations

import itertools
import logging
import time

from telegram import Bot
from telegram.error import NetworkError, TelegramError

from bot.state.conversations import ConversationPlace

logger = logging.getLogger(__name__)


class UnknownMethodError(NetworkError):
    """The server does not know a method of the Bot API."""


class Drafts:
    """Shows drafts, unless the server does not support them; one per bot. Telegram's apps show a
    stop button below a draft (since Bot API 10.3; before, people use `/stop`)."""

    def __init__(self) -> None:
        self.supported = True
        self.numbers = itertools.count(int(time.time()))  # of drafts, whose changes are animated

    async def show(self, bot: Bot, place: ConversationPlace, number: int) -> None:
        """Show that the bot is thinking; log failures."""
        try:
            await bot.send_message_draft(
                place.chat_id,
                number,
                None,
                message_thread_id=place.thread_id or None,
                api_kwargs={"can_stop": True},
            )
        except UnknownMethodError:
            self.supported = False
            logger.info("The Bot API server knows no drafts: a message stands in")
        except TelegramError as error:
            logger.debug("A draft could not be shown: %s", error)
