"""Quantities in a text: figures or words, with what they are measured in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from text_to_num import find_numbers  # type: ignore[import-untyped]

from bot.verification import quantities_checking_units
from bot.verification.moments import moments
from bot.verification.quantities_checking_numerals import COLLECTIVE, COUNTS, FRACTIONS, ORDINALS
from index.reading.span import SPACE as S
from index.stopwords import fold

_FIGURES = re.compile(
    rf"(?<![\w.,])[-−–]?\d{{1,3}}(?:{S}\d{{3}})+(?:[.,]\d+)?(?![\d])"
    r"|(?<![\w.,])[-−–]?\d+(?:[.,'’]\d+)*(?:/\d+(?:[ \u00a0\u202f]\d{3})*)?"
    r"|(?<=\w-)\d+(?![\w])"
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’]\d{3})+")
_ORDINAL = re.compile(r"(?:er|ere|re|e|eme|nd|nde|st|rd|th|º|ª)(?!\w)")
_ROMAN = re.compile(r"(?<!\w)([IVXL]+)(?:e|er|ème|th)?(?= siècles?\b| century\b|e? siècle)")
_ROMANS = (("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1))
FROM = re.compile(rf"(?:\b(?:de|from|entre|between){S}|\bd['’])[€$£]?$", re.IGNORECASE)
"""What stands before the first of two numbers that are told in order."""
TO = re.compile(rf"(?:^|{S})(?:à|to|et|and){S}[€$£]?$", re.IGNORECASE)
"""And before the second."""
_RANGE = re.compile(rf"(?:{S}|[-–—])*(?:à|a|et|to|and|ou|or|[-–—])?(?:{S}|[-–—])*")
_HALF = re.compile(r"\s(?:et|and)\s(?:demie?|(?:a|one)[\s-]half)\b")
_LARGE = re.compile(r"(?:million|milliard|billion)s?")
_WORD = re.compile(r"[^\W\d_]+|\S")

_ONE_AND_HALF = re.compile(
    rf"(?<!\w)(?:une?|one|an?){S}([^\W\d_]+){S}(?:et{S}demie?|and{S}a{S}half)(?!\w)", re.IGNORECASE
)
_COUNTED = re.compile(
    rf"(?<![\w.,])(\d{{1,3}}|{'|'.join(COUNTS)})[ \u00a0\u202f-]([^\W\d_]+)", re.IGNORECASE
)

_SPOKEN = ("fr", "en", "es", "pt", "de", "nl", "it")
_SMALLEST = 2  # « un » and "one" are articles and pronouns far more often than numbers


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands. `values` has two where « 13,200 » may be read two ways.

    `unit` is empty where none is known; `spelled` tells a number in words.
    """

    start: int
    end: int
    values: frozenset[float]
    unit: str = ""
    ordinal: bool = False
    spelled: bool = False

    def bears(self, told: Quantity) -> bool:
        """Whether this number, as a source gives it, is the one told."""
        if "%" in (self.unit, told.unit) and _share(self) is not None and _share(told) is not None:
            return _same(_share(self) or 0.0, _share(told) or 0.0)
        if self.unit and told.unit and self.unit != told.unit:
            return _converted(self, told)
        return any(_same(one, other) for one in self.values for other in told.values)


def quantities(text: str, language: str) -> list[Quantity]:
    """The numbers of a text that belong to no date, in reading order."""
    taken = bytearray(len(text))
    for moment in moments(text):
        taken[moment.start : moment.end] = b"\1" * (moment.end - moment.start)
    found: list[Quantity] = []
    whole = (*_centuries(text), *_counted(text), *_figures(text), *_spelled(text, language))
    for each in (*whole, *_named(text)):
        if not any(taken[each.start : each.end]):
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            found.append(each)
    return _ranged(text, sorted(found, key=lambda each: each.start))


def years(text: str) -> list[Quantity]:
    """What looks like a year, as a number: « 2000 chênes »."""
    return [
        Quantity(moment.start, moment.end, frozenset({float(moment.year)}))
        for moment in moments(text)
        if moment.year and moment.month is None and not moment.decade
    ]


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6)


def _ranged(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """« de 7,4 à 11,9 millions d'euros »: what follows the last number belongs to the first."""
    told = list(found)
    for at in reversed(range(len(told) - 1)):
        one, other = told[at], told[at + 1]
        if one.unit or one.ordinal or not _RANGE.fullmatch(text[one.end : other.start]):
            continue
        scale = _scale(text, other)
        values = frozenset(value * scale for value in one.values) if max(one.values) < 1e3 else None
        told[at] = replace(one, values=values or one.values, unit=other.unit)
    return told


def _scale(text: str, quantity: Quantity) -> float:
    """What the figures of a number are multiplied by."""
    figures = _FIGURES.match(text, quantity.start)
    return quantities_checking_units.scale_after(text, figures.end())[0] if figures else 1.0


def _share(quantity: Quantity) -> float | None:
    """The part of a whole that a percentage or a fraction is: « 20 % », « un cinquième »."""
    if quantity.unit == "%":
        return max(quantity.values) / 100
    parts = [value for value in quantity.values if 0 < value < 1]
    return parts[0] if parts and not quantity.unit else None


def _converted(one: Quantity, other: Quantity) -> bool:
    first, second = (
        quantities_checking_units.SCALE.get(one.unit),
        quantities_checking_units.SCALE.get(other.unit),
    )
    if first is None or second is None or first[0] != second[0]:
        return False
    return any(_same(a * first[1], b * second[1]) for a in one.values for b in other.values)


def _centuries(text: str) -> Iterator[Quantity]:
    for match in _ROMAN.finditer(text):
        yield Quantity(*match.span(), frozenset({float(_roman(match[1]))}), "century", True)


def _roman(text: str) -> int:
    total, rest = 0, text
    while rest:
        sign, value = next(
            ((sign, value) for sign, value in _ROMANS if rest.startswith(sign)), ("", 0)
        )
        if not sign:
            return total + 50
        total, rest = total + value, rest[len(sign) :]
    return total


def _figures(text: str) -> Iterator[Quantity]:
    for match in _FIGURES.finditer(text):
        ordinal = _ORDINAL.match(fold(text[match.end() : match.end() + 4].lower()))
        end = match.end() + (ordinal.end() if ordinal else 0)
        yield _measured(text, match.start(), end, _values(match[0]), ordinal=bool(ordinal))


def _values(figures: str) -> frozenset[float]:
    plain = re.sub(r"[ \u00a0\u2009\u202f]", "", figures).replace("−", "-").replace("–", "-")
    if "/" in plain:
        over, under = plain.split("/")
        under = re.sub(r"\D", "", under)
        return frozenset({float(re.sub(r"\D", "", over) or 0) / (float(under or 1) or 1.0)})
    readings = set()
    if _GROUPED.fullmatch(plain.lstrip("-")):
        readings.add(re.sub(r"[.,'’]", "", plain))
    if plain.count(",") + plain.count(".") <= 1 and "'" not in plain and "’" not in plain:
        readings.add(plain.replace(",", "."))
    elif not readings:
        readings.add(re.sub(r"[,'’]", "", plain) if plain.count(".") < 2 else plain.split(".")[0])
    return frozenset(float(reading) for reading in readings)


def _measured(
    text: str, start: int, end: int, values: frozenset[float], *, ordinal: bool = False,
    spelled: bool = False,
) -> Quantity:  # fmt: skip
    """A number with the scale and the unit that stand around it."""
    before = quantities_checking_units.unit_before(text, start)
    scale, end = quantities_checking_units.scale_after(text, end)
    if before and (after := quantities_checking_units.millions_after(text, end)) > end:
        scale, end = scale * 1e6, after
    half = _HALF.match(text, end)
    unit, end = quantities_checking_units.unit_after(text, half.end() if half else end)
    if not half and (late := _HALF.match(text, end)):
        half, end = late, late.end()
    unit = unit or before
    step = _LARGE.search(text[start:end].lower()) if half else None
    more = (
        0.5 * (quantities_checking_units.scale_after(f" {step[0]}", 0)[0] if step else 1)
        if half
        else 0.0
    )
    told = frozenset(value * scale + more for value in values)
    return Quantity(start, end, told, unit, ordinal, spelled)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A word as the number parser wants it."""

    word: str

    def text(self) -> str:
        return self.word

    def nt_separated(self, previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _spelled(text: str, language: str) -> Iterator[Quantity]:
    spans = [match.span() for match in _WORD.finditer(text)]
    tokens = [_Spoken(text[start:end].lower()) for start, end in spans]
    code = language if language in _SPOKEN else "en"
    for found in find_numbers(tokens, code, 0.0):
        start, end = spans[found.start][0], spans[found.end - 1][1]
        if found.value < _SMALLEST or any(map(str.isdigit, text[start:end])):
            continue
        after = _WORD.search(text, end)
        if after and fold(after[0].lower()) in FRACTIONS:
            continue
        if fold(text[start:end].lower()) in FRACTIONS:
            continue
        yield _measured(
            text, start, end, frozenset({float(found.value)}), ordinal=found.is_ordinal,
            spelled=True,
        )  # fmt: skip


def _counted(text: str) -> Iterator[Quantity]:
    """What another number counts: "two dozen", « trois quarts », « deux cinquièmes »."""
    for match in _ONE_AND_HALF.finditer(text):
        unit, _ = quantities_checking_units.unit_after(text, match.start(1) - 1)
        if unit:
            yield Quantity(*match.span(), frozenset({1.5}), unit, spelled=True)
    for match in _COUNTED.finditer(text):
        word = fold(match[2].lower())
        count = int(match[1]) if match[1].isdecimal() else COUNTS[match[1].lower()]
        if word.rstrip("s") in COLLECTIVE:
            value = float(count * COLLECTIVE[word.rstrip("s")])
            yield _measured(text, *match.span(), frozenset({value}), spelled=True)
        elif word in FRACTIONS or (word.endswith("s") and word[:-1] in ORDINALS):
            part = FRACTIONS.get(word) or 1 / ORDINALS[word[:-1]]
            yield Quantity(*match.span(), frozenset({count * part}), "", spelled=True)


def _named(text: str) -> Iterator[Quantity]:
    """Fractions, ordinals and collective numbers that are words of their own."""
    words = [(match.start(), match.end(), fold(match[0].lower())) for match in _WORD.finditer(text)]
    for start, end, word in words:
        if word.rstrip("s") in COLLECTIVE:
            total = float(COLLECTIVE[word.rstrip("s")])
            yield _measured(text, start, end, frozenset({total}), spelled=True)
        elif word in FRACTIONS:
            value = frozenset({FRACTIONS[word]})
            if word in ORDINALS:
                value |= {float(ORDINALS[word])}
            yield Quantity(start, end, value, "", word in ORDINALS, True)
        elif word in ORDINALS:
            yield Quantity(start, end, frozenset({float(ORDINALS[word])}), "", True, True)


def borne(told: Quantity, known: Sequence[Quantity]) -> bool:
    """Whether one of the numbers that a source gives is the one told."""
    return any(each.bears(told) for each in known)
