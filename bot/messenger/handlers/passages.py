"""The passages behind an answer: each in its article, its neighbours, further sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.conversation.passage_refs import PASSAGE_PREFIX, Excerpt, PassageRef, citations_of
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker
from bot.messenger.events import ButtonPress, ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.button_results import ButtonResults
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import passage_html, sources_html
from bot.messenger.outbound.keyboard import OPENING_PREFIX, STEP_PATTERN, NeighbourStep
from bot.messenger.outbound.reply import page_button
from bot.messenger.services import BotServices
from bot.state import conversations
from bot.state.conversations import ConversationPlace
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
            await press.turn(html[0], keyboard)
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
