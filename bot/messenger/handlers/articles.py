"""Articles found by people themselves: /recherche /recents /article /resume."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import ContextTypes

from bot.answer import web_address
from bot.answering.selection import chosen_articles
from bot.locale.answers import title_of
from bot.locale.chats import CorpusPhrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.asker import Asker, TelegramApplication
from bot.messenger.menus import MenuCommand, PublicButtons, command_argument, command_handler
from bot.messenger.outbound.answer_html import (
    answer_html,
    article_html,
    articles_html,
    text_html,
)
from bot.messenger.outbound.button_results import ButtonResults
from bot.messenger.outbound.delivery import deliver, edit
from bot.messenger.outbound.keyboard import OPENING_PREFIX
from bot.messenger.outbound.reply import acknowledge, say
from bot.messenger.services import BotServices, met
from index.article import Article, ArticleEntry
from index.build.passages import cut
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
SUMMARY = MenuCommand(
    "resume", "summary", "Un article en quelques phrases", "An article in short", public=True
)

PAGE_SIZE = 5
"""Articles of a list; each has a button with its number."""

QUERY_LIMIT = 200
_CARD = re.compile(r"a:([0-9a-f]{12})", re.ASCII)
_SUMMARY = re.compile(r"z:([0-9a-f]{12})", re.ASCII)
_PAGE = re.compile(r"([sd]):(\d{1,4})", re.ASCII)


class ArticleHandlers:
    """Lists of articles, and one article."""

    def __init__(self, services: BotServices, results: ButtonResults) -> None:
        self._services = services
        self._shown = results

    def register(self, application: TelegramApplication) -> None:
        application.add_handlers(
            [
                command_handler(SEARCH, self.search),
                command_handler(RECENT, self.recent),
                command_handler(ARTICLE, self.article),
                command_handler(SUMMARY, self.summary),
                PublicButtons(self.turn_page, f"^{_PAGE.pattern}$"),
                PublicButtons(self.card, f"^{_CARD.pattern}$"),
                PublicButtons(self.sum_up, f"^{_SUMMARY.pattern}$"),
            ]
        )

    async def search(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker, words = await met(self._services, update), command_argument(update)[:QUERY_LIMIT]
        if asker is None:
            return
        if not words:
            await say(context.bot, asker, _phrases(asker).search_usage)
            return
        html, keyboard = await asyncio.to_thread(self._results, asker, words, 0)
        await deliver(context.bot, asker.place, html, keyboard)

    async def recent(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if asker := await met(self._services, update):
            html, keyboard = await asyncio.to_thread(self._newest, asker, 0)
            await deliver(context.bot, asker.place, html, keyboard)

    async def turn_page(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Another page of a list, in the same message."""
        query, asker = update.callback_query, await met(self._services, update)
        found = _PAGE.fullmatch(query.data or "") if query else None
        if query is None or asker is None or found is None:
            return
        await acknowledge(query)
        if not isinstance(query.message, Message):  # too old for Telegram to show it to the bot
            return
        page = int(found[2])
        if found[1] == "d":
            html, keyboard = await asyncio.to_thread(self._newest, asker, page)
        else:
            words = _words_of(query.message)
            html, keyboard = await asyncio.to_thread(self._results, asker, words, page)
        await edit(context.bot, query.message.chat.id, query.message.message_id, html[0], keyboard)

    async def article(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker = await met(self._services, update)
        found = await self._meant(update, context, asker) if asker else None
        if asker and found:
            html, keyboard = await self._card(asker, found)
            await deliver(context.bot, asker.place, html, keyboard)

    async def summary(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        asker = await met(self._services, update)
        found = await self._meant(update, context, asker) if asker else None
        if asker and found:
            html = await self._summary(asker, found)
            await deliver(context.bot, asker.place, html)

    async def card(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if (pressed := await self._pressed(update, context, _CARD)) is not None:
            query, asker, article = pressed
            html, keyboard = await self._card(asker, article)
            await self._shown.show(context.bot, asker, query, html, keyboard)

    async def sum_up(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if (pressed := await self._pressed(update, context, _SUMMARY)) is not None:
            query, asker, article = pressed
            html = await self._summary(asker, article)
            await self._shown.show(context.bot, asker, query, html)

    async def _pressed(
        self, update: Update, context: ContextTypes.DEFAULT_TYPE, shape: re.Pattern[str]
    ) -> tuple[CallbackQuery, Asker, Article] | None:
        query, asker = update.callback_query, await met(self._services, update)
        found = shape.fullmatch(query.data or "") if query else None
        if query is None or asker is None or found is None:
            return None
        article = await asyncio.to_thread(self._services.library.article, found[1])
        if article is None:
            gone = text_html(asker.phrases.passage_gone, asker.phrases.code)
            await self._shown.show(context.bot, asker, query, gone, gone=True)
            return None
        return query, asker, article

    async def _meant(
        self, update: Update, context: ContextTypes.DEFAULT_TYPE, asker: Asker
    ) -> Article | None:
        """The article that a command names; otherwise the person is told what to do."""
        name, phrases = command_argument(update), _phrases(asker)
        if not name:
            await say(context.bot, asker, phrases.article_usage)
            return None
        found = await asyncio.to_thread(self._services.library.find, name)
        if len(found) > 1:
            html = articles_html(phrases.which_one, found[:PAGE_SIZE], asker.phrases)
            await deliver(context.bot, asker.place, html, _numbered(found[:PAGE_SIZE]))
            return None
        if found:
            identity = found[0].copy_of or found[0].id
            article = await asyncio.to_thread(self._services.library.article, identity)
            if article is None:  # gone with the generation that was just replaced
                await say(context.bot, asker, phrases.no_such_article(name[:QUERY_LIMIT]))
            return article
        return await self._nearly_meant(context, asker, name[:QUERY_LIMIT])

    async def _nearly_meant(
        self, context: ContextTypes.DEFAULT_TYPE, asker: Asker, name: str
    ) -> Article | None:
        """The one article in whose title all the words stand; otherwise the nearest are offered."""
        near = (await asyncio.to_thread(self._services.library.rank, name))[:PAGE_SIZE]
        words = fold_phrase(name).split()
        titled = [each for each in near if all(word in fold_phrase(each.title) for word in words)]
        if len(titled) == 1:
            return titled[0]
        phrases, shown = _phrases(asker), titled or near
        if not shown:
            await say(context.bot, asker, phrases.no_such_article(name))
            return None
        title = phrases.which_one if titled else phrases.nearest(name)
        html = articles_html(title, shown, asker.phrases)
        await deliver(context.bot, asker.place, html, _numbered(shown))
        return None

    async def _card(
        self, asker: Asker, article: Article
    ) -> tuple[tuple[str, ...], InlineKeyboardMarkup | None]:
        phrases = _phrases(asker)
        row = []
        if await asyncio.to_thread(cut, article):
            start = f"{OPENING_PREFIX}:{article.id}"
            row.append(InlineKeyboardButton(phrases.read, callback_data=start))
            row.append(InlineKeyboardButton(phrases.summarise, callback_data=f"z:{article.id}"))
        if (address := web_address(article.url)) and "." in address:
            row.append(InlineKeyboardButton(phrases.online, url=address))
        keyboard = InlineKeyboardMarkup([row]) if row else None
        return article_html(article, asker.phrases), keyboard

    async def _summary(self, asker: Asker, article: Article) -> tuple[str, ...]:
        phrases = _phrases(asker)
        answer = await asyncio.to_thread(self._services.library.summarise, article)
        if not answer.answered:
            return text_html(phrases.no_summary, phrases.code)
        title = phrases.summary_of(title_of(article, phrases.code))
        return answer_html(answer, asker.phrases, title)

    def _results(
        self, asker: Asker, words: str, page: int
    ) -> tuple[tuple[str, ...], InlineKeyboardMarkup | None]:
        phrases, found = _phrases(asker), self._services.library.rank(words)
        if not found:
            none = phrases.no_result
            if chosen_articles() is not None:
                none = CorpusPhrases.of(asker.phrases.code).no_result
            return articles_html(none(words), (), asker.phrases), None
        last = math.ceil(len(found) / PAGE_SIZE) - 1
        page = min(page, last)
        shown = found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
        title = phrases.results(words)
        html = articles_html(title, shown, asker.phrases, page * PAGE_SIZE + 1)
        return html, _numbered(shown, page, "s", more=page < last)

    def _newest(
        self, asker: Asker, page: int
    ) -> tuple[tuple[str, ...], InlineKeyboardMarkup | None]:
        found = self._services.library.newest(PAGE_SIZE + 1, page * PAGE_SIZE)
        shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
        html = articles_html(_phrases(asker).recent, shown, asker.phrases, page * PAGE_SIZE + 1)
        return html, _numbered(shown, page, "d", more=more)


def _numbered(
    articles: Sequence[Article | ArticleEntry], page: int = 0, kind: str = "", *, more: bool = False
) -> InlineKeyboardMarkup | None:
    """A button for each article, and to the pages before and after."""
    rows = [
        [
            InlineKeyboardButton(str(number), callback_data=f"a:{article.id}")
            for number, article in enumerate(articles, page * PAGE_SIZE + 1)
        ]
    ]
    turns = []
    if page > 0:
        turns.append(InlineKeyboardButton("‹", callback_data=f"{kind}:{page - 1}"))
    if more:
        turns.append(InlineKeyboardButton("›", callback_data=f"{kind}:{page + 1}"))
    rows = [row for row in (*rows, turns) if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _words_of(message: Message) -> str:
    """What a list of results was searched with: its title tells, between quotation marks."""
    title = (message.text or "").split("\n")[0]
    words = title.replace("“", "«").partition("«")[2]
    return words[:-1].strip() if words.endswith(("»", "”")) else title


def _phrases(asker: Asker) -> BrowsingPhrases:
    return BrowsingPhrases.of(asker.phrases.code)
