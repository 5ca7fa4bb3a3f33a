"""The statistics as a picture to look at on a phone: 1,080 pixels wide, upright.

Matplotlib takes a second to load: only who asks for the picture waits for it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.phrases.statistics import StatisticsPhrases
from bot.statistics.figures import Day, Figures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, DPI = 1080, 1350, 150
TITLE_LENGTH = 52
"""Characters of an article's title that a line holds."""

_PAPER, _INK, _FAINT = "#ffffff", "#1f2933", "#7b8794"
_ANSWERED, _REFUSED, _GRID = "#1d6996", "#e1812c", "#e4e7eb"
_EDGE, _RIGHT = 0.07, 0.95  # shares of the width
_LABELLED = 7  # days from one date below the bars to the next


def picture(figures: Figures, phrases: StatisticsPhrases) -> bytes:
    """A PNG of the figures. Takes about a second, and more the first time."""
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=_PAPER)
    days = figures.days
    sheet.text(
        _EDGE, 0.962, phrases.span(days[0].day, days[-1].day), size=12, color=_FAINT, va="center"
    )
    for place, (figure, label) in zip((_EDGE, 0.36, 0.65), _tiles(figures, phrases), strict=True):
        sheet.text(place, 0.905, figure, size=26, weight="bold", color=_INK, va="center")
        sheet.text(place, 0.867, label, size=11, color=_FAINT, va="center")
    sheet.text(_EDGE, 0.81, phrases.a_day, size=13, weight="bold", color=_INK, va="center")
    _bars(sheet.add_axes((0.1, 0.5, _RIGHT - 0.1, 0.27)), days, phrases)
    sheet.text(_EDGE, 0.425, phrases.most_cited, size=13, weight="bold", color=_INK, va="center")
    _titles(sheet.add_axes((_EDGE, 0.03, _RIGHT - _EDGE, 0.37)), figures, phrases)
    out = io.BytesIO()
    sheet.savefig(out, format="png")
    return out.getvalue()


def _tiles(figures: Figures, phrases: StatisticsPhrases) -> Sequence[tuple[str, str]]:
    asked, votes, number = figures.asked, figures.votes, phrases.number
    share = phrases.percent(figures.answered / asked) if asked else "–"
    return (
        (number(asked), phrases.questions(asked)),
        (share, phrases.with_answer),
        (f"{number(votes.good)} / {number(votes.bad)}", phrases.votes),
    )


def _bars(axes: Axes, days: Sequence[Day], phrases: StatisticsPhrases) -> None:
    """A bar a day, what was answered below what was not."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    places = range(len(days))
    answered = [each.answered for each in days]
    refused = [each.refused for each in days]
    axes.bar(places, answered, width=0.78, color=_ANSWERED, label=phrases.answered)
    axes.bar(places, refused, width=0.78, bottom=answered, color=_REFUSED, label=phrases.refused)
    axes.set_ylim(0, 1.05 * max(4, *(each.asked for each in days)))
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: phrases.number(round(value))))
    labelled = list(places)[::-1][::_LABELLED]  # today has its date in any case
    axes.set_xticks(labelled, [phrases.short_day(days[place].day) for place in labelled])
    axes.tick_params(length=0, labelsize=10, labelcolor=_FAINT)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID)
    axes.spines[:].set_visible(False)
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.01, 1.0),
        ncols=2,
        frameon=False,
        fontsize=10,
        labelcolor=_INK,
        handlelength=0.9,
        handleheight=0.9,
        columnspacing=1.2,
    )


def _titles(axes: Axes, figures: Figures, phrases: StatisticsPhrases) -> None:
    """The most cited articles, each title above its bar, where it has the whole width."""
    from bot.statistics.figures import MOST_CITED

    axes.set_axis_off()
    axes.set_ylim(MOST_CITED - 0.2, -0.75)
    cited = figures.cited[:MOST_CITED]
    if not cited:
        axes.text(0, 0, phrases.nothing_cited, size=11, color=_FAINT, va="center")
        return
    most = cited[0].answers
    axes.set_xlim(0, most)
    axes.barh(range(len(cited)), [each.answers for each in cited], height=0.2, color=_ANSWERED)
    for row, each in enumerate(cited):
        title = _cut(_drawable(each.title) or each.id)
        above = row - 0.37
        axes.text(0, above, title, size=10.5, color=_INK, va="center", parse_math=False)
        number = phrases.number(each.answers)
        axes.text(most, above, number, size=10.5, color=_INK, va="center", ha="right")


def _cut(title: str) -> str:
    if len(title) <= TITLE_LENGTH:
        return title
    kept = title[: TITLE_LENGTH - 1]
    at_word = kept.rsplit(" ", 1)[0] if " " in kept else kept
    return f"{at_word if len(at_word) > TITLE_LENGTH // 2 else kept}…"


def _drawable(text: str) -> str:
    """What the font has of a text: an emoji would be an empty box."""
    return " ".join("".join(each for each in text if ord(each) in _characters()).split())


@cache
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
