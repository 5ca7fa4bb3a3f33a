"""Getting words to a person: sending, and showing that Selon is at work.

What Telegram does not take at once is sent again or otherwise (`docs/delivery.md` has the table),
and what was taken is written down (`outbox`), so that it is not said again after a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.messenger.journal import Journal, current_trigger, stop_event
from bot.messenger.outbound.outbox import OutboxEntry, open_entry, resume_entry
from bot.messenger.outbound.repair import amended_letter, plain
from bot.messenger.outbound.retry import request_with_retry
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Delivery, Letter, Part

logger = logging.getLogger(__name__)

TYPING_SECONDS = 4.0
"""Telegram shows the indicator for five seconds, or until a message arrives."""

_FORMS = 12
"""How often one letter may be amended; a group that moves in circles would go on for ever."""

_Sending = Callable[[Letter, int], Awaitable[Message]]


async def deliver(
    bot: Bot,
    place: ConversationPlace,
    messages: Sequence[str],
    keyboard: InlineKeyboardMarkup | None = None,
    reply_to: int | None = None,
) -> tuple[int, ...]:
    """Send HTML messages in order; the buttons go below the last, the first one may be a reply.

    The ids of the messages sent, once Telegram has taken them all; those of an earlier process
    where it died after sending them. Raises Forbidden when nothing can be said there.
    """
    parts = tuple(Part(html) for html in messages)
    below = keyboard.to_dict() if keyboard else None
    letter = Letter(place.chat_id, place.thread_id, parts, below, reply_to)
    return await _carried(await open_entry(letter), partial(_send_text, bot))


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
    parts = tuple(Part(html) for html in messages)
    below = keyboard.to_dict() if keyboard else None
    letter = Letter(place.chat_id, place.thread_id, parts, below, reply_to)
    entry = await open_entry(letter, aside=True)
    for number in range(len(parts)):
        message = await _send_text(bot, letter, number)
        await entry.take(message.message_id)
    return entry.sent


async def deliver_file(
    bot: Bot, place: ConversationPlace, data: bytes, name: str, caption: str = ""
) -> tuple[int, ...]:
    """Send a file; the id of its message. Raises as `deliver`."""

    async def send(letter: Letter, number: int) -> Message:
        return await bot.send_document(
            letter.chat_id,
            data,
            filename=name,
            caption=letter.parts[number].text or None,
            message_thread_id=letter.thread_id or None,
        )

    letter = Letter(place.chat_id, place.thread_id, (Part(caption, html=False),))
    return await _carried(await open_entry(letter), send)


async def deliver_picture(
    bot: Bot, place: ConversationPlace, png: bytes, name: str, caption: str = ""
) -> tuple[int, ...]:
    """Send a picture to be looked at; as `deliver_file`."""

    async def send(letter: Letter, number: int) -> Message:
        return await bot.send_photo(
            letter.chat_id,
            png,
            filename=name,
            caption=letter.parts[number].text or None,
            message_thread_id=letter.thread_id or None,
        )

    letter = Letter(place.chat_id, place.thread_id, (Part(caption, html=False),))
    return await _carried(await open_entry(letter), send)


async def deliver_rest(bot: Bot, journal: Journal, begun: Delivery) -> None:
    """Send what an earlier process did not of a letter that answers no update."""
    with contextlib.suppress(Forbidden):  # noted in the journal
        await _carried(resume_entry(begun, journal), partial(_send_text, bot))


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
        await change(plain(html), None)


async def take_away(bot: Bot, chat_id: int, message_id: int) -> None:
    """Remove one of the bot's messages, unless it is gone, or too old to be removed."""
    try:
        await request_with_retry(partial(bot.delete_message, chat_id, message_id), stop_event())
    except (BadRequest, Forbidden, ChatMigrated) as error:
        logger.debug("A message was not taken away: %s", error)


async def _carried(entry: OutboxEntry, send: _Sending) -> tuple[int, ...]:
    """Send what is left of a letter, part by part, in the form that is taken."""
    trigger = current_trigger()
    # A second copy is less bad than no answer; of what nobody asked for, none is less bad.
    asked = trigger is None or trigger.update_id is not None
    forms = 0
    while entry.left > 0:
        try:
            message = await request_with_retry(
                partial(send, entry.letter, len(entry.sent)), stop_event(), again_in_doubt=asked
            )
        except (BadRequest, Forbidden, ChatMigrated) as error:
            other = amended_letter(entry.letter, len(entry.sent), error) if forms < _FORMS else None
            if other is None:
                await entry.give_up(str(error))
                raise Forbidden(str(error)) from error
            forms += 1
            logger.warning("A message was refused (%s); it is sent otherwise", error)
            await entry.amend(other)
        except TelegramError as error:
            await entry.give_up(str(error))
            raise
        else:
            await entry.take(message.message_id)
    return entry.sent


async def _send_text(bot: Bot, letter: Letter, number: int) -> Message:
    part, last = letter.parts[number], number == len(letter.parts) - 1
    reply = None
    if number == 0 and letter.reply_to is not None:
        reply = ReplyParameters(letter.reply_to, allow_sending_without_reply=True)
    keyboard = None
    if last and letter.keyboard is not None:
        keyboard = InlineKeyboardMarkup.de_json(dict(letter.keyboard), bot)
    return await bot.send_message(
        letter.chat_id,
        part.text,
        message_thread_id=letter.thread_id or None,
        parse_mode=ParseMode.HTML if part.html else None,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=keyboard,
        reply_parameters=reply,
    )


@contextlib.asynccontextmanager
async def show_typing(
    bot: Bot,
    place: ConversationPlace,
    seconds: float = TYPING_SECONDS,
    action: str = ChatAction.TYPING,
) -> AsyncIterator[None]:
    """The person sees that Selon is at work, for as long as the block lasts."""
    task = asyncio.create_task(_keep_typing(bot, place, seconds, action))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _keep_typing(bot: Bot, place: ConversationPlace, seconds: float, action: str) -> None:
    while True:
        try:
            await bot.send_chat_action(
                place.chat_id, action, message_thread_id=place.thread_id or None
            )
        except TelegramError as error:
            # An ornament: the answer itself will tell if the chat cannot be reached.
            logger.debug("The typing indicator was not shown: %s", error)
        await asyncio.sleep(seconds)
