"""Getting words to a person: sending, and showing that Selon is at work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from bot.state.conversations import Place

logger = logging.getLogger(__name__)

TYPING_SECONDS = 4.0
"""Telegram shows the indicator for five seconds, or until a message arrives."""

RETRIES = (0.5, 2.0)
"""Seconds to wait before each new try after a failure of the network."""


async def deliver(
    bot: Bot,
    place: Place,
    messages: Sequence[str],
    keyboard: InlineKeyboardMarkup | None = None,
    reply_to: int | None = None,
) -> tuple[int, ...]:
    """Send HTML messages in order; the buttons go below the last, the first one may be a reply.

    The ids of the messages sent.
    """
    sent = []
    for number, html in enumerate(messages):
        first, last = number == 0, number == len(messages) - 1
        below, above = keyboard if last else None, reply_to if first else None
        sent.append(await _send(bot, place, html, below, above))
    return tuple(sent)


async def edit(
    bot: Bot,
    chat_id: int,
    message_id: int,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
) -> None:
    """Put other words in the place of a message. Raises BadRequest when it can no longer be."""
    try:
        await bot.edit_message_text(
            html,
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=keyboard,
        )
    except BadRequest as error:
        if "not modified" not in str(error):
            raise


async def deliver_file(
    bot: Bot, place: Place, data: bytes, name: str, caption: str = ""
) -> tuple[int, ...]:
    """Send a file; the id of its message."""

    async def send() -> Message:
        return await bot.send_document(
            place.chat_id,
            data,
            filename=name,
            caption=caption or None,
            message_thread_id=place.thread_id or None,
        )

    return (await _persistently(send),)


async def _send(
    bot: Bot,
    place: Place,
    html: str,
    keyboard: InlineKeyboardMarkup | None,
    reply_to: int | None,
) -> int:
    reply = None
    if reply_to is not None:
        reply = ReplyParameters(reply_to, allow_sending_without_reply=True)

    async def send() -> Message:
        return await bot.send_message(
            place.chat_id,
            html,
            message_thread_id=place.thread_id or None,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=keyboard,
            reply_parameters=reply,
        )

    return await _persistently(send)


async def _persistently(send: Callable[[], Awaitable[Message]]) -> int:
    """Send, again after a failure of the network; the id of the message."""
    for wait in (*RETRIES, None):
        try:
            return (await send()).message_id
        except NetworkError as error:
            # A refusal would be the same again, and after a time-out the message may have arrived.
            if wait is None or isinstance(error, BadRequest | TimedOut):
                raise
            logger.warning("Sending failed (%s); trying again in %s s", error, wait)
            await asyncio.sleep(wait)
    raise AssertionError("the last try returns or raises")


@contextlib.asynccontextmanager
async def typing_shown(
    bot: Bot, place: Place, seconds: float = TYPING_SECONDS
) -> AsyncIterator[None]:
    """The person sees that Selon is writing, for as long as the block lasts."""
    task = asyncio.create_task(_keep_typing(bot, place, seconds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _keep_typing(bot: Bot, place: Place, seconds: float) -> None:
    while True:
        try:
            await bot.send_chat_action(
                place.chat_id, ChatAction.TYPING, message_thread_id=place.thread_id or None
            )
        except TelegramError as error:
            # An ornament: the answer itself will tell if the chat cannot be reached.
            logger.debug("The typing indicator was not shown: %s", error)
        await asyncio.sleep(seconds)
