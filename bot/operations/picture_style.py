"""Shared style of pictures for phones: width, colours, font, and cutting texts to fit.

Matplotlib is an extra and takes a second to load, hence the local imports.
"""

from __future__ import annotations

import math
import threading
from functools import cache
from importlib.util import find_spec

from bot.errors import ChartError

WIDTH, DPI = 1080, 150  # pixels, dots per inch
PAPER, INK, FAINT, GRID = "#ffffff", "#1f2933", "#7b8794", "#e4e7eb"
BLUE, ORANGE = "#1d6996", "#e1812c"

DRAWING = threading.Lock()  # matplotlib is not thread-safe


def can_draw() -> bool:
    return find_spec("matplotlib") is not None


def require_charts(option: str) -> None:
    """Raise ChartError with the option's name if matplotlib is missing."""
    if not can_draw():
        raise ChartError("charts-no-library", subject=option)


def cut_text(title: str, size: float, points: float) -> str:
    """Cut a text of this size to a width in points, between words if possible."""
    width = text_width(title, size)
    if width <= points:
        return title
    # An estimate, then character by character.
    start = title[: math.floor(len(title) * points / width) + 8]
    while text_width(f"{start}…", size) > points:
        start = start[:-1]
    at_word = start.rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return f"{at_word if len(at_word) > len(start) / 2 else start}…"


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a drawn text, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def drawable_text(text: str) -> str:
    """Remove characters that the font lacks, such as emoji."""
    return " ".join(
        "".join(character for character in text if ord(character) in _characters()).split()
    )


@cache
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
