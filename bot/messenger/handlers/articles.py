"""Browsing the articles: /recherche /recents /article."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.answer import web_address
from bot.answering.selection import chosen_articles
from bot.locale.administration import RemovalPhrases
from bot.locale.answers import title_of
from bot.locale.chats import CorpusPhrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker
from bot.messenger.events import (
    ButtonPress,
    ChatEvent,
    Handlers,
    on_button,
    on_command,
    on_commands,
)
from bot.messenger.handlers.button_results import ButtonResults
from bot.messenger.handlers.question import QuestionHandlers
from bot.messenger.inbound.addressee import by_another_bot, command_in, quoted_words
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.answer_html import answer_html, article_html, articles_html, text_html
from bot.messenger.outbound.keyboard import (
    CARD_PREFIX,
    OPENING_PREFIX,
    REMOVAL_PREFIX,
    article_buttons,
    rows_of,
)
from bot.messenger.services import BotServices
from bot.understanding.intents import COMMAND_INTENTS
from bot.understanding.texts import CommandPhrases
from index.article import Article, ArticleEntry
from index.ingestion.passages import cut
from index.text.folding import fold_phrase

SEARCH = MenuCommand(
    "recherche", "search", "Chercher des articles", "Search the articles", public=True, groups=True
)
RECENT = MenuCommand(
    "recents", "recent", "Les articles les plus récents", "The newest articles", public=True
)
ARTICLE = MenuCommand(
    "article", "article", "Un article, par son titre", "An article, by its title", public=True
)

PAGE_SIZE = 5  # articles of a list; each has a button with its number
QUERY_LIMIT = 200
_CARD = rf"{CARD_PREFIX}:([0-9a-f]{{12}})"
_SUMMARY = r"z:([0-9a-f]{12})"
_PAGE = r"([sd]):(\d{1,4})"
_Message = tuple[tuple[str, ...], InlineKeyboardMarkup | None]  # HTML and buttons


class ArticleHandlers(Handlers):
    """Lists of articles, and one article."""

    def __init__(self, services: BotServices, results: ButtonResults) -> None:
        super().__init__(services)
        self._button_results = results

    @on_command(SEARCH)
    async def search(self, event: ChatEvent) -> None:
        words = event.argument[:QUERY_LIMIT]
        if not words:
            await event.say(event.asker.texts(BrowsingPhrases).search_usage)
            return
        await event.deliver(*await asyncio.to_thread(self._results, event.asker, words, 0))

    @on_command(RECENT)
    async def recent(self, event: ChatEvent) -> None:
        await event.deliver(*await asyncio.to_thread(self._newest, event.asker, 0))

    @on_button(_PAGE, public=True)
    async def turn_page(self, press: ButtonPress) -> None:
        """Show another page of a list in the same message."""
        await press.acknowledge()
        message, page = press.query.message, int(press.match[2])
        if not isinstance(message, Message):  # too old for Telegram to show it to the bot
            return
        if press.match[1] == "d":
            html, keyboard = await asyncio.to_thread(self._newest, press.asker, page)
        else:
            title = (message.text or "").partition("\n")[0]
            words = quoted_words(title) or title
            html, keyboard = await asyncio.to_thread(self._results, press.asker, words, page)
        await press.show_page(html[0], keyboard)

    @on_command(ARTICLE)
    async def article(self, event: ChatEvent) -> None:
        if article := await self.find_by_name(event):
            await event.deliver(*await self._card(event.asker, article))

    @on_button(_CARD, public=True)
    async def show_card(self, press: ButtonPress) -> None:
        if article := await self._find_by_id(press):
            await self._button_results.show(press, *await self._card(press.asker, article))

    @on_button(_SUMMARY, public=True)
    async def summarise(self, press: ButtonPress) -> None:
        if article := await self._find_by_id(press):
            await self._button_results.show(press, await self._summary(press.asker, article))

    async def _find_by_id(self, press: ButtonPress) -> Article | None:
        """Find the article of a button, or say that it is gone."""
        find, place = self._services.article, press.asker.place
        article = await asyncio.to_thread(find, place, press.match[1])
        if article is None:
            await self._button_results.show_gone(press)
        return article

    async def find_by_name(self, event: ChatEvent) -> Article | None:
        """Find the article named in a command, or say what to do."""
        asker, name, phrases = event.asker, event.argument, event.asker.texts(BrowsingPhrases)
        if not name:
            await event.say(phrases.article_usage)
            return None
        entries = await asyncio.to_thread(self._services.library.find, name)
        if len(entries) > 1:
            html = articles_html(phrases.which_one, entries[:PAGE_SIZE], asker.phrases)
            await event.deliver(html, _numbered(entries[:PAGE_SIZE], asker.phrases.code))
            return None
        if entries:
            original = entries[0].copy_of or entries[0].id
            article = await asyncio.to_thread(self._services.library.article, original)
            if article is None:  # deleted with the generation that was just replaced
                await event.say(phrases.no_such_article(name[:QUERY_LIMIT]))
            return article
        return await self._find_similar(event, name[:QUERY_LIMIT])

    async def _find_similar(self, event: ChatEvent, name: str) -> Article | None:
        """Find the only article with all these words in its title, or offer the nearest ones."""
        nearest = (await asyncio.to_thread(self._services.library.rank, name))[:PAGE_SIZE]
        words = fold_phrase(name).split()
        matches = [
            article for article in nearest if all(w in fold_phrase(article.title) for w in words)
        ]
        if len(matches) == 1:
            return matches[0]
        phrases, offers = event.asker.texts(BrowsingPhrases), matches or nearest
        if not offers:
            await event.say(phrases.no_such_article(name))
            return None
        title = phrases.which_one if matches else phrases.nearest(name)
        html = articles_html(title, offers, event.asker.phrases)
        await event.deliver(html, _numbered(offers, phrases.code))
        return None

    async def _card(self, asker: Asker, article: Article) -> _Message:
        phrases, row = asker.texts(BrowsingPhrases), []
        if await asyncio.to_thread(cut, article):
            start = f"{OPENING_PREFIX}:{article.id}"
            row.append(InlineKeyboardButton(phrases.read, callback_data=start))
            row.append(InlineKeyboardButton(phrases.summarise, callback_data=f"z:{article.id}"))
        if (address := web_address(article.url)) and "." in address:
            row.append(InlineKeyboardButton(phrases.online, url=address))
        if asker.private and self._roles.administers(asker.person_id):
            remove = asker.texts(RemovalPhrases).remove
            data = f"{REMOVAL_PREFIX}:{article.id}"
            row.append(InlineKeyboardButton(remove, callback_data=data))
        return article_html(article, asker.phrases), _keyboard(*rows_of(row))

    async def _summary(self, asker: Asker, article: Article) -> tuple[str, ...]:
        phrases = asker.texts(BrowsingPhrases)
        answer = await asyncio.to_thread(self._services.library.summarise, article)
        if not answer.is_sure:
            return text_html(phrases.no_summary, phrases.code)
        title = phrases.summary_of(title_of(article, phrases.code))
        return answer_html(answer, asker.phrases, title)

    def _results(self, asker: Asker, words: str, page: int) -> _Message:
        phrases, ranking = asker.texts(BrowsingPhrases), self._services.library.rank(words)
        if not ranking:
            none = phrases.no_result
            if chosen_articles() is not None:
                none = asker.texts(CorpusPhrases).no_result
            return articles_html(none(words), (), asker.phrases), None
        last = math.ceil(len(ranking) / PAGE_SIZE) - 1
        page = min(page, last)
        first = page * PAGE_SIZE
        articles = ranking[first : first + PAGE_SIZE]
        html = articles_html(phrases.results(words), articles, asker.phrases, first + 1)
        return html, _numbered(articles, phrases.code, page, "s", more=page < last)

    def _newest(self, asker: Asker, page: int) -> _Message:
        first, phrases = page * PAGE_SIZE, asker.texts(BrowsingPhrases)
        entries = self._services.library.newest(PAGE_SIZE + 1, first)
        shown, more = entries[:PAGE_SIZE], len(entries) > PAGE_SIZE
        html = articles_html(phrases.recent, shown, asker.phrases, first + 1)
        return html, _numbered(shown, phrases.code, page, "d", more=more)


def _numbered(
    articles: Sequence[Article | ArticleEntry],
    language: str,
    page: int = 0,
    kind: str = "",
    *,
    more: bool = False,
) -> InlineKeyboardMarkup | None:
    """Buttons for the articles, and for the previous and next page."""
    texts, steps = BrowsingPhrases.of(language), []
    if page > 0:
        steps.append(InlineKeyboardButton(texts.previous, callback_data=f"{kind}:{page - 1}"))
    if more:
        steps.append(InlineKeyboardButton(texts.next, callback_data=f"{kind}:{page + 1}"))
    return _keyboard(*article_buttons(articles, language, page * PAGE_SIZE + 1), steps)


def _keyboard(*rows: Sequence[InlineKeyboardButton]) -> InlineKeyboardMarkup | None:
    """The rows that are not empty; None if all are."""
    return InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None


_FRENCH, _ENGLISH = (CommandPhrases.of(language).about for language in ("fr", "en"))
ARCHIVE = tuple(
    MenuCommand(*intent.commands, _FRENCH[intent.name], _ENGLISH[intent.name], public=True)
    for intent in COMMAND_INTENTS
)


class ArchiveHandlers(Handlers):
    """Commands that are answered like the questions that they stand for."""

    def __init__(self, services: BotServices, questions: QuestionHandlers) -> None:
        super().__init__(services)
        self._questions = questions

    @on_commands(ARCHIVE)
    async def command(self, event: ChatEvent) -> None:
        message = event.message
        if by_another_bot(message):
            return
        request = " ".join(command_in(message, event.bot.username)).strip()
        await self._questions.ask(event.bot, event.asker, message, request)
