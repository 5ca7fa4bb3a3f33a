"""Whether a number or a date stands in the passages for what the claim says it stands for.

« 87 maisons et 13 200 églises » names two true numbers, each for the other. A figure of the claim
is compared where it stands with the same figure in the passages and with its rivals, other figures
of its kind: the one whose neighbours are those of the claim should be the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.checking.alignment import STRONG, Alignment
from bot.checking.dates import Moment
from bot.checking.numbers import Quantity
from bot.checking.reading import Text

NEAR = 3.0  # words over which a neighbour's weight falls by half
COMMA = 2.0  # words that a sign between counts for
ALIKE = 0.5  # cosine from which a word of the passages is the neighbour
AHEAD = 1.3  # how much better a rival must fit
REACH = 3  # words behind a number among which is what it counts
COUNTED = 0.15  # how much closer what a rival counts must be
SURE = 0.35  # and by how much more at least


@dataclass(frozen=True, slots=True)
class _Place:
    """A figure in a line of the ground: its words, from `first` to `last` among the line's."""

    line: int
    first: int
    last: int
    same: bool


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure of the claim, and where figures of its kind stand in the ground."""

    told: Quantity | Moment
    places: tuple[_Place, ...]


def misplaced_number(alignment: Alignment) -> bool:
    """Whether a number of the claim stands for something else in the passages."""
    claim = alignment.claim
    told = [each for each in claim.quantities if not _in_name(claim, each)]
    return _misplaced(alignment, [_Figure(each, _number_places(alignment, each)) for each in told])


def misplaced_date(alignment: Alignment) -> bool:
    """The same for its dates."""
    told = alignment.claim.moments
    return _misplaced(alignment, [_Figure(each, _date_places(alignment, each)) for each in told])


def _in_name(text: Text, each: Quantity | Moment) -> bool:
    return any(name.start < each.end and each.start < name.end for name in text.names)


def _number_places(alignment: Alignment, told: Quantity) -> tuple[_Place, ...]:
    return tuple(
        _Place(place, *alignment.line(place).text.at(each.start, each.end), each.bears(told))
        for place, known in enumerate(alignment.ground.quantities)
        for each in known
        if not _in_name(alignment.line(place).text, each)
        and (each.bears(told) or (each.unit == told.unit and each.ordinal == told.ordinal))
    )


def _date_places(alignment: Alignment, told: Moment) -> tuple[_Place, ...]:
    return tuple(
        _Place(place, *alignment.line(place).text.at(each.start, each.end), each.bears(told))
        for place, known in enumerate(alignment.ground.moments)
        for each in known
        if each.start >= 0
    )


def _misplaced(alignment: Alignment, figures: Sequence[_Figure]) -> bool:
    """Whether a rival fits better where a figure stands; if the claim has the rival too, whether
    the two fit better exchanged."""
    fits = [_Fits(alignment, figure) for figure in figures]
    for at, mine in enumerate(fits):
        for spot, rival in mine.rivals.items():
            if not mine.own:
                continue
            kept, changed = mine.best, rival
            for theirs in fits[:at] + fits[at + 1 :]:
                if spot in theirs.own:
                    kept += theirs.own[spot]
                    changed += max((theirs.rivals.get(place, 0.0) for place in mine.own), default=0)
            if changed > AHEAD * kept and changed - kept > SURE:
                return True
    return any(_counts_other(alignment, figure) for figure in figures)


def _counts_other(alignment: Alignment, figure: _Figure) -> bool:
    """Whether what a number counts is counted by another in the passages, and not by this one."""
    told = alignment.claim.at(figure.told.start, figure.told.end)[1]
    counted = _counted(alignment.claim, told)[:1]
    if not counted or isinstance(figure.told, Moment) or figure.told.unit:
        return False
    own, rival = -1.0, -1.0
    for place in figure.places:
        line = alignment.line(place.line)
        for there in _counted(line.text, place.last):
            cosine = float(alignment.cosines[counted[0], line.first + there])
            if place.same:
                own = max(own, cosine)
            else:
                rival = max(rival, cosine)
    return own >= 0 and rival >= STRONG and rival - own > COUNTED


def _counted(text: Text, last: int) -> list[int]:
    """The telling words right behind a number: what it counts."""
    return [
        at
        for at in range(last, min(last + REACH, len(text.words)))
        if text.words[at].telling
        and at not in text.figures
        and text.words[at].clause == text.words[last - 1].clause
    ]


class _Fits:
    """How well a figure of the claim fits each place where it stands, and those of its rivals."""

    def __init__(self, alignment: Alignment, figure: _Figure) -> None:
        first, last = alignment.claim.at(figure.told.start, figure.told.end)
        around = _neighbours(alignment, first, last)
        self.own: dict[tuple[int, int], float] = {}
        self.rivals: dict[tuple[int, int], float] = {}
        for place in figure.places:
            fits = self.own if place.same else self.rivals
            fits[place.line, place.first] = _fit(alignment, around, place)
        self.best = max(self.own.values(), default=0.0)


def _neighbours(alignment: Alignment, first: int, last: int) -> list[tuple[int, float]]:
    """The telling words of the claim with how near they stand to the figure."""
    words = alignment.claim.words
    figures = alignment.claim.figures
    found = []
    for at in alignment.telling:
        if at in figures:
            continue
        steps = first - at if at < first else at - last + 1
        edge = first if at < first else last - 1
        steps += int(COMMA * abs(words[at].clause - words[edge].clause))
        found.append((at, _weight(steps)))
    return found


def _weight(steps: float) -> float:
    return float(0.5 ** ((steps - 1) / NEAR))


def _fit(alignment: Alignment, around: list[tuple[int, float]], place: _Place) -> float:
    """How well the claim's neighbours stand around a figure of the passages."""
    line = alignment.line(place.line)
    words = line.text.words
    rows = alignment.cosines
    total = 0.0
    for at, weight in around:
        best = 0.0
        for there, word in enumerate(words):
            cosine = float(rows[at, line.first + there])
            if cosine < ALIKE or place.first <= there < place.last:
                continue
            steps = place.first - there if there < place.first else there - place.last + 1
            edge = place.first if there < place.first else place.last - 1
            steps += int(COMMA * abs(word.clause - words[edge].clause))
            best = max(best, min(1.0, cosine / STRONG) * _weight(steps))
        if line.lead is not None:
            lead = alignment.line(line.lead)
            most = float(rows[at, lead.first : lead.last].max(initial=0.0))
            best = max(best, 0.3 * (most >= STRONG))
        total += weight * best
    return total
