"""/statistiques and /sansreponse: a chart of usage, and a list of unanswered questions."""

from __future__ import annotations

import asyncio
from functools import partial

from telegram.constants import ChatAction

from bot.library.articles import nearest_article
from bot.locale.statistics import StatisticsPhrases
from bot.messenger.events import ChatEvent, Handlers, on_button, on_command
from bot.messenger.handlers.gate import require_administrator
from bot.messenger.journal import Postponed, stop_event
from bot.messenger.menus import MenuCommand
from bot.messenger.outbound.delivery import deliver_attachment, show_typing
from bot.operations.chart import can_draw, draw_chart
from bot.operations.statistics import CHART_DAYS, midnight, usage_figures
from bot.operations.unanswered import QuestionGroup, group_questions, write_unanswered_csv
from bot.state import statistics
from bot.state.deliveries import Attachment
from index.article import Article
from index.models.base import Vectors

STATISTICS = MenuCommand(
    "statistiques", "statistics", "Les chiffres en image", "The figures, drawn", editors=True
)
_ABOUT = ("Les questions sans réponse", "The unanswered questions")
UNANSWERED = MenuCommand("sansreponse", "unanswered", *_ABOUT, editors=True)

STATISTICS_BUTTON = "a:statistics"
UNANSWERED_BUTTON = "a:unanswered"

_check = partial(require_administrator, editors=True)
_QUESTIONS_LIMIT = 10_000  # newest unanswered questions to group


class StatisticsHandlers(Handlers):
    """The last thirty days as a chart, or as text without matplotlib; unanswered ones as CSV."""

    @on_command(STATISTICS, _check)
    @on_button(STATISTICS_BUTTON, _check)
    async def show_chart(self, event: ChatEvent) -> None:
        asker, phrases = event.asker, event.asker.texts(StatisticsPhrases)
        async with show_typing(event.bot, asker.place, action=ChatAction.UPLOAD_PHOTO):
            figures = await self._run(usage_figures, self._now())
            png = await asyncio.to_thread(draw_chart, figures, phrases) if can_draw() else None
        votes = figures.votes
        caption = phrases.caption(figures.questions, figures.answered, votes.good, votes.bad)
        if png is None:
            article_lines = [
                f"{article.title or article.id} – {article.answers}" for article in figures.cited
            ]
            lines = "\n".join(
                [phrases.most_cited, *article_lines] if article_lines else [phrases.nothing_cited]
            )
            await event.say(f"{caption}\n\n{lines}")
            return
        chart = Attachment("picture", phrases.picture, png)
        await deliver_attachment(event.bot, asker.place, chart, caption)

    @on_command(UNANSWERED, _check)
    @on_button(UNANSWERED_BUTTON, _check)
    async def send_unanswered(self, event: ChatEvent) -> None:
        query, since = statistics.newest_unanswered, midnight(self._now(), CHART_DAYS - 1)
        questions = list(await self._run(query, since, limit=_QUESTIONS_LIMIT))
        phrases, library = event.asker.texts(StatisticsPhrases), self._services.library
        if not questions:
            await event.say(phrases.nothing_unanswered(CHART_DAYS))
            return
        stop = stop_event()

        def embed(question: str) -> Vectors:
            if stop is not None and stop.is_set():
                raise Postponed("the bot stops")
            return library.embed(question)

        def find_nearest(group: QuestionGroup) -> Article | None:
            if stop is not None and stop.is_set():
                raise Postponed("the bot stops")
            return nearest_article(group, library)

        # Thousands of questions without a stored vector or nearest article take a minute.
        async with show_typing(event.bot, event.asker.place, action=ChatAction.UPLOAD_DOCUMENT):
            group = partial(group_questions, questions, embed, model=library.model)
            groups = await asyncio.to_thread(group)
            csv = await asyncio.to_thread(write_unanswered_csv, groups, find_nearest, phrases)
        caption = phrases.file_caption(len(questions), len(groups), CHART_DAYS)
        file = Attachment("document", phrases.file, csv)
        await deliver_attachment(event.bot, event.asker.place, file, caption)
