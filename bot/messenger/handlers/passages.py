"""The passages behind an answer: each in its article, its neighbours, further sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.answer import Answer
from bot.conversation.passage_refs import PASSAGE_PREFIX, Excerpt, PassageRef, citations_of
from bot.conversation.recall import RECORD, recall
from bot.export import EXPORT_FORMATS, export_name
from bot.export.texts import ExportPhrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.button_results import ButtonResults
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, passage_html, sources_html, text_html
from bot.messenger.outbound.delivery import deliver_attachment
from bot.messenger.outbound.keyboard import (
    EXPORT_PREFIX,
    OPENING_PREFIX,
    STEP_PATTERN,
    WHOLE_PREFIX,
    NeighbourStep,
    column,
)
from bot.messenger.outbound.reply import page_button
from bot.messenger.services import BotServices
from bot.state import conversations
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Attachment
from index.article import Passage
from index.ingestion.passages import cut

SOURCES = MenuCommand(
    "sources", "sources", "Les sources de la réponse", "The answer’s sources", public=True
)


class PassageHandlers(Handlers):
    """Show the text around a quote, and further sources."""

    def __init__(self, services: BotServices, results: ButtonResults) -> None:
        super().__init__(services)
        self._results = results

    @on_button(f"{PASSAGE_PREFIX}:.*", public=True)
    async def show(self, press: ButtonPress) -> None:
        """Show the passage of a button, or say that it is gone."""
        asker = press.asker
        excerpt = await asyncio.to_thread(self._excerpt, asker.place, press.query.data or "")
        if excerpt is None:
            await self._results.show_gone(press)
            return
        step = NeighbourStep(
            excerpt.article.id, excerpt.start, excerpt.quote_start, excerpt.quote_end
        )
        passages = await asyncio.to_thread(cut, excerpt.article)
        await self._results.show(press, *await self._render(excerpt, passages, step, asker))

    @on_button(rf"{OPENING_PREFIX}:([0-9a-f]{{12}})", public=True)
    async def open(self, press: ButtonPress) -> None:
        """Show an article from its beginning."""
        asker = press.asker
        article = await asyncio.to_thread(self._services.article, asker.place, press.match[1])
        passages = await asyncio.to_thread(cut, article) if article else ()
        if article is None or not passages:
            await self._results.show_gone(press)
            return
        step = NeighbourStep(article.id, passages[0].start)
        excerpt = step.excerpt(article, passages[0])
        await self._results.show(press, *await self._render(excerpt, passages, step, asker))

    @on_button(STEP_PATTERN, public=True)
    async def walk(self, press: ButtonPress) -> None:
        """Show the previous or next passage in the same message."""
        asker = press.asker
        step = NeighbourStep.decode(press.query.data or "")
        if step is None:
            return
        article = await asyncio.to_thread(self._services.article, asker.place, step.article_id)
        passages = await asyncio.to_thread(cut, article) if article else ()
        position = _position(passages, step)
        await press.acknowledge()
        if article is None or position is None:
            await press.say(asker.phrases.passage_gone)
            return
        excerpt = step.excerpt(article, passages[position])
        html, keyboard = await self._render(excerpt, passages, step, asker)
        try:
            if len(html) > 1:
                raise BadRequest("not one message")
            await press.show_page(html[0], keyboard)
        except BadRequest:  # too old to be changed, or too long for one message
            await press.deliver(html, keyboard)

    @on_button(r"m:(\d{1,18})", public=True)
    async def more(self, press: ButtonPress) -> None:
        asker, phrases = press.asker, press.asker.texts(BrowsingPhrases)
        turn = await self._run(conversations.turn, int(press.match[1]))
        # A forged button must not show another chat's answer.
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            await self._results.show_gone(press, phrases.gone)
            return
        find = partial(self._services.article, asker.place)
        citations = await asyncio.to_thread(citations_of, turn.sources, find, cited=False)
        if not citations:
            await self._results.show_gone(press)
            return
        await self._results.show(press, sources_html(citations, phrases.further, asker.phrases))

    @on_command(SOURCES)
    async def sources(self, event: ChatEvent) -> None:
        """Show the sources of the last answer in this chat."""
        asker, phrases = event.asker, event.asker.texts(BrowsingPhrases)
        history, lifetime = conversations.history, self._services.lifetime
        turns = await self._run(history, asker.place, self._now(), lifetime, limit=10)
        turns = [turn for turn in turns if any(source["cited"] for source in turn.sources)]
        if not turns:
            await event.say(phrases.no_sources)
            return
        find = partial(self._services.article, asker.place)
        citations = await asyncio.to_thread(citations_of, turns[-1].sources, find, cited=True)
        title = phrases.sources_of(turns[-1].question)
        await event.deliver(sources_html(citations, title, asker.phrases))

    def _excerpt(self, place: ConversationPlace, data: str) -> Excerpt | None:
        reference = PassageRef.decode(data)
        article = self._services.article(place, reference.article_id) if reference else None
        return reference.excerpt(article) if reference and article else None

    async def _render(
        self, excerpt: Excerpt, passages: Sequence[Passage], step: NeighbourStep, asker: Asker
    ) -> tuple[tuple[str, ...], InlineKeyboardMarkup | None]:
        """The passage of a step, below « passage 2 sur 7 » and with buttons to its neighbours if
        the article has several, and with one to the page of the article."""
        texts, buttons, place = asker.texts(BrowsingPhrases), list[InlineKeyboardButton](), ""
        position = _position(passages, step)
        if position is not None and len(passages) > 1:
            place = texts.passage_of(position + 1, len(passages))
            for text, target in ((texts.previous, position - 1), (texts.next, position + 1)):
                if 0 <= target < len(passages):
                    data = replace(step, at=passages[target].start).encode()
                    buttons.append(InlineKeyboardButton(text, callback_data=data))
        rows = [buttons] if buttons else []
        page = page_button(self._services.settings, asker, excerpt)
        find = self._services.library.article  # not the conversation's own, which have no pages
        if page is not None and await asyncio.to_thread(find, excerpt.article.id) is not None:
            rows.append([page])
        html = passage_html(excerpt, asker.phrases, place)
        return html, InlineKeyboardMarkup(rows) if rows else None


def _position(passages: Sequence[Passage], step: NeighbourStep) -> int | None:
    return next(
        (n for n, passage in enumerate(passages) if passage.start <= step.at < passage.end), None
    )


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
        if turn is not None and (
            turn.place.chat_id != place.chat_id or not await self._services.readable([turn])
        ):
            turn = None
        if turn is not None and RECORD in turn.turn:
            find = partial(self._services.article, place)
            answer = (await asyncio.to_thread(recall, turn, find)).answer
            if answer.statements:
                return answer
        await self._results.show_gone(press, press.asker.texts(BrowsingPhrases).gone)
        return None
