"""The passages behind an answer: one in its article, the neighbouring ones, further sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.menus import MenuCommand, PublicButtons, command_handler
from bot.messenger.outbound.answer_html import passage_html, sources_html, text_html
from bot.messenger.outbound.button_results import ButtonResults
from bot.messenger.outbound.delivery import deliver, edit
from bot.messenger.outbound.keyboard import (
    OPENING_PREFIX,
    PASSAGE_PREFIX,
    STEP_PATTERN,
    Excerpt,
    NeighbourStep,
    PassageRef,
    citations_of,
)
from bot.messenger.outbound.reply import acknowledge, say
from bot.messenger.services import BotServices, met
from bot.state import conversations
from bot.state.conversations import ConversationPlace
from index.article import Passage
from index.build.passages import cut

SOURCES = MenuCommand(
    "sources", "sources", "Les sources de la réponse", "The answer’s sources", public=True
)


class PassageHandlers:
    """What the articles say around a quote, and besides it."""

    def __init__(self, services: BotServices, results: ButtonResults) -> None:
        self._services = services
        self._results = results

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                PublicButtons(self.show, f"^{PASSAGE_PREFIX}:"),
                PublicButtons(self.open, f"^{OPENING_PREFIX}:[0-9a-f]{{12}}$"),
                PublicButtons(self.walk, f"^{STEP_PATTERN}$"),
                PublicButtons(self.more, r"^m:\d{1,18}$"),
                command_handler(SOURCES, self.sources),
            ]
        )

    async def show(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The whole passage behind a button, or that it is gone."""
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        excerpt = await asyncio.to_thread(self._excerpt, asker.place, query.data or "")
        if excerpt is None:
            gone = text_html(asker.phrases.passage_gone, asker.phrases.code)
            await self._results.show(context.bot, asker, query, gone, gone=True)
            return
        step = NeighbourStep(
            excerpt.article.id, excerpt.start, excerpt.quote_start, excerpt.quote_end
        )
        passages = await asyncio.to_thread(cut, excerpt.article)
        html = passage_html(excerpt, asker.phrases, _place(passages, step, asker))
        await self._results.show(context.bot, asker, query, html, around(passages, step))

    async def open(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """An article from its beginning, below its card."""
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        identity = (query.data or "").removeprefix(f"{OPENING_PREFIX}:")
        article = await asyncio.to_thread(self._services.article, asker.place, identity)
        passages = await asyncio.to_thread(cut, article) if article else ()
        if article is None or not passages:
            gone = text_html(asker.phrases.passage_gone, asker.phrases.code)
            await self._results.show(context.bot, asker, query, gone, gone=True)
            return
        step = NeighbourStep(article.id, passages[0].start)
        excerpt = step.excerpt(article, passages[0])
        html = passage_html(excerpt, asker.phrases, _place(passages, step, asker))
        await self._results.show(context.bot, asker, query, html, around(passages, step))

    async def walk(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The passage before or after, in the same message."""
        query, asker = update.callback_query, await met(self._services, update)
        step = NeighbourStep.decode(query.data or "") if query else None
        if query is None or asker is None or step is None:
            return
        article = await asyncio.to_thread(self._services.article, asker.place, step.article_id)
        passages = await asyncio.to_thread(cut, article) if article else ()
        here = _here(passages, step)
        await acknowledge(query)
        if article is None or here is None:
            await say(context.bot, asker, asker.phrases.passage_gone)
            return
        excerpt = step.excerpt(article, passages[here])
        html = passage_html(excerpt, asker.phrases, _place(passages, step, asker))
        await self._put(context, asker, query, html, around(passages, step))

    async def _put(
        self,
        context: ContextTypes.DEFAULT_TYPE,
        asker: Asker,
        query: CallbackQuery,
        html: tuple[str, ...],
        keyboard: InlineKeyboardMarkup | None,
    ) -> None:
        message = query.message
        try:
            if message is None or len(html) > 1:
                raise BadRequest("not one message")
            await edit(context.bot, asker.place.chat_id, message.message_id, html[0], keyboard)
        except BadRequest:  # too old to be changed, or too long to be one message
            await deliver(context.bot, asker.place, html, keyboard)

    async def more(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """What was found besides the answer."""
        query, asker = update.callback_query, await met(self._services, update)
        if query is None or asker is None:
            return
        number = int((query.data or "m:0").removeprefix("m:"))
        turn = await self._services.state.run(partial(conversations.turn, turn_id=number))
        phrases = BrowsingPhrases.of(asker.phrases.code)
        # A forged button must not show another chat's answer.
        if turn is None or turn.place.chat_id != asker.place.chat_id:
            gone = text_html(phrases.gone, asker.phrases.code)
            await self._results.show(context.bot, asker, query, gone, gone=True)
            return
        find = partial(self._services.article, asker.place)
        sources = partial(citations_of, turn.sources, find, cited=False)
        citations = await asyncio.to_thread(sources)
        if not citations:
            gone = text_html(asker.phrases.passage_gone, asker.phrases.code)
            await self._results.show(context.bot, asker, query, gone, gone=True)
            return
        html = sources_html(citations, phrases.further, asker.phrases)
        await self._results.show(context.bot, asker, query, html)

    async def sources(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/sources: those of the last answer here."""
        asker = await met(self._services, update)
        if asker is None:
            return
        phrases = BrowsingPhrases.of(asker.phrases.code)
        last = partial(
            conversations.history,
            place=asker.place,
            now=self._services.now(),
            lifetime=self._services.lifetime,
            limit=10,
        )
        kept = await self._services.state.run(last)
        quoting = [turn for turn in kept if any(each["cited"] for each in turn.sources)]
        if not quoting:
            await say(context.bot, asker, phrases.no_sources)
            return
        find = partial(self._services.article, asker.place)
        sources = partial(citations_of, quoting[-1].sources, find, cited=True)
        citations = await asyncio.to_thread(sources)
        title = phrases.sources_of(quoting[-1].question)
        await deliver(context.bot, asker.place, sources_html(citations, title, asker.phrases))

    def _excerpt(self, place: ConversationPlace, data: str) -> Excerpt | None:
        reference = PassageRef.decode(data)
        article = self._services.article(place, reference.article_id) if reference else None
        return reference.excerpt(article) if reference and article else None


def around(passages: Sequence[Passage], step: NeighbourStep) -> InlineKeyboardMarkup | None:
    """Buttons to the passages before and after the one where a step leads."""
    here = _here(passages, step)
    if here is None or len(passages) < 2:
        return None
    buttons = []
    for text, to in (("‹", here - 1), ("›", here + 1)):
        if 0 <= to < len(passages):
            data = replace(step, at=passages[to].start).encode()
            buttons.append(InlineKeyboardButton(text, callback_data=data))
    return InlineKeyboardMarkup([buttons])


def _here(passages: Sequence[Passage], step: NeighbourStep) -> int | None:
    return next((n for n, each in enumerate(passages) if each.start <= step.at < each.end), None)


def _place(passages: Sequence[Passage], step: NeighbourStep, asker: Asker) -> str:
    """« passage 2 sur 7 », nothing where there is but one."""
    here, phrases = _here(passages, step), BrowsingPhrases.of(asker.phrases.code)
    if here is None or len(passages) < 2:
        return ""
    return phrases.passage_of(here + 1, len(passages))
