"""Printed pages, their lines and margins."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

from index.text.numbers import roman_value

_STAMP = 40  # letters that a scan may have: a page number, the name of an application
_SCAN_SHARE = 0.5  # share of the page in one image: a scan
_UNREADABLE = 0.3  # share of characters that the font does not identify


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """Text on one line and its box, in points from the page's top left corner.

    `size` is the font's. `cells` are its parts if wide gaps split it, `edges` their left and right
    ends.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool = False
    cells: tuple[str, ...] = ()
    edges: tuple[tuple[float, float], ...] = ()

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page; `number` counts from 0.

    `has_content` is True if anything is drawn on it, `image_share` the share that the largest image
    covers, `is_cut` True if its text was too long.
    """

    number: int
    width: float
    height: float
    lines: tuple[PrintedLine, ...]
    has_content: bool = False
    image_share: float = 0.0
    is_cut: bool = False

    @property
    def is_scan(self) -> bool:
        """True if its words must be read from an image."""
        words = "".join(line.text for line in self.lines)
        letters = sum(map(str.isalnum, words))
        if letters < _STAMP:
            return self.image_share >= _SCAN_SHARE or (self.has_content and not letters)
        unknown = sum(letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff" for letter in words)
        return unknown > _UNREADABLE * len(words)


_MARGIN = 0.15  # share of the page's height, at the top and at the bottom
_SHIFT = 0.03  # share of the height by which a repeated line may move
_LENGTH = 200  # characters of a line in a margin
_NUMBERS = 3  # numbers of a line in a margin; more are data
_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxl]{1,7}", re.IGNORECASE)
_FOLIO = re.compile(
    r"[-–—|\s]*+(?:(?:page|p\.)\s*+)?1\s*+(?:(?:/|sur|of|de|von)\s*+1)?+[-–—|\s]*+", re.IGNORECASE
)


def drop_margins(pages: Sequence[PrintedPage]) -> list[PrintedPage]:
    """Drop the lines that recur at the same place, page after page, but for page numbers.

    They must recur on three pages; on two if these are all, or if the lines have page numbers.
    """
    margin_lines: set[int] = set()
    # By text and half of the page: page, middle as a share of the page's height, line.
    groups: dict[tuple[str, bool], list[tuple[int, float, PrintedLine]]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            at = line.middle / (page.height or 1.0)
            if not _MARGIN < at < 1 - _MARGIN and len(line.text) <= _LENGTH:
                for key in _keys(line.text, page.number):
                    groups[key, at < 0.5].append((page.number, at, line))
    for (key, _), places in groups.items():
        middle = median(at for _, at, _ in places)
        near = {id(line): number for number, at, line in places if abs(at - middle) <= _SHIFT}
        enough = 2 if len(pages) == 2 or "#" in key else 3
        if len(set(near.values())) >= enough:
            margin_lines.update(near)
    if len(pages) == 1:  # drop only its number
        height = pages[0].height or 1.0
        margin_lines = {
            id(line)
            for line in pages[0].lines
            if not _MARGIN / 2 < line.middle / height < 1 - _MARGIN / 2
            and _FOLIO.fullmatch(line.text)
        }
    return [
        replace(page, lines=tuple(line for line in page.lines if id(line) not in margin_lines))
        for page in pages
    ]


def _keys(text: str, page: int) -> Iterator[str]:
    """Yield the line unchanged, and with each of its numbers relative to the page's."""
    plain = " ".join(text.casefold().split()).replace("#", "")
    if _ROMAN.fullmatch(plain):
        yield f"#{roman_value(plain) - page}"
    numbers = _NUMBER.findall(plain)
    if len(numbers) > _NUMBERS or any(len(number) > 6 for number in numbers):
        yield plain
        return
    parts = _NUMBER.split(plain)
    variants = [(number, f"#{int(number) - page}") for number in numbers]
    for combination in product(*variants):
        pairs = zip(combination, parts[1:], strict=True)
        yield parts[0] + "".join(number + part for number, part in pairs)
