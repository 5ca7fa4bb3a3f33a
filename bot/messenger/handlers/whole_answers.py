"""The buttons below an answer that show all of it, or send it as a document."""

from __future__ import annotations

import asyncio
from functools import partial

from bot.answer import Answer
from bot.conversation.recall import RECORD, recall
from bot.export import EXPORT_FORMATS, export_name
from bot.export.texts import ExportPhrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.events import ButtonPress, Handlers, on_button
from bot.messenger.handlers.button_results import ButtonResults
from bot.messenger.outbound.answer_html import answer_html, text_html
from bot.messenger.outbound.delivery import deliver_attachment
from bot.messenger.outbound.keyboard import EXPORT_PREFIX, WHOLE_PREFIX, column
from bot.messenger.services import BotServices
from bot.state import conversations
from bot.state.deliveries import Attachment


class WholeAnswerHandlers(Handlers):
    """Show all lines of an answer; ask for a format, then send the answer in it."""

    def __init__(self, services: BotServices, results: ButtonResults) -> None:
        super().__init__(services)
        self._results = results

    @on_button(rf"{WHOLE_PREFIX}:(\d{{1,18}})", public=True)
    async def show(self, press: ButtonPress) -> None:
        answer = await self._recall(press)
        if answer is not None:
            await self._results.show(press, answer_html(answer.whole, press.asker.phrases))

    @on_button(rf"{EXPORT_PREFIX}:(\d{{1,18}})", public=True)
    async def choose(self, press: ButtonPress) -> None:
        phrases, turn_id = press.asker.texts(ExportPhrases), press.match[1]
        formats = phrases.formats.items()
        buttons = ((name, f"{EXPORT_PREFIX}:{turn_id}:{suffix}") for suffix, name in formats)
        await self._results.show(press, text_html(phrases.which, phrases.code), column(*buttons))

    @on_button(rf"{EXPORT_PREFIX}:(\d{{1,18}}):({'|'.join(EXPORT_FORMATS)})", public=True)
    async def send(self, press: ButtonPress) -> None:
        asker, form = press.asker, EXPORT_FORMATS[press.match[2]]
        answer = await self._recall(press)
        if answer is None:
            return
        await press.acknowledge()
        content = await asyncio.to_thread(form.export, answer, asker.phrases.code)
        file = Attachment("document", export_name(answer, form, asker.phrases.code), content)
        await deliver_attachment(press.bot, asker.place, file)

    async def _recall(self, press: ButtonPress) -> Answer | None:
        """The answer of a button, with the articles as they are; None, which the person is told, if
        it is of another chat or gone."""
        place = press.asker.place
        turn = await self._run(conversations.turn, int(press.match[1]))
        if turn is not None and turn.place.chat_id == place.chat_id and RECORD in turn.turn:
            find = partial(self._services.article, place)
            answer = (await asyncio.to_thread(recall, turn, find)).answer
            if answer.statements:
                return answer
        await self._results.show_gone(press, press.asker.texts(BrowsingPhrases).gone)
        return None
