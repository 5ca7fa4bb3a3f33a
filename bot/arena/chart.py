"""The standings as a picture: one row per writer, with its rating and interval."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from bot.arena.board import record_line
from bot.arena.rating import MEAN_RATING
from bot.arena.standings import Standing, Standings
from bot.arena.texts import ArenaPhrases, StandingsPhrases
from bot.operations.picture_style import (
    BLUE,
    DPI,
    DRAWING,
    FAINT,
    GRID,
    INK,
    PAPER,
    WIDTH,
    cut_text,
    drawable_text,
    text_width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EDGE, _RIGHT = 0.06, 0.94  # shares of the width
_TOP, _ROW, _BOTTOM = 185, 150, 265  # pixels above the rows, per row, and below
_NAME, _RATING, _SMALL, _NOTES = 13.0, 15.0, 10.0, 9.5  # points
_MIN_SPAN = 60.0  # rating points on each side of the mean


def draw_standings(standings: Standings, language: str) -> bytes:
    """Draw a PNG, 1,080 pixels wide, of at least one rated writer. Takes about a second."""
    with DRAWING:
        return _draw(standings, StandingsPhrases.of(language), ArenaPhrases.of(language))


def _draw(standings: Standings, phrases: StandingsPhrases, names: ArenaPhrases) -> bytes:
    from matplotlib.figure import Figure

    rows = standings.rated
    height = _TOP + _ROW * len(rows) + _BOTTOM
    sheet = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)

    def write(text: str, x: float, top: float, size: float, color: str, **more: Any) -> None:
        sheet.text(x, 1 - top / height, text, size=size, color=color, va="center", **more)

    write(phrases.title, _EDGE, 62, 17, INK, weight="bold")
    write(phrases.votes(standings.votes, standings.people), _EDGE, 118, 11, FAINT)
    low, high = _find_range(rows)
    base = _TOP + _ROW * len(rows)
    axes = sheet.add_axes((_EDGE, 1 - base / height, _RIGHT - _EDGE, (base - _TOP) / height))
    _frame(axes, len(rows), low, high, phrases)
    room = (_RIGHT - _EDGE) * WIDTH * 72 / DPI
    for place, row in enumerate(rows):
        _row(axes, place, row)
        top = _TOP + _ROW * place
        assert row.rating is not None
        rating = phrases.number(round(row.rating.value))
        x = room - text_width(rating, _RATING, bold=True) - 2 * _NAME
        name = drawable_text(names.writer(row.writer))
        label = cut_text(f"{place + 1}. {name}", _NAME, x / 1.08)  # bold letters are wider
        write(label, _EDGE, top + 22, _NAME, INK, weight="bold", parse_math=False)
        write(rating, _RIGHT, top + 22, _RATING, INK, weight="bold", ha="right")
        write(record_line(row, phrases, names), _EDGE, top + 106, _SMALL, FAINT, parse_math=False)
    lines = "\n".join((phrases.scale, phrases.whiskers, phrases.means))
    below = 1 - (base + 78) / height
    sheet.text(_EDGE, below, lines, size=_NOTES, color=FAINT, va="top", linespacing=1.55)
    out = io.BytesIO()
    sheet.savefig(out, format="png")
    return out.getvalue()


def _find_range(rows: tuple[Standing, ...]) -> tuple[float, float]:
    """Return limits of the scale that cover all intervals and the mean, with a margin."""
    ends = [MEAN_RATING - _MIN_SPAN, MEAN_RATING + _MIN_SPAN]
    for row in rows:
        assert row.rating is not None
        ends += [row.rating.interval.low, row.rating.interval.high]
    margin = (max(ends) - min(ends)) * 0.04
    return min(ends) - margin, max(ends) + margin


def _frame(axes: Axes, rows: int, low: float, high: float, phrases: StandingsPhrases) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(low, high)
    axes.set_ylim(rows, 0)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=(1, 2, 5, 10), integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: phrases.number(round(value))))
    axes.tick_params(length=0, labelsize=_SMALL, labelcolor=FAINT, pad=6)
    axes.patch.set_alpha(0)
    axes.spines[:].set_visible(False)
    for place in range(rows):
        # Grid lines only behind the bars, not behind text.
        for tick in axes.xaxis.get_majorticklocs():
            if low <= tick <= high:
                shade, span = FAINT if tick == MEAN_RATING else GRID, (place + 0.32, place + 0.58)
                axes.plot((tick, tick), span, color=shade, linewidth=1, zorder=0)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(GRID)


def _row(axes: Axes, place: int, row: Standing) -> None:
    assert row.rating is not None
    middle, interval = place + 0.45, row.rating.interval
    span = (interval.low, interval.high)
    axes.plot(span, (middle, middle), color=BLUE, linewidth=7, alpha=0.35, solid_capstyle="round")
    axes.plot(row.rating.value, middle, "o", color=BLUE, markersize=9)
