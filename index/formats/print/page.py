"""What is on a printed page."""

from __future__ import annotations

from dataclasses import dataclass

_STAMP = 40  # letters that may stand on a scan: a page's number, the name of an application
_COVERED = 0.5  # of the page, by one picture: a scan
_UNREADABLE = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line, and where they stand, in points from the page's top left corner.

    `size` is that of the letters. `cells` are its parts where wide gaps part it, else empty, and
    `edges` where each begins and ends.
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
class Page:
    """`number` counts from 0. `marked` tells whether anything at all is drawn on the page, and
    `pictured` which share of it the largest picture covers, so that a page of few words may be a
    scan. `cut` tells that there was too much on it to be read to its end."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    marked: bool = False
    pictured: float = 0.0
    cut: bool = False

    @property
    def is_scan(self) -> bool:
        """Whether its words, if there are any, must be read from a picture."""
        words = "".join(line.text for line in self.lines)
        letters = sum(map(str.isalnum, words))
        if letters < _STAMP:
            return self.pictured >= _COVERED or (self.marked and not letters)
        return sum(map(_unreadable, words)) > _UNREADABLE * len(words)


def _unreadable(letter: str) -> bool:
    """Whether no letter is known for what the font shows."""
    return letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff"
