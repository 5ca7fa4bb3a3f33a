"""Message drafts: an incomplete answer as a person sees it in a private chat."""

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
    """Shows drafts, unless the server does not support them; one per bot. Telegram's apps show a
    stop button below a draft (since Bot API 10.3; before, people use `/stop`)."""

    def __init__(self) -> None:
        self.supported = True
        self.numbers = itertools.count(int(time.time()))  # of drafts, whose changes are animated

    async def show(self, bot: Bot, place: ConversationPlace, number: int, html: str | None) -> None:
        """Show a text as a draft, or without one that the bot is thinking; log failures."""
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
