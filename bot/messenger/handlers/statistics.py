"""/statistiques and /sansreponse: figures of usage, and a list of unanswered questions."""

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
from bot.operations.statistics import CHART_DAYS, midnight, spark, usage_figures
from bot.operations.unanswered import QuestionGroup, group_questions, write_unanswered_csv
from bot.state import statistics
from bot.state.deliveries import Attachment
from index.article import Article
from index.models.base import Vectors

STATISTICS = MenuCommand("statistiques", "statistics", "Les chiffres", "The figures", editors=True)
_ABOUT = ("Les questions sans réponse", "The unanswered questions")
UNANSWERED = MenuCommand("sansreponse", "unanswered", *_ABOUT, editors=True)

STATISTICS_BUTTON = "a:statistics"
UNANSWERED_BUTTON = "a:unanswered"

_check = partial(require_administrator, editors=True)
_QUESTIONS_LIMIT = 10_000  # newest unanswered questions to group


class StatisticsHandlers(Handlers):
    """The last thirty days; unanswered questions as CSV."""

    @on_command(STATISTICS, _check)
    @on_button(STATISTICS_BUTTON, _check)
    async def show_figures(self, event: ChatEvent) -> None:
        phrases = event.asker.texts(StatisticsPhrases)
        figures = await self._run(usage_figures, self._now())
        votes = figures.votes
        lines = [phrases.caption(figures.questions, figures.answered, votes.good, votes.bad)]
        if figures.questions:
            lines += ["", phrases.a_day, spark(figures.days)]
        cited = [f"{own.title or own.id} – {own.answers}" for own in figures.cited]
        lines += ["", *([phrases.most_cited, *cited] if cited else [phrases.nothing_cited])]
        await event.say("\n".join(lines))

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
