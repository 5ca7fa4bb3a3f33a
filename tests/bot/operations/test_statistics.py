"""Days, shares and percentiles, as they are shown and drawn."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from bot.locale.statistics import StatisticsPhrases
from bot.operations.chart import WIDTH, draw_chart
from bot.operations.statistics import (
    MAX_CITED_ARTICLES,
    Day,
    Today,
    UsageFigures,
    count_days,
    percentile,
)
from bot.state.statistics import CitedArticle, QuestionRecord, Votes

TODAY = date(2026, 3, 1)


def asked(day: date, answered: bool, elapsed: float | None = None) -> QuestionRecord:
    """At noon on this machine's clock."""
    return QuestionRecord(
        datetime(day.year, day.month, day.day, 12).astimezone(), answered, elapsed
    )


def test_every_day_is_there_and_the_last_is_today() -> None:
    questions = [asked(TODAY, True), asked(TODAY, False), asked(date(2026, 2, 27), True)]
    assert count_days(questions, TODAY, 4) == (
        Day(date(2026, 2, 26)),
        Day(date(2026, 2, 27), 1, 0),
        Day(date(2026, 2, 28)),
        Day(TODAY, 1, 1),
    )


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([7.0], 0.95, 7.0),
        ([4.0, 3.0, 1.0, 2.0], 0.5, 2.0),
        (list(range(1, 101)), 0.95, 95),
    ],
)
def test_a_percentile_is_a_value(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_questions_without_a_time_count_but_for_the_time() -> None:
    today = Today.of([asked(TODAY, True, 10.0), asked(TODAY, False, 30.0), asked(TODAY, True)])
    assert today == Today(3, 2, 10.0, 30.0)
    assert Today.of([]) == Today(0, 0, None, None)


EN, FR = StatisticsPhrases.of("en"), StatisticsPhrases.of("fr")

LAST = date(2026, 3, 1)
LONG = "Budget municipal : un plan pluriannuel d’investissement de 312 millions d’euros " * 3
EDGE = 15
"""Pixels at each side that nothing may be drawn on."""


def figures(
    days: int = 30, asked: int = 40, votes: int = 9, titles: tuple[str, ...] = ("Un phare",)
) -> UsageFigures:
    dates = (LAST - timedelta(days=back) for back in reversed(range(days)))
    each = tuple(Day(date, asked, asked // 4) for date in dates)
    cited = tuple(CitedArticle(str(n), title, 1000 - n) for n, title in enumerate(titles))
    return UsageFigures(each, Votes(votes, votes), cited)


@pytest.mark.parametrize(
    ("of", "phrases"),
    [
        (figures(), FR),
        (figures(asked=0, votes=0, titles=()), EN),
        (figures(days=1), FR),
        (figures(days=90), EN),
        (figures(asked=1_234_567, votes=1_234_567), FR),
        (figures(titles=(LONG,) * MAX_CITED_ARTICLES), EN),
        (figures(titles=("M" * 300, "$x_1$ & <b>", "🚲 La Ville", "日本", "\u202e abc")), FR),
    ],
    ids=["usual", "nothing", "one day", "ninety days", "large", "long titles", "odd titles"],
)
def test_nothing_is_drawn_beyond_the_edges(of: UsageFigures, phrases: StatisticsPhrases) -> None:
    pixels = np.asarray(Image.open(io.BytesIO(draw_chart(of, phrases))).convert("L"))
    assert pixels.shape[1] == WIDTH
    for side in (pixels[:, :EDGE], pixels[:, -EDGE:], pixels[:EDGE], pixels[-EDGE:]):
        assert side.min() == 255
