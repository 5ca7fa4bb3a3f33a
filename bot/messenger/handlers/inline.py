"""`@bot question` in any chat: the cited answer, and the articles nearest to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ContextTypes, InlineQueryHandler

from bot.answer import Answer
from bot.followups.turn import TurnText
from bot.help_numbers import number_lines
from bot.locale.answers import HelpPhrases, Phrases, title_of
from bot.locale.messenger import AccessPhrases
from bot.locale.source import details
from bot.locale.text import harmless
from bot.messenger.events import Handlers, on_update
from bot.messenger.handlers.question import QUESTION_LIMIT
from bot.messenger.outbound.answer_html import answer_html, article_html
from bot.messenger.services import BotServices, phrases_for
from bot.operations.metrics import METERS
from index.article import Article
from index.errors import NoIndex

_SHORTEST = 4  # characters of a question
TYPING_PAUSE_SECONDS = 0.4  # without another letter before a question is answered
CACHE_SECONDS = 120  # that Telegram may repeat an answer to the same person
_NEAREST = 3
_LINE = 120


class InlineHandlers(Handlers):
    """Answers in the language of the person who types, for them to send."""

    def __init__(self, services: BotServices) -> None:
        super().__init__(services)
        self._typing: dict[int, str] = {}

    @on_update(InlineQueryHandler)
    async def query(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.inline_query
        if query is None:
            return
        user = query.from_user
        # Before any wait, as an earlier query may be ready later.
        self._typing[user.id] = query.id
        phrases = await phrases_for(self._services, user.id, user.language_code)
        question = " ".join(query.query.split())[:QUESTION_LIMIT]
        if not self._services.roles.may_ask(user.id):
            await _say(query, AccessPhrases.of(phrases.code).inline_refused)
            return
        if len(question) < _SHORTEST:
            await _give(query, [], phrases)
            return
        if not await self._has_settled(query):
            return
        over = await self._services.limits.take(user.id, way="inline")
        if over is not None and not self._services.roles.may_add(user.id):
            await _say(query, AccessPhrases.of(phrases.code).inline_over(over.seconds))
            return
        if help := await self._services.help_for(question):
            METERS.answered(help, "inline")
            await _give(query, [_help_result(help, phrases)], phrases)
            return
        try:
            answer = await self._services.chain.ainvoke(TurnText(question, quoted=True))
            articles = await asyncio.to_thread(self._services.library.rank, question)
        except NoIndex:
            await _say(query, AccessPhrases.of(phrases.code).inline_no_index)
            return
        METERS.answered(answer, "inline")
        results = [] if answer.outcome == "no" else [_answer_result(answer, phrases)]
        results += [_article_result(each, phrases) for each in articles[:_NEAREST]]
        await _give(query, results, phrases)

    async def _has_settled(self, query: InlineQuery) -> bool:
        """True if the person has stopped typing; each letter is a query of its own."""
        await asyncio.sleep(TYPING_PAUSE_SECONDS)
        if self._typing.get(query.from_user.id) != query.id:
            return False
        del self._typing[query.from_user.id]
        return True


async def _give(
    query: InlineQuery, results: Sequence[InlineQueryResultArticle], phrases: Phrases
) -> None:
    texts = AccessPhrases.of(phrases.code)
    is_question = len(query.query.strip()) >= _SHORTEST
    refusal = is_question and not any(result.id.startswith("answer") for result in results)
    text = texts.inline_refusal if refusal else texts.inline_prompt
    # Above a cited answer there is nothing to say.
    shown = results and not refusal
    button = None if shown else InlineQueryResultsButton(text, start_parameter="inline")
    await _answer(query, results, CACHE_SECONDS, button)


async def _say(query: InlineQuery, text: str) -> None:
    """Show a line instead of an answer, not to be cached."""
    await _answer(query, [], 0, InlineQueryResultsButton(text, start_parameter="inline"))


async def _answer(
    query: InlineQuery,
    results: Sequence[InlineQueryResultArticle],
    cached: int,
    button: InlineQueryResultsButton | None,
) -> None:
    try:
        await query.answer(results, cache_time=cached, is_personal=True, button=button)
    except BadRequest as error:
        if "too old" not in str(error):  # answered after the person went on typing
            raise


def _help_result(help: Answer, phrases: Phrases) -> InlineQueryResultArticle:
    assert help.help is not None
    (html,) = answer_html(help, phrases)
    texts = HelpPhrases.of(help.language)
    return InlineQueryResultArticle(
        id="answer-help",
        title=_line(number_lines(help.help, texts)[0]),
        description=_line(texts.opening[help.help.kind]),
        input_message_content=message_content(html),
    )


def _answer_result(answer: Answer, phrases: Phrases) -> InlineQueryResultArticle:
    html = answer_html(answer, phrases)
    sentence, first = answer.statements[0].text, answer.citations[0].article
    source = f"{title_of(first, phrases.code)}{details(first, phrases)}"
    doubted = answer.outcome == "perhaps"
    return InlineQueryResultArticle(
        id=f"answer-{hashlib.sha256(html[0].encode()).hexdigest()[:16]}",
        title=_line(phrases.doubted(answer.period) if doubted else sentence),
        description=_line(f"{sentence} — {source}" if doubted else source),
        input_message_content=message_content(html[0]),
    )


def _article_result(article: Article, phrases: Phrases) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        id=f"article-{article.id}",
        title=_line(title_of(article, phrases.code)),
        description=_line(details(article, phrases).lstrip(", ")),
        input_message_content=message_content(article_html(article, phrases)[0]),
    )


def message_content(html: str) -> InputTextMessageContent:
    """A message that a person sends, or that is posted for them; links are not previewed."""
    return InputTextMessageContent(
        html, parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
    )


def _line(text: str) -> str:
    line = harmless(" ".join(text.split()))
    return line if len(line) <= _LINE else f"{line[: _LINE - 1].rstrip()}…"
