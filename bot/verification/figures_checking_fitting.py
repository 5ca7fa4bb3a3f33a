"""How well a number, a date or a name of a claim fits a place where one of its kind stands."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.verification.alignment import STRONG, Alignment
from bot.verification.moments import Moment
from bot.verification.proper_names import Name
from bot.verification.quantities import Quantity

NEAR = 3.0  # words over which a neighbour's weight falls by half
COMMA = 2.0  # words that a sign between counts for
ALIKE = 0.5  # cosine from which a word of the passages is the neighbour
NAMED = 2.0  # what a name beside a figure counts for
SIDE = 0.6  # what a neighbour on the other side of it counts for
AHEAD = 1.3  # how much better a rival must fit
SURE = 0.35  # and by how much more at least


@dataclass(frozen=True, slots=True)
class Place:
    """A figure in a line of the ground: its words, from `first` to `last` among the line's."""

    line: int
    first: int
    last: int
    same: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the claim, and where figures of its kind stand in the ground."""

    told: Quantity | Moment | Name
    places: tuple[Place, ...]


class Fits:
    """How well a figure of the claim fits each place where it stands, and those of its rivals."""

    def __init__(self, alignment: Alignment, figure: Figure) -> None:
        first, last = alignment.claim.at(figure.told.start, figure.told.end)
        apart = alignment.claim.named if isinstance(figure.told, Name) else alignment.claim.figures
        around = _neighbours(alignment, first, last, apart)
        side = 1.0 if isinstance(figure.told, Name) else SIDE  # « A bat B », « B est battu par A »
        self.own: dict[tuple[int, int], float] = {}
        self.rivals: dict[tuple[int, int], float] = {}
        for place in figure.places:
            fits = self.own if place.same else self.rivals
            fits[place.line, place.first] = _fit(alignment, around, place, side)
        self.best = max(self.own.values(), default=0.0)


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A word of the claim beside a figure, with how much it tells of its place."""

    at: int
    weight: float
    before: bool


def _neighbours(alignment: Alignment, first: int, last: int, apart: Set[int]) -> list[_Neighbour]:
    """The telling words of the claim with how near they stand to the figure, some left apart."""
    words = alignment.claim.words
    named = alignment.claim.named
    found = []
    for at in alignment.telling:
        if at in apart or first <= at < last:
            continue
        steps = first - at if at < first else at - last + 1
        edge = first if at < first else last - 1
        steps += int(COMMA * abs(words[at].clause - words[edge].clause))
        weight = _weight(steps) * (NAMED if at in named else 1.0)
        found.append(_Neighbour(at, weight, at < first))
    return found


def _weight(steps: float) -> float:
    return float(0.5 ** ((steps - 1) / NEAR))


def _fit(
    alignment: Alignment, around: Sequence[_Neighbour], place: Place, other_side: float
) -> float:
    """How well the claim's neighbours stand around a figure of the passages."""
    line = alignment.line(place.line)
    words = line.text.words
    rows = alignment.cosines
    total = 0.0
    for mine in around:
        best = 0.0
        for there, word in enumerate(words):
            cosine = float(rows[mine.at, line.first + there])
            if cosine < ALIKE or place.first <= there < place.last:
                continue
            steps = place.first - there if there < place.first else there - place.last + 1
            edge = place.first if there < place.first else place.last - 1
            steps += int(COMMA * abs(word.clause - words[edge].clause))
            side = 1.0 if (there < place.first) == mine.before else other_side
            best = max(best, side * min(1.0, cosine / STRONG) * _weight(steps))
        if line.lead is not None:
            lead = alignment.line(line.lead)
            most = float(rows[mine.at, lead.first : lead.last].max(initial=0.0))
            best = max(best, 0.3 * (most >= STRONG))
        total += mine.weight * best
    return total


def ahead(kept: float, changed: float) -> bool:
    """Whether the claim fits clearly better the other way round."""
    return changed > AHEAD * kept and changed - kept > SURE
