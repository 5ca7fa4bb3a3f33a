"""Results of buttons, shown once even if a button is pressed repeatedly."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.locale.messenger import BrowsingPhrases
from bot.messenger.events import ButtonPress
from bot.messenger.outbound.answer_html import text_html
from bot.messenger.outbound.delivery import edit

_MAX_ENTRIES = 10_000

# A chat, a message in it, the data of a button below it, and whether its result is gone.
_Button = tuple[int, int, str, bool]


class ButtonResults:
    """The messages that show the results of buttons. In memory: after a restart, a button shows its
    message once more."""

    def __init__(self) -> None:
        self._results: OrderedDict[_Button, tuple[int, ...]] = OrderedDict()

    async def show(
        self,
        press: ButtonPress,
        html: Sequence[str],
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        is_gone: bool = False,
    ) -> None:
        """Show the result of a button in reply to its message. If it was shown before, restore it
        and say so. A notice that the result `is_gone` does not replace an earlier result."""
        asker, message = press.asker, press.message_id
        button = (asker.place.chat_id, message or 0, press.query.data or "", is_gone)
        shown = self._results.get(button)
        if shown == () or (shown and await self._restore(press, shown, html, keyboard)):
            await press.acknowledge(asker.texts(BrowsingPhrases).shown_below)
            return
        self._results[button] = ()  # until it is shown: in a group, others may press meanwhile
        try:
            await press.acknowledge()
            self._results[button] = await press.deliver(html, keyboard, message)
        except BaseException:
            del self._results[button]
            raise
        if len(self._results) > _MAX_ENTRIES:
            self._results.popitem(last=False)

    async def show_gone(self, press: ButtonPress, text: str | None = None) -> None:
        phrases = press.asker.phrases
        await self.show(press, text_html(text or phrases.passage_gone, phrases.code), is_gone=True)

    async def _restore(
        self,
        press: ButtonPress,
        message_ids: Sequence[int],
        html: Sequence[str],
        keyboard: InlineKeyboardMarkup | None,
    ) -> bool:
        """Restore the messages that show a result; False if the person has deleted them."""
        if len(message_ids) != len(html):
            return False
        try:
            for number, (message_id, text) in enumerate(zip(message_ids, html, strict=True), 1):
                below = keyboard if number == len(html) else None
                await edit(press.bot, press.asker.place.chat_id, message_id, text, below)
        except BadRequest:
            return False
        return True
