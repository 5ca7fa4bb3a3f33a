"""Whether the figures of a claim stand for the same things as in the passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.verification.alignment import SAME, STRONG, Alignment
from bot.verification.annotation import AnnotatedText
from bot.verification.moments import Moment
from bot.verification.proper_names import Name, same_name
from bot.verification.quantities import FROM, TO, Quantity

_HALVING_WORDS = 3.0  # words over which a neighbour's weight falls by half
_SIGN_WORDS = 2.0  # words that a sign between counts for
_NEIGHBOUR_COSINE = 0.5  # cosine from which a word of the passages is the neighbour
_NAME_WEIGHT = 2.0  # what a name beside a figure counts for
_OTHER_SIDE_SHARE = 0.6  # what a neighbour on the other side of it counts for
_RIVAL_RATIO = 1.3  # how much better a rival must fit
_RIVAL_LEAD = 0.35  # and by how much more at least
_COUNTED_WORDS = 3  # words behind a number among which is what it counts
_COUNTED_COSINE_LEAD = 0.15  # how much closer what a rival counts must be
_STRETCH_SIGNS = (";", " : ")  # signs between which a sentence speaks of one thing
_UNIT_UNSAID_FROM = 1e5  # « 7,4 millions d'euros, contre 11,9 millions »
_SIZE_RATIO = 1000  # how much larger than a number without a unit its rival may be


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


def reversed_range(alignment: Alignment) -> bool:
    """Whether the claim turns a way round: « de 11,9 à 7,4 » for « de 7,4 à 11,9 »."""
    told = _ranges(alignment.claim.quantities, alignment.claim.text)
    known = [
        pair
        for place, found in enumerate(alignment.ground.quantities)
        for pair in _ranges(found, alignment.line(place).text.text)
    ]
    return any(
        low.bears(last) and high.bears(first) and not low.bears(high)
        for first, last in told
        for low, high in known
    )


def parted_pair(alignment: Alignment) -> bool:
    """Whether the claim joins a name and a number that the passages set apart, the name having
    another of its kind: « 95 % ; celle de Moderna, 94,1 % »."""
    claim = alignment.claim
    if any(mark in claim.text for mark in _STRETCH_SIGNS):
        return False
    return any(
        _parted(alignment, name, told)
        for name in claim.names
        if name.sure
        for told in claim.quantities
        if not _in_name(claim, told)
    )


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


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A word of the claim beside a figure, with how much it tells of its place."""

    at: int
    weight: float
    before: bool


def _neighbours(alignment: Alignment, first: int, last: int) -> list[_Neighbour]:
    """The telling words of the claim with how near they stand to the figure."""
    words = alignment.claim.words
    named = alignment.claim.named
    found = []
    for at in alignment.telling:
        if at in alignment.claim.figures or first <= at < last:
            continue
        steps = first - at if at < first else at - last + 1
        edge = first if at < first else last - 1
        steps += int(_SIGN_WORDS * abs(words[at].clause - words[edge].clause))
        weight = _weight(steps) * (_NAME_WEIGHT if at in named else 1.0)
        found.append(_Neighbour(at, weight, at < first))
    return found


def _weight(steps: float) -> float:
    return float(0.5 ** ((steps - 1) / _HALVING_WORDS))


def _fit(alignment: Alignment, around: Sequence[_Neighbour], place: _Place) -> float:
    """How well the claim's neighbours stand around a figure of the passages."""
    line = alignment.line(place.line)
    words = line.text.words
    rows = alignment.cosines
    total = 0.0
    for mine in around:
        best = 0.0
        for there, word in enumerate(words):
            cosine = float(rows[mine.at, line.first + there])
            if cosine < _NEIGHBOUR_COSINE or place.first <= there < place.last:
                continue
            steps = place.first - there if there < place.first else there - place.last + 1
            edge = place.first if there < place.first else place.last - 1
            steps += int(_SIGN_WORDS * abs(word.clause - words[edge].clause))
            side = 1.0 if (there < place.first) == mine.before else _OTHER_SIDE_SHARE
            best = max(best, side * min(1.0, cosine / STRONG) * _weight(steps))
        if line.lead is not None:
            lead = alignment.line(line.lead)
            most = float(rows[mine.at, lead.first : lead.last].max(initial=0.0))
            best = max(best, 0.3 * (most >= STRONG))
        total += mine.weight * best
    return total


def _is_ahead(kept: float, changed: float) -> bool:
    """Whether the claim fits clearly better the other way round."""
    return changed > _RIVAL_RATIO * kept and changed - kept > _RIVAL_LEAD


def _number_places(alignment: Alignment, told: Quantity) -> tuple[_Place, ...]:
    known = [
        (place, each)
        for place, found in enumerate(alignment.ground.quantities)
        for each in found
        if not _in_name(alignment.line(place).text, each)
    ]
    return tuple(
        _Place(place, *alignment.line(place).text.at(each.start, each.end), each.bears(told))
        for place, each in known
        if each.bears(told) or _of_a_kind(each, told)
    )


def _date_places(alignment: Alignment, told: Moment) -> tuple[_Place, ...]:
    return tuple(
        _Place(place, *alignment.line(place).text.at(each.start, each.end), each.bears(told))
        for place, known in enumerate(alignment.ground.moments)
        for each in known
        if each.start >= 0
    )


def _of_a_kind(one: Quantity, other: Quantity) -> bool:
    """Whether one may be taken for the other."""
    if one.ordinal != other.ordinal or (one.unit and other.unit and one.unit != other.unit):
        return False
    low, high = sorted((abs(max(one.values)), abs(max(other.values))))
    if one.unit != other.unit:
        return low >= _UNIT_UNSAID_FROM
    return bool(one.unit) or low * _SIZE_RATIO >= high


def _in_name(text: AnnotatedText, each: Quantity | Moment) -> bool:
    return any(name.start < each.end and each.start < name.end for name in text.names)


def _stretch(text: str, at: int) -> int:
    """Which of the parts of a sentence between semicolons or colons this is."""
    return sum(text.count(mark, 0, at) for mark in _STRETCH_SIGNS)


def _misplaced(alignment: Alignment, figures: Sequence[_Figure]) -> bool:
    """Whether a rival fits better where a figure stands; if the claim has the rival too, whether
    the two fit better exchanged."""
    near = alignment.with_leads(alignment.evidence)
    figures = [_among(figure, near) for figure in figures]
    fits = [_Fits(alignment, figure) for figure in figures]
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
            if _is_ahead(kept, changed):
                return True
    return any(_counts_something_else(alignment, figure) for figure in figures)


def _among(figure: _Figure, lines: Sequence[int]) -> _Figure:
    """The figure with rivals only in the sentences that bear the claim."""
    places = [place for place in figure.places if place.same or place.line in lines]
    return _Figure(figure.told, tuple(places))


def _in_its_place(alignment: Alignment, figure: _Figure, fits: _Fits) -> bool:
    """Whether a figure surely stands where it belongs: it counts the same thing, or the claim's
    name stands beside it and beside no rival."""
    line_of = {(place.line, place.first): place for place in figure.places}
    names = [name for name in alignment.claim.names if name.sure]

    def beside(spot: tuple[int, int]) -> bool:
        text = alignment.line(spot[0]).text
        here = _stretch(text.text, text.words[spot[1]].start)
        return any(
            _stretch(text.text, each.start) == here and any(same_name(each, name) for name in names)
            for each in text.names
        )

    def counts(spot: tuple[int, int]) -> bool:
        text = alignment.line(spot[0]).text
        mine = _what_it_counts(
            alignment.claim, alignment.claim.at(figure.told.start, figure.told.end)[1]
        )
        theirs = _what_it_counts(text, line_of[spot].last)[:1]
        first = alignment.line(spot[0]).first
        return bool(mine and theirs) and alignment.cosines[mine[0], first + theirs[0]] >= SAME

    return any(
        any(map(sure, fits.own)) and not any(map(sure, fits.rivals)) for sure in (beside, counts)
    )


def _counts_something_else(alignment: Alignment, figure: _Figure) -> bool:
    """Whether what a number counts is counted by another in the passages, and not by this one."""
    told = alignment.claim.at(figure.told.start, figure.told.end)[1]
    counted = _what_it_counts(alignment.claim, told)[:1]
    if not counted or not isinstance(figure.told, Quantity) or figure.told.unit:
        return False
    own, rival = -1.0, -1.0
    for place in figure.places:
        line = alignment.line(place.line)
        for there in _what_it_counts(line.text, place.last):
            cosine = float(alignment.cosines[counted[0], line.first + there])
            if place.same:
                own = max(own, cosine)
            else:
                rival = max(rival, cosine)
    alone = not any(place.same for place in figure.places)  # the writer's own count, or a wrong one
    return rival >= STRONG and (rival - own > _COUNTED_COSINE_LEAD) and (own >= 0 or alone)


def _what_it_counts(text: AnnotatedText, last: int) -> list[int]:
    """The telling words right behind a number: what it counts."""
    return [
        at
        for at in range(last, min(last + _COUNTED_WORDS, len(text.words)))
        if text.words[at].telling
        and at not in text.figures
        and text.words[at].clause == text.words[last - 1].clause
    ]


def _ranges(found: Sequence[Quantity], text: str) -> list[tuple[Quantity, Quantity]]:
    return [
        (one, other)
        for one, other in pairwise(found)
        if FROM.search(text[: one.start]) and TO.search(text[one.end : other.start])
    ]


def _parted(alignment: Alignment, name: Name, told: Quantity) -> bool:
    together, apart = False, False
    for place in alignment.evidence:
        text = alignment.line(place).text
        stretches = {
            _stretch(text.text, each.start) for each in text.names if same_name(name, each)
        }
        for known in alignment.ground.quantities[place]:
            if known.bears(told):
                together |= not stretches or _stretch(text.text, known.start) in stretches
            elif _of_a_kind(known, told) and known.unit:
                apart |= _stretch(text.text, known.start) in stretches
    return apart and not together
