"""The picture holds, whatever there is to draw."""

from __future__ import annotations

import io
from datetime import date, timedelta

import numpy as np
import pytest
from PIL import Image

from bot.locale.statistics import StatisticsPhrases
from bot.operations.chart import WIDTH, draw_chart
from bot.operations.statistics import MAX_CITED_ARTICLES, Day, UsageFigures
from bot.state.statistics import CitedArticle, Votes

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
