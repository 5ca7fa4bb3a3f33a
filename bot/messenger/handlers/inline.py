"""Inline queries: `@bot question` in any chat gives a cited answer and the nearest articles."""

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
from bot.start_links import INLINE_PAYLOAD, question_payload
from index.article import Article
from index.errors import NoIndex

_MIN_CHARACTERS = 4  # of a question
TYPING_PAUSE_SECONDS = 0.4  # without another letter before a question is answered
CACHE_SECONDS = 120  # for which Telegram may repeat an answer to the same person
_NEAREST = 3
_LINE_CHARACTERS = 120


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
        texts, question = AccessPhrases.of(phrases.code), " ".join(query.query.split())
        question = question[:QUESTION_LIMIT]
        if not self._roles.may_ask(user.id):
            await _answer(query, [], texts.inline_refused, cache_seconds=0)
            return
        if len(question) < _MIN_CHARACTERS:
            await _answer(query, [], texts.inline_prompt)
            return
        await asyncio.sleep(TYPING_PAUSE_SECONDS)
        if self._typing.get(user.id) != query.id:  # still typing: each letter is a query of its own
            return
        del self._typing[user.id]
        over = await self._services.limits.take(user.id, way="inline")
        if over is not None and not self._roles.may_add(user.id):
            await _answer(query, [], texts.inline_over(over.seconds), cache_seconds=0)
            return
        if help := await self._services.help_for(question):
            METERS.count_answer(help, "inline")
            await _answer(query, [_help_result(help, phrases)])
            return
        try:
            answer = await self._services.chain.ainvoke(TurnText(question, is_extractive=True))
            articles = await asyncio.to_thread(self._services.library.rank, question)
        except NoIndex:
            await _answer(query, [], texts.inline_no_index, cache_seconds=0)
            return
        METERS.count_answer(answer, "inline")
        results = [_article_result(article, phrases) for article in articles[:_NEAREST]]
        if answer.outcome == "no":
            await _answer(query, results, texts.inline_refusal, start=question_payload(question))
        else:
            await _answer(query, [_answer_result(answer, phrases), *results])


async def _answer(
    query: InlineQuery,
    results: Sequence[InlineQueryResultArticle],
    line: str = "",
    *,
    start: str = "",
    cache_seconds: int = CACHE_SECONDS,
) -> None:
    """Show results, below a line that opens the private chat with the payload `start`."""
    parameter = start or INLINE_PAYLOAD
    button = InlineQueryResultsButton(line, start_parameter=parameter) if line else None
    try:
        await query.answer(results, cache_time=cache_seconds, is_personal=True, button=button)
    except BadRequest as error:
        if "too old" not in str(error):  # answered after the person went on typing
            raise


def _help_result(help: Answer, phrases: Phrases) -> InlineQueryResultArticle:
    assert help.help is not None
    (html,) = answer_html(help, phrases)
    texts = HelpPhrases.of(help.help.language)
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
    is_doubtful = answer.outcome == "perhaps"
    return InlineQueryResultArticle(
        id=f"answer-{hashlib.sha256(html[0].encode()).hexdigest()[:16]}",
        title=_line(phrases.doubted(answer.period) if is_doubtful else sentence),
        description=_line(f"{sentence} — {source}" if is_doubtful else source),
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
    return line if len(line) <= _LINE_CHARACTERS else f"{line[: _LINE_CHARACTERS - 1].rstrip()}…"
