"""The page of questions without an answer, and of answers voted down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.library.articles import nearest_article
from bot.locale.messenger import BrowsingPhrases
from bot.locale.statistics import StatisticsPhrases
from bot.operations.statistics import CHART_DAYS, midnight
from bot.operations.unanswered import QuestionGroup, group_questions, write_unanswered_csv
from bot.state import statistics
from bot.web.administration.page import AdminSite

_QUESTIONS, _ALL_QUESTIONS = 500, 10_000  # newest ones to group, on the page and in the file
_GROUPS = 50  # shown
_VOTES = 100


class QuestionPages:
    def __init__(self, site: AdminSite) -> None:
        self._site = site
        self._service = site.service

    def routes(self) -> list[BaseRoute]:
        return [
            self._site.route("/questions", self.show),
            self._site.route("/questions.csv", self.download),
        ]

    async def show(self, request: Request) -> Response:
        groups, library = await self._groups(_QUESTIONS), self._service.library
        shown = groups[:_GROUPS]

        def find() -> list[object]:
            return [library.article(group.nearest) if group.nearest else None for group in shown]

        since = midnight(self._service.now(), CHART_DAYS - 1)
        votes = await self._service.state.run(statistics.bad_votes, since=since, limit=_VOTES)
        return self._site.page(
            request,
            "questions",
            days=CHART_DAYS,
            rows=list(zip(shown, await asyncio.to_thread(find), strict=True)),
            more=len(groups) - len(shown),
            votes=votes,
            reasons=BrowsingPhrases.of(request.state.visitor.language).reasons,
        )

    async def download(self, request: Request) -> Response:
        """The groups as CSV, as /sansreponse sends them."""
        phrases = StatisticsPhrases.of(request.state.visitor.language)
        nearest = partial(nearest_article, library=self._service.library)
        groups = await self._groups(_ALL_QUESTIONS)
        csv = await asyncio.to_thread(write_unanswered_csv, groups, nearest, phrases)
        headers = {"content-disposition": f'attachment; filename="{phrases.file}"'}
        return Response(csv, media_type="text/csv", headers=headers)

    async def _groups(self, limit: int) -> Sequence[QuestionGroup]:
        since = midnight(self._service.now(), CHART_DAYS - 1)
        query = partial(statistics.newest_unanswered, since=since, limit=limit)
        questions, library = await self._service.state.run(query), self._service.library
        if not questions:
            return []
        group = partial(group_questions, questions, library.embed, model=library.model)
        return await asyncio.to_thread(group)
