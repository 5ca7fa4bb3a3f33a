"""What handlers send with: messages, files, edits, and the sign that Selon is at work.

What Telegram does not take at once is sent again or otherwise (`docs/delivery.md` has the table),
and what was taken is written down (`outbox`), so that it is not said again after a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from functools import partial

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.messenger.journal import Journal, stop_event
from bot.messenger.outbound.outbox import open_entry, resume_entry, send_letter, send_next
from bot.messenger.outbound.repair import without_styles
from bot.messenger.outbound.retry import request_with_retry
from bot.messenger.outbound.transport import send_part
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Attachment, Delivery, Letter, Part

logger = logging.getLogger(__name__)

TYPING_SECONDS = 4.0  # telegram shows the indicator for five seconds, or until a message arrives


async def deliver(
    bot: Bot,
    place: ConversationPlace,
    messages: Sequence[str],
    keyboard: InlineKeyboardMarkup | None = None,
    reply_to: int | None = None,
    attachments: Sequence[Attachment] = (),
) -> tuple[int, ...]:
    """Send HTML messages in order, then files; the first one may be a reply, the buttons go below
    the last.

    The ids of the messages sent, once Telegram has taken them all; those of an earlier process
    where it died after sending them. Raises Forbidden when nothing can be said there.
    """
    parts = (*map(Part, messages), *(Part("", attachment=each) for each in attachments))
    letter = _letter(place, parts, keyboard, reply_to)
    return await send_letter(await open_entry(letter), partial(send_part, bot))


async def deliver_attachment(
    bot: Bot,
    place: ConversationPlace,
    attachment: Attachment,
    caption: str = "",
    keyboard: InlineKeyboardMarkup | None = None,
) -> tuple[int, ...]:
    """Send a file with a plain text below it; as `deliver`."""
    letter = _letter(place, (Part(caption, html=False, attachment=attachment),), keyboard)
    return await send_letter(await open_entry(letter), partial(send_part, bot))


async def deliver_aside(
    bot: Bot,
    place: ConversationPlace,
    messages: Sequence[str],
    keyboard: InlineKeyboardMarkup | None = None,
    reply_to: int | None = None,
) -> tuple[int, ...]:
    """Send what is shown on the way to an answer: tried once, and taken away after a crash.

    Raises TelegramError.
    """
    letter = _letter(place, tuple(map(Part, messages)), keyboard, reply_to)
    entry = await open_entry(letter, aside=True)
    for _ in letter.parts:
        await send_next(entry, partial(send_part, bot), once=True)
    return entry.sent


async def deliver_rest(bot: Bot, journal: Journal, begun: Delivery) -> None:
    """Send what is left of a letter that answers no update, begun here or by an earlier process."""
    with contextlib.suppress(Forbidden):  # noted in the journal
        await send_letter(resume_entry(begun, journal), partial(send_part, bot))


def _letter(
    place: ConversationPlace,
    parts: tuple[Part, ...],
    keyboard: InlineKeyboardMarkup | None,
    reply_to: int | None = None,
) -> Letter:
    below = keyboard.to_dict() if keyboard else None
    return Letter(place.chat_id, place.thread_id, parts, below, reply_to)


async def edit(
    bot: Bot,
    chat_id: int,
    message_id: int,
    html: str,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    patient: bool = True,
) -> None:
    """Put other words in the place of a message. Raises BadRequest when it can no longer be.

    What fails otherwise is tried again, if `patient`: an edit can be made twice without harm.
    """

    async def change(text: str, parse_mode: str | None) -> None:
        send = partial(
            bot.edit_message_text,
            text,
            chat_id,
            message_id,
            parse_mode=parse_mode,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=keyboard,
        )
        try:
            await (request_with_retry(send, stop_event()) if patient else send())
        except BadRequest as error:
            if "not modified" not in str(error):
                raise

    try:
        await change(html, ParseMode.HTML)
    except BadRequest as error:
        if "parse entities" not in str(error):
            raise
        logger.warning("The markup of a message was refused (%s); it goes without", error)
        await change(without_styles(html), None)


async def take_away(bot: Bot, chat_id: int, message_id: int) -> None:
    """Remove one of the bot's messages, unless it is gone, or too old to be removed."""
    try:
        await request_with_retry(partial(bot.delete_message, chat_id, message_id), stop_event())
    except (BadRequest, Forbidden, ChatMigrated) as error:
        logger.debug("A message was not taken away: %s", error)


@contextlib.asynccontextmanager
async def show_typing(
    bot: Bot,
    place: ConversationPlace,
    seconds: float = TYPING_SECONDS,
    action: str = ChatAction.TYPING,
) -> AsyncIterator[None]:
    """The person sees that Selon is at work, for as long as the block lasts."""

    async def keep_typing() -> None:
        thread = place.thread_id if place.thread_id > 0 else None
        while True:
            try:
                await bot.send_chat_action(place.chat_id, action, message_thread_id=thread)
            except TelegramError as error:
                # An ornament: the answer itself will tell if the chat cannot be reached.
                logger.debug("The typing indicator was not shown: %s", error)
            await asyncio.sleep(seconds)

    task = asyncio.create_task(keep_typing())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
