"""The statistics as a picture to look at on a phone: 1,080 pixels wide, upright.

Matplotlib takes a second to load: only who asks for the picture waits for it.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.locale.statistics import StatisticsPhrases
from bot.operations.statistics import Day, UsageFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, DPI = 1080, 150
_TOP, _ROW = 790, 59  # pixels: above the list of articles, and of each of its rows
_BOTTOM = 50

_PAPER, _INK, _FAINT = "#ffffff", "#1f2933", "#7b8794"
_ANSWERED, _REFUSED, _GRID = "#1d6996", "#e1812c", "#e4e7eb"
_EDGE, _RIGHT = 0.07, 0.95  # shares of the width
_TILES = ((_EDGE, 0.25), (0.36, 0.25), (0.65, 0.31))  # where each begins, and how wide it may be
_TITLE, _TICK = 10.5, 10.0  # points
_DATES = 5
"""How many dates stand below the bars, about; a week apart or several."""
_FEW = 7
"""Days that have the width to themselves: fewer leave some of it empty."""

_drawing = threading.Lock()


def draw_chart(figures: UsageFigures, phrases: StatisticsPhrases) -> bytes:
    """A PNG of the figures. Takes about a second, and more the first time."""
    with _drawing:  # matplotlib shares fonts between threads, and says that it is not made for it
        return _drawn(figures, phrases)


def _drawn(figures: UsageFigures, phrases: StatisticsPhrases) -> bytes:
    from matplotlib.figure import Figure

    height = _TOP + _ROW * max(1, len(figures.cited)) + _BOTTOM
    sheet = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=_PAPER)
    days = figures.days

    def write(text: str, left: float, top: int, size: float, color: str, **more: Any) -> None:
        sheet.text(left, 1 - top / height, text, size=size, color=color, va="center", **more)

    def axes(top: int, bottom: int, left: float) -> Axes:
        share = (left, 1 - bottom / height, _RIGHT - left, (bottom - top) / height)
        return sheet.add_axes(share)

    write(phrases.span(days[0].day, days[-1].day), _EDGE, 51, 12, _FAINT)
    for (left, width), (figure, label) in zip(_TILES, _tiles(figures, phrases), strict=True):
        size = min(26, 26 * width * WIDTH * 72 / DPI / _width(figure, 26, bold=True))
        write(figure, left, 128, size, _INK, weight="bold")
        write(label, left, 180, 11, _FAINT)
    write(phrases.a_day, _EDGE, 257, 13, _INK, weight="bold")
    most = phrases.number(max(4, *(each.asked for each in days)))
    beside = (_width(most, _TICK) * DPI / 72 + 12) / WIDTH
    _bars(axes(311, 675, _EDGE + beside), days, phrases)
    write(phrases.most_cited, _EDGE, 766, 13, _INK, weight="bold")
    _titles(axes(_TOP, height - _BOTTOM, _EDGE), figures, phrases)
    out = io.BytesIO()
    sheet.savefig(out, format="png")
    return out.getvalue()


def _tiles(figures: UsageFigures, phrases: StatisticsPhrases) -> Sequence[tuple[str, str]]:
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
    spare = max(0, _FEW - len(days)) / 2
    axes.set_xlim(-0.6 - spare, len(days) - 0.4 + spare)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: phrases.number(round(value))))
    apart = 7 * math.ceil(len(days) / (7 * _DATES))
    labelled = list(places)[::-1][::apart]  # today has its date in any case
    axes.set_xticks(labelled, [phrases.short_day(days[place].day) for place in labelled])
    if len(days) > _FEW:
        axes.get_xticklabels()[0].set_horizontalalignment("right")  # today's, at the edge
    axes.tick_params(length=0, labelsize=_TICK, labelcolor=_FAINT)
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


def _titles(axes: Axes, figures: UsageFigures, phrases: StatisticsPhrases) -> None:
    """The most cited articles, each title above its bar, where it has the whole width."""
    axes.set_axis_off()
    cited = figures.cited
    axes.set_ylim(max(1, len(cited)) - 0.3, -0.7)
    if not cited:
        axes.text(0, 0, phrases.nothing_cited, size=11, color=_FAINT, va="center")
        return
    most = cited[0].answers
    axes.set_xlim(0, most)
    axes.barh(range(len(cited)), [each.answers for each in cited], height=0.2, color=_ANSWERED)
    room = (_RIGHT - _EDGE) * WIDTH * 72 / DPI
    for row, each in enumerate(cited):
        number, above = phrases.number(each.answers), row - 0.37
        left = room - _width(number, _TITLE) - 2 * _TITLE
        title = _cut(_drawable(each.title) or each.id, left)
        axes.text(0, above, title, size=_TITLE, color=_INK, va="center", parse_math=False)
        axes.text(most, above, number, size=_TITLE, color=_INK, va="center", ha="right")


def _cut(title: str, points: float) -> str:
    """A title that is no wider, cut between words where it can be."""
    if _width(title, _TITLE) <= points:
        return title
    # About as much as fits, then letter by letter: wide letters are seldom many.
    kept = title[: math.floor(len(title) * points / _width(title, _TITLE)) + 8]
    while _width(f"{kept}…", _TITLE) > points:
        kept = kept[:-1]
    at_word = kept.rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return f"{at_word if len(at_word) > len(kept) / 2 else kept}…"


def _width(text: str, size: float, *, bold: bool = False) -> float:
    """Of a text as it is drawn, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def _drawable(text: str) -> str:
    """What the font has of a text: an emoji would be an empty box."""
    return " ".join("".join(each for each in text if ord(each) in _characters()).split())


@cache
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
