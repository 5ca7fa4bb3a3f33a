"""The page of figures: questions and answering times by day, drawn as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.locale import format
from bot.locale.catalogue import Language
from bot.locale.statistics import StatisticsPhrases
from bot.operations.statistics import CHART_DAYS, Day, usage_figures
from bot.web.administration.page import AdminSite

WIDTH, HEIGHT = 600, 120  # of the bars, in units of the drawing
_SPANS = (7, CHART_DAYS, 90)  # days to choose from
_GAP_SHARE = 0.2  # of the room for a bar


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day's bar: answered questions below refused ones."""

    name: str
    answered: int
    refused: int
    x: float
    width: float
    answered_height: float
    refused_height: float


def draw_days(days: Sequence[Day], language: Language) -> list[DayBar]:
    """Bars of the days, scaled to the fullest."""
    room, most = WIDTH / len(days), max(1, *(day.questions for day in days))
    return [
        DayBar(
            format.short_day(day.day, language),
            day.answered,
            day.refused,
            round(room * (at + _GAP_SHARE / 2), 2),
            round(room * (1 - _GAP_SHARE), 2),
            round(HEIGHT * day.answered / most, 2),
            round(HEIGHT * day.refused / most, 2),
        )
        for at, day in enumerate(days)
    ]


class FiguresPage:
    def __init__(self, site: AdminSite) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        return [self._site.route("/chiffres", self.show)]

    async def show(self, request: Request) -> Response:
        service, language = self._site.service, request.state.visitor.language
        typed = request.query_params.get("jours", "")
        span = next((days for days in _SPANS if str(days) == typed), CHART_DAYS)
        read = partial(usage_figures, now=service.now(), days=span)
        figures = await service.state.run(read)
        return self._site.page(
            request,
            "chiffres",
            bars=draw_days(figures.days, language),
            figures=figures,
            most=max(day.questions for day in figures.days),
            names=StatisticsPhrases.of(language),
            spans=[days for days in _SPANS if days <= service.settings.keep_days],
            span=span,
        )
