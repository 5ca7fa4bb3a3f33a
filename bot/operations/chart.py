"""Usage statistics as a picture for phones: 1,080 pixels wide, portrait.

Matplotlib is an extra and takes a second to load, hence the local imports.
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from bot.locale import format
from bot.locale.statistics import StatisticsPhrases
from bot.operations.statistics import Day, UsageFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, DPI = 1080, 150  # pixels, dots per inch
_PAPER, _INK, _FAINT, _GRID = "#ffffff", "#1f2933", "#7b8794", "#e4e7eb"

_DRAWING = threading.Lock()  # matplotlib is not thread-safe


_TOP, _ROW, _BOTTOM = 790, 59, 50  # pixels above the list of articles, per row, and below

_ANSWERED, _REFUSED = "#1d6996", "#e1812c"
_EDGE, _RIGHT = 0.07, 0.95  # shares of the width
_TILES = ((_EDGE, 0.25), (0.36, 0.25), (0.65, 0.31))  # left edge and maximum width
_TITLE, _TICK = 10.5, 10.0  # points
_DATES = 5  # labels below the bars, roughly; whole weeks apart
_FULL_WIDTH_DAYS = 7  # fewer days leave some of the width empty


def draw_chart(figures: UsageFigures, phrases: StatisticsPhrases) -> bytes:
    """Draw the figures as PNG. Takes about a second, and more the first time."""
    with _DRAWING:
        return _draw(figures, phrases)


def _draw(figures: UsageFigures, phrases: StatisticsPhrases) -> bytes:
    from matplotlib.figure import Figure

    height = _TOP + _ROW * max(1, len(figures.cited)) + _BOTTOM
    sheet = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=_PAPER)
    days = figures.days

    def write(text: str, x: float, top: int, size: float, color: str, **more: Any) -> None:
        sheet.text(x, 1 - top / height, text, size=size, color=color, va="center", **more)

    def axes(top: int, bottom: int, x: float) -> Axes:
        share = (x, 1 - bottom / height, _RIGHT - x, (bottom - top) / height)
        return sheet.add_axes(share)

    write(format.title_period(days[0].day, days[-1].day, phrases.code), _EDGE, 51, 12, _FAINT)
    questions, votes = figures.questions, figures.votes
    good, bad = (format.number(count, phrases.code) for count in (votes.good, votes.bad))
    tiles = (
        (format.number(questions, phrases.code), phrases.questions(questions)),
        (
            format.percent(figures.answered / questions, phrases.code) if questions else "–",
            phrases.with_answer,
        ),
        (f"{good} / {bad}", phrases.votes),
    )
    for (x, width), (figure, label) in zip(_TILES, tiles, strict=True):
        size = min(26, 26 * width * WIDTH * 72 / DPI / _text_width(figure, 26, bold=True))
        write(figure, x, 128, size, _INK, weight="bold")
        write(label, x, 180, 11, _FAINT)
    write(phrases.a_day, _EDGE, 257, 13, _INK, weight="bold")
    most = format.number(max(4, *(day.questions for day in days)), phrases.code)
    beside = (_text_width(most, _TICK) * DPI / 72 + 12) / WIDTH
    _bars(axes(311, 675, _EDGE + beside), days, phrases)
    write(phrases.most_cited, _EDGE, 766, 13, _INK, weight="bold")
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
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: format.number(round(value), phrases.code))
    )
    apart = 7 * math.ceil(len(days) / (7 * _DATES))
    labelled_places = list(places)[::-1][::apart]  # today has its date in any case
    axes.set_xticks(
        labelled_places,
        [format.short_day(days[place].day, phrases.code) for place in labelled_places],
    )
    if len(days) > _FULL_WIDTH_DAYS:
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
    """Draw the most cited articles, each title above its bar, with the whole width."""
    axes.set_axis_off()
    articles = figures.cited
    axes.set_ylim(max(1, len(articles)) - 0.3, -0.7)
    if not articles:
        axes.text(0, 0, phrases.nothing_cited, size=11, color=_FAINT, va="center")
        return
    most = articles[0].answers
    axes.set_xlim(0, most)
    axes.barh(
        range(len(articles)), [article.answers for article in articles], height=0.2, color=_ANSWERED
    )
    room = (_RIGHT - _EDGE) * WIDTH * 72 / DPI
    for row, article in enumerate(articles):
        number, above = format.number(article.answers, phrases.code), row - 0.37
        width = room - _text_width(number, _TITLE) - 2 * _TITLE
        title = _cut_text(_drawable_text(article.title) or article.id, _TITLE, width)
        axes.text(0, above, title, size=_TITLE, color=_INK, va="center", parse_math=False)
        axes.text(most, above, number, size=_TITLE, color=_INK, va="center", ha="right")


def can_draw() -> bool:
    return find_spec("matplotlib") is not None


def _cut_text(title: str, size: float, points: float) -> str:
    """Cut a text of this size to a width in points, between words if possible."""
    width = _text_width(title, size)
    if width <= points:
        return title
    # An estimate, then character by character.
    start = title[: math.floor(len(title) * points / width) + 8]
    while _text_width(f"{start}…", size) > points:
        start = start[:-1]
    at_word = start.rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return f"{at_word if len(at_word) > len(start) / 2 else start}…"


def _text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a drawn text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def _drawable_text(text: str) -> str:
    """Remove characters that the font lacks, such as emoji."""
    return " ".join(
        "".join(character for character in text if ord(character) in _characters()).split()
    )


@cache
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
