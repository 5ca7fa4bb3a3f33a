"""Whether a number or a date stands in the passages for what the claim says it stands for.

« 87 maisons et 13 200 églises » names two true numbers, each for the other. A figure of the claim
is compared where it stands with the same figure in the passages and with its rivals, other figures
of its kind: the one whose neighbours are those of the claim should be the same one.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.verification.alignment import SAME, STRONG, Alignment
from bot.verification.annotation import Text
from bot.verification.figures_checking_fitting import Figure, Fits, Place, ahead
from bot.verification.moments import Moment
from bot.verification.proper_names import same_name
from bot.verification.quantities import Quantity

REACH = 3  # words behind a number among which is what it counts
COUNTED = 0.15  # how much closer what a rival counts must be
HARD = (";", " : ")  # signs between which a sentence speaks of one thing
LARGE = 1e5  # from which a unit may be left unsaid: « 7,4 millions d'euros, contre 11,9 millions »
NEAR_SIZE = 1000  # how much larger than a number without a unit its rival may be


def misplaced_number(alignment: Alignment) -> bool:
    """Whether a number of the claim stands for something else in the passages."""
    claim = alignment.claim
    told = [each for each in claim.quantities if not in_name(claim, each)]
    return _misplaced(alignment, [Figure(each, _number_places(alignment, each)) for each in told])


def misplaced_date(alignment: Alignment) -> bool:
    """The same for its dates."""
    told = alignment.claim.moments
    return _misplaced(alignment, [Figure(each, _date_places(alignment, each)) for each in told])


def stretch(text: str, at: int) -> int:
    """Which of the parts of a sentence between semicolons or colons this is."""
    return sum(text.count(mark, 0, at) for mark in HARD)


def in_name(text: Text, each: Quantity | Moment) -> bool:
    return any(name.start < each.end and each.start < name.end for name in text.names)


def of_a_kind(one: Quantity, other: Quantity) -> bool:
    """Whether one may be taken for the other."""
    if one.ordinal != other.ordinal or (one.unit and other.unit and one.unit != other.unit):
        return False
    low, high = sorted((abs(max(one.values)), abs(max(other.values))))
    if one.unit != other.unit:
        return low >= LARGE
    return bool(one.unit) or low * NEAR_SIZE >= high


def _number_places(alignment: Alignment, told: Quantity) -> tuple[Place, ...]:
    known = [
        (place, each)
        for place, found in enumerate(alignment.ground.quantities)
        for each in found
        if not in_name(alignment.line(place).text, each)
    ]
    return tuple(
        Place(place, *alignment.line(place).text.at(each.start, each.end), each.bears(told))
        for place, each in known
        if each.bears(told) or of_a_kind(each, told)
    )


def _date_places(alignment: Alignment, told: Moment) -> tuple[Place, ...]:
    return tuple(
        Place(place, *alignment.line(place).text.at(each.start, each.end), each.bears(told))
        for place, known in enumerate(alignment.ground.moments)
        for each in known
        if each.start >= 0
    )


def _in_its_place(alignment: Alignment, figure: Figure, fits: Fits) -> bool:
    """Whether a figure surely stands where it belongs: it counts the same thing, or the claim's
    name stands beside it and beside no rival."""
    line_of = {(place.line, place.first): place for place in figure.places}
    names = [name for name in alignment.claim.names if name.sure]

    def beside(spot: tuple[int, int]) -> bool:
        text = alignment.line(spot[0]).text
        here = stretch(text.text, text.words[spot[1]].start)
        return any(
            stretch(text.text, each.start) == here and any(same_name(each, name) for name in names)
            for each in text.names
        )

    def counts(spot: tuple[int, int]) -> bool:
        text = alignment.line(spot[0]).text
        mine = _counted(alignment.claim, alignment.claim.at(figure.told.start, figure.told.end)[1])
        theirs = _counted(text, line_of[spot].last)[:1]
        first = alignment.line(spot[0]).first
        return bool(mine and theirs) and alignment.cosines[mine[0], first + theirs[0]] >= SAME

    return any(
        any(map(sure, fits.own)) and not any(map(sure, fits.rivals)) for sure in (beside, counts)
    )


def _misplaced(alignment: Alignment, figures: Sequence[Figure]) -> bool:
    """Whether a rival fits better where a figure stands; if the claim has the rival too, whether
    the two fit better exchanged."""
    near = alignment.with_leads(alignment.evidence)
    figures = [_among(figure, near) for figure in figures]
    fits = [Fits(alignment, figure) for figure in figures]
    settled = [_in_its_place(alignment, *pair) for pair in zip(figures, fits, strict=True)]
    for at, mine in enumerate(fits):
        for spot, rival in mine.rivals.items():
            if not mine.own or settled[at]:
                continue
            kept, changed = mine.best, rival
            for theirs in fits[:at] + fits[at + 1 :]:
                if spot in theirs.own:
                    kept += theirs.own[spot]
                    changed += max((theirs.rivals.get(place, 0.0) for place in mine.own), default=0)
            if ahead(kept, changed):
                return True
    return any(_counts_other(alignment, figure) for figure in figures)


def _among(figure: Figure, lines: Sequence[int]) -> Figure:
    """The figure with rivals only in the sentences that bear the claim."""
    places = [place for place in figure.places if place.same or place.line in lines]
    return Figure(figure.told, tuple(places))


def _counts_other(alignment: Alignment, figure: Figure) -> bool:
    """Whether what a number counts is counted by another in the passages, and not by this one."""
    told = alignment.claim.at(figure.told.start, figure.told.end)[1]
    counted = _counted(alignment.claim, told)[:1]
    if not counted or not isinstance(figure.told, Quantity) or figure.told.unit:
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
    alone = not any(place.same for place in figure.places)  # the writer's own count, or a wrong one
    return rival >= STRONG and (rival - own > COUNTED) and (own >= 0 or alone)


def _counted(text: Text, last: int) -> list[int]:
    """The telling words right behind a number: what it counts."""
    return [
        at
        for at in range(last, min(last + REACH, len(text.words)))
        if text.words[at].telling
        and at not in text.figures
        and text.words[at].clause == text.words[last - 1].clause
    ]
