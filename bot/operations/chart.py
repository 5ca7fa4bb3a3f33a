"""Usage statistics as a picture for phones: 1,080 pixels wide, portrait."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.locale.statistics import StatisticsPhrases
from bot.operations.picture_style import (
    BLUE,
    DPI,
    DRAWING,
    FAINT,
    GRID,
    INK,
    ORANGE,
    PAPER,
    WIDTH,
    cut_text,
    drawable_text,
    text_width,
)
from bot.operations.statistics import Day, UsageFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TOP, _ROW, _BOTTOM = 790, 59, 50  # pixels above the list of articles, per row, and below

_ANSWERED, _REFUSED = BLUE, ORANGE
_EDGE, _RIGHT = 0.07, 0.95  # shares of the width
_TILES = ((_EDGE, 0.25), (0.36, 0.25), (0.65, 0.31))  # left edge and maximum width
_TITLE, _TICK = 10.5, 10.0  # points
_DATES = 5  # labels below the bars, roughly; whole weeks apart
_FULL_WIDTH_DAYS = 7  # fewer days leave some of the width empty


def draw_chart(figures: UsageFigures, phrases: StatisticsPhrases) -> bytes:
    """Draw the figures as PNG. Takes about a second, and more the first time."""
    with DRAWING:
        return _draw(figures, phrases)


def _draw(figures: UsageFigures, phrases: StatisticsPhrases) -> bytes:
    from matplotlib.figure import Figure

    height = _TOP + _ROW * max(1, len(figures.cited)) + _BOTTOM
    sheet = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)
    days = figures.days

    def write(text: str, x: float, top: int, size: float, color: str, **more: Any) -> None:
        sheet.text(x, 1 - top / height, text, size=size, color=color, va="center", **more)

    def axes(top: int, bottom: int, x: float) -> Axes:
        share = (x, 1 - bottom / height, _RIGHT - x, (bottom - top) / height)
        return sheet.add_axes(share)

    write(phrases.span(days[0].day, days[-1].day), _EDGE, 51, 12, FAINT)
    questions, votes, number = figures.questions, figures.votes, phrases.number
    tiles = (
        (number(questions), phrases.questions(questions)),
        (phrases.percent(figures.answered / questions) if questions else "–", phrases.with_answer),
        (f"{number(votes.good)} / {number(votes.bad)}", phrases.votes),
    )
    for (x, width), (figure, label) in zip(_TILES, tiles, strict=True):
        size = min(26, 26 * width * WIDTH * 72 / DPI / text_width(figure, 26, bold=True))
        write(figure, x, 128, size, INK, weight="bold")
        write(label, x, 180, 11, FAINT)
    write(phrases.a_day, _EDGE, 257, 13, INK, weight="bold")
    most = phrases.number(max(4, *(day.questions for day in days)))
    beside = (text_width(most, _TICK) * DPI / 72 + 12) / WIDTH
    _bars(axes(311, 675, _EDGE + beside), days, phrases)
    write(phrases.most_cited, _EDGE, 766, 13, INK, weight="bold")
    _titles(axes(_TOP, height - _BOTTOM, _EDGE), figures, phrases)
    out = io.BytesIO()
    sheet.savefig(out, format="png")
    return out.getvalue()


def _bars(axes: Axes, days: Sequence[Day], phrases: StatisticsPhrases) -> None:
    """Draw a bar per day, answered questions below refused ones."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    places = range(len(days))
    answer_counts = [day.answered for day in days]
    refusal_counts = [day.refused for day in days]
    axes.bar(places, answer_counts, width=0.78, color=_ANSWERED, label=phrases.answered)
    axes.bar(
        places,
        refusal_counts,
        width=0.78,
        bottom=answer_counts,
        color=_REFUSED,
        label=phrases.refused,
    )
    axes.set_ylim(0, 1.05 * max(4, *(day.questions for day in days)))
    spare = max(0, _FULL_WIDTH_DAYS - len(days)) / 2
    axes.set_xlim(-0.6 - spare, len(days) - 0.4 + spare)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: phrases.number(round(value))))
    apart = 7 * math.ceil(len(days) / (7 * _DATES))
    labelled_places = list(places)[::-1][::apart]  # today has its date in any case
    axes.set_xticks(
        labelled_places, [phrases.short_day(days[place].day) for place in labelled_places]
    )
    if len(days) > _FULL_WIDTH_DAYS:
        axes.get_xticklabels()[0].set_horizontalalignment("right")  # today's, at the edge
    axes.tick_params(length=0, labelsize=_TICK, labelcolor=FAINT)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID)
    axes.spines[:].set_visible(False)
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.01, 1.0),
        ncols=2,
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        handlelength=0.9,
        handleheight=0.9,
        columnspacing=1.2,
    )


def _titles(axes: Axes, figures: UsageFigures, phrases: StatisticsPhrases) -> None:
    """Draw the most cited articles, each title above its bar, with the whole width."""
    axes.set_axis_off()
    articles = figures.cited
    axes.set_ylim(max(1, len(articles)) - 0.3, -0.7)
    if not articles:
        axes.text(0, 0, phrases.nothing_cited, size=11, color=FAINT, va="center")
        return
    most = articles[0].answers
    axes.set_xlim(0, most)
    axes.barh(
        range(len(articles)), [article.answers for article in articles], height=0.2, color=_ANSWERED
    )
    room = (_RIGHT - _EDGE) * WIDTH * 72 / DPI
    for row, article in enumerate(articles):
        number, above = phrases.number(article.answers), row - 0.37
        width = room - text_width(number, _TITLE) - 2 * _TITLE
        title = cut_text(drawable_text(article.title) or article.id, _TITLE, width)
        axes.text(0, above, title, size=_TITLE, color=INK, va="center", parse_math=False)
        axes.text(most, above, number, size=_TITLE, color=INK, va="center", ha="right")
