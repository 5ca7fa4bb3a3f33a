"""What two sentences on the same thing tell differently: numbers, days and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeVar

from rapidfuzz import fuzz

from bot.answering.extractive import Relation, relation
from index.text.event_days import EventDay, find_event_days
from index.text.folding import folded_words
from index.text.language import terms
from index.text.moments import Moment, find_moments
from index.text.names import span_names
from index.text.quantities import Quantity, find_quantities

DEAD = r"mort|tu[ée]|p[ée]ri|d[ée]c[èée]|perdu la vie|killed|dead|died|deaths"
# Matched after the number: « 154 personnes ont péri », « au moins 200 morts ».
TOLLS = {
    kind: re.compile(rf"^\W*(?:\w+\W+){{0,4}}?(?:{words})", re.IGNORECASE)
    for kind, words in (
        ("dead", DEAD),
        ("injured", r"bless|injured|wounded"),
    )
}
# Two sentences are about the same thing if they share this part of the shorter one's words
# (without numbers); days and numbers of unlike things are compared only above the second.
SHARED_WORDS = 1 / 3
_CLOSE_WORDS = 1 / 2
_NOUN_CHARACTERS = 60  # where the counted noun must begin, after the number
_LIKE_NAMES = 80  # of 100; names below are of different people or places
_NEXT_WORD = re.compile(r"[\s\u00a0\u202f-]?[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """The offsets of a number, day or name in a sentence, and of the one in its place in another
    sentence."""

    own: tuple[int, int]
    other: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between a sentence and another one, and the offsets in the first of the
    numbers, days and names that both have."""

    differences: tuple[Difference, ...] = ()
    shared: frozenset[tuple[int, int]] = frozenset()


def compare_sentences(
    own: str, other: str, language: str, published: date | None = None
) -> Comparison:
    """Compare two sentences of this language, the other's from an article of the day `published`.

    Numbers, days and names that only one of the two has are paired with those in their place; days,
    and numbers of unlike things, only in sentences that share most words.
    """
    if not _is_same_subject(own, other, language, SHARED_WORDS):
        return Comparison()
    is_close = _is_same_subject(own, other, language, _CLOSE_WORDS)
    figures, others = (_list_figures(text, language) for text in (own, other))
    units = Counter(
        figure.number.unit for side in _unlike(figures, others, _is_same_figure) for figure in side
    )

    def may_replace(one: _Figure, another: _Figure) -> bool:
        unit = one.number.unit
        is_only_one = unit == another.number.unit and units[unit] == 2  # one on each side
        return one.noun == another.noun or (is_close and is_only_one)

    moments, days = find_moments(own), _list_days(other, published)
    names, their_names = (
        [_Name(span.start, span.end, text[span.start : span.end]) for span in spans]
        for text in (own, other)
        for spans in [span_names(text, language)]
    )
    parts = [
        _pair(figures, others, _is_same_figure, may_replace),
        _pair(moments, days, _is_within, lambda one, day: is_close and _is_as_exact(one, day)),
        _pair(names, their_names, _is_same_name, _is_like),
    ]
    pairs = sorted((pair for part in parts for pair in part.differences), key=lambda x: x.own)
    return Comparison(tuple(pairs), frozenset().union(*(part.shared for part in parts)))


class _Span(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number, with the word after it, and what it counts."""

    start: int
    end: int
    number: Quantity
    noun: str


@dataclass(frozen=True, slots=True)
class _Name:
    start: int
    end: int
    text: str

    @property
    def words(self) -> list[str]:
        return folded_words(self.text)


_Own = TypeVar("_Own", bound=_Span)
_Other = TypeVar("_Other", bound=_Span)


def _unlike(
    own: Sequence[_Own], others: Sequence[_Other], is_same: Callable[[_Own, _Other], bool]
) -> tuple[list[_Own], list[_Other]]:
    """Those of each side that are the same as none of the other's."""
    return (
        [one for one in own if not any(is_same(one, other) for other in others)],
        [other for other in others if not any(is_same(one, other) for one in own)],
    )


def _pair(
    own: Sequence[_Own],
    others: Sequence[_Other],
    is_same: Callable[[_Own, _Other], bool],
    may_replace: Callable[[_Own, _Other], bool],
) -> Comparison:
    mine, theirs = _unlike(own, others, is_same)
    pairs = []
    for one in mine:
        other = next((other for other in theirs if may_replace(one, other)), None)
        if other is not None:
            theirs.remove(other)
            pairs.append(Difference((one.start, one.end), (other.start, other.end)))
    return Comparison(
        tuple(pairs), frozenset((one.start, one.end) for one in own if one not in mine)
    )


def _list_figures(text: str, language: str) -> list[_Figure]:
    def end(number: Quantity) -> int:
        word = None if number.unit else _NEXT_WORD.match(text, number.end)
        return word.end() if word and terms(word[0], language) else number.end

    def noun(number: Quantity) -> str:
        after = text[number.end :][:_NOUN_CHARACTERS]
        toll = next((name for name, pattern in TOLLS.items() if pattern.match(after)), "")
        return toll or number.unit or next(iter(terms(after, language)), "")

    return [
        _Figure(number.start, end(number), number, noun(number))
        for number in find_quantities(text, language)
    ]


def _list_days(text: str, published: date | None) -> list[EventDay]:
    """The days that a sentence speaks of, without the preposition of those that it writes out."""
    moments = find_moments(text)
    days = []
    for day in find_event_days(text, published):
        written = next((own for own in moments if day.start <= own.start < day.end), None)
        days.append(replace(day, start=written.start, end=written.end) if written else day)
    return days


def _is_same_figure(one: _Figure, other: _Figure) -> bool:
    return one.number.supports(other.number) or other.number.supports(one.number)


def _is_within(moment: Moment, day: EventDay) -> bool:
    """True unless a part of the date that both give differs."""
    first, last = day.period.first, day.period.last
    if moment.year is not None and not first.year - 10 * moment.decade <= moment.year <= last.year:
        return False
    if moment.month is None or day.exactness in ("year", "season"):
        return True
    if moment.month not in (first.month, last.month):
        return False
    return moment.day is None or day.rank > 0 or moment.day == first.day


def _is_as_exact(moment: Moment, day: EventDay) -> bool:
    exactness = "day" if moment.day else "month" if moment.month else "year"
    return exactness == day.exactness


def _is_same_name(one: _Name, other: _Name) -> bool:
    """True if one has all words of the other: « Rohani », « Hassan Rohani »."""
    mine, theirs = set(one.words), set(other.words)
    return mine <= theirs or theirs <= mine


def _is_like(one: _Name, other: _Name) -> bool:
    """True for two spellings, or two first names of one family name."""
    mine, theirs = one.words, other.words
    is_family = min(len(mine), len(theirs)) > 1 and mine[-1] == theirs[-1]
    return is_family or fuzz.ratio(" ".join(mine), " ".join(theirs)) >= _LIKE_NAMES


def _is_same_subject(one: str, other: str, language: str, share: float) -> bool:
    """True if the two share this part of the shorter one's words, with the numbers of both."""
    if relation(one, other, language) is Relation.DIFFERS:
        return True
    mine, theirs = (set(terms(phrase, language)) for phrase in (one, other))
    common = mine & theirs
    fewest = min(
        sum(term in common or not any(map(str.isdigit, term)) for term in own)
        for own in (mine, theirs)
    )
    return bool(fewest) and len(common) >= share * fewest
