"""What a button leads to, shown once however often it is pressed."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message
from telegram.error import BadRequest, TelegramError

from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker
from bot.messenger.outbound.delivery import deliver, edit
from bot.messenger.outbound.reply import acknowledge

logger = logging.getLogger(__name__)

_REMEMBERED = 10_000

_Pressed = tuple[int, int, str, bool]
"""A chat, a message in it, what the button below it carries, and whether that is gone."""


class ButtonResults:
    """The messages that buttons have led to.

    In memory: after a restart a button shows its message once more.
    """

    def __init__(self) -> None:
        self._shown: OrderedDict[_Pressed, tuple[int, ...]] = OrderedDict()

    async def show(
        self,
        bot: Bot,
        asker: Asker,
        query: CallbackQuery,
        html: Sequence[str],
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        gone: bool = False,
    ) -> None:
        """Show what a button leads to, in reply to its message.

        Pressed again, it puts right what stands there already, and says so. That it leads nowhere
        any more (`gone`) takes the place of nothing that was shown before.
        """
        message = query.message.message_id if query.message is not None else 0
        pressed = (asker.place.chat_id, message, query.data or "", gone)
        if await _put_right(bot, asker, self._shown.get(pressed, ()), html, keyboard):
            await acknowledge(query, BrowsingPhrases.of(asker.phrases.code).shown_below)
            return
        await acknowledge(query)
        self._shown[pressed] = await deliver(bot, asker.place, html, keyboard, message or None)
        while len(self._shown) > _REMEMBERED:
            self._shown.popitem(last=False)


async def _put_right(
    bot: Bot,
    asker: Asker,
    shown: Sequence[int],
    html: Sequence[str],
    keyboard: InlineKeyboardMarkup | None,
) -> bool:
    """Whether messages still stand that show this; False where the person has deleted them."""
    if len(shown) != len(html):
        return False
    try:
        for number, (message_id, text) in enumerate(zip(shown, html, strict=True), 1):
            below = keyboard if number == len(html) else None
            await edit(bot, asker.place.chat_id, message_id, text, below)
    except BadRequest:
        return False
    return True


async def retire_button(query: CallbackQuery) -> None:
    """Take a button that has done its work away from below its message."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return
    rows = [
        [each for each in row if each.callback_data != query.data]
        for row in message.reply_markup.inline_keyboard
    ]
    left = [row for row in rows if row]
    try:
        await query.edit_message_reply_markup(InlineKeyboardMarkup(left) if left else None)
    except TelegramError as error:  # an ornament: pressed again, it says that it was pressed
        logger.debug("A button that has done its work stays: %s", error)
