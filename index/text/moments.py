"""Find days, months, years and decades in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.text.dates import MONTH_NUMBERS
from index.text.folding import fold_phrase
from index.text.patterns import SPACE as S
from index.text.patterns import one_of

_MONTH = rf"(?P<month>{one_of(MONTH_NUMBERS)})(?!\w)"
_YEAR = r"(?P<year>1\d{3}|20\d\d)(?!\d|[.,]\d)"
_DAY = r"(?<![\d.,])(?P<day>[0-3]?\d)(?:er|st|nd|rd|th|\.)?"
_OF = rf"{S}(?:(?:de|of|du){S})?"
# Words after a number that is not a year.
_MEASURES = (
    r"(?:[kcm]?m[²2]?|m/s|kg|ha|t|kw|mw|metres?|meters?|kilo\w*|euros?|dollars?|hectares?|tonnes?|tons?"
    r"|litres?|watts?|volts?|pages?|personnes?|people|habitants?|inhabitants?)(?!\w)"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        r"(?<!\d)(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.](?P<year>\d{4})(?!\d)",
        rf"(?<![\d.,])(?P<first>[0-3]?\d)(?:er)?{S}?(?:et|and|au|-|–|to){S}?{_DAY}{_OF}{_MONTH}"
        rf"(?:,?{_OF}{_YEAR})?",
        rf"{_DAY}{_OF}{_MONTH}(?:,?{_OF}{_YEAR})?",
        rf"(?<!\w){_MONTH}{S}(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\d.,]\d|\d)(?:,?{S}{_YEAR})?",
        rf"(?<!\w){_MONTH},?{_OF}{_YEAR}",
        rf"(?:annees|anos|jahre|decennie){S}(?P<decade>\d\d(?:\d0)?)(?!\d)",
        r"(?<!\d)(?P<decade>(?:1\d|20)\d0)['’]?s(?!\w)",
        rf"(?<![\d.,/-]){_YEAR}(?!{S}?(?:%|°|€|\$|£|{_MEASURES}))",
        r"(?<!\d)(?<=\d{4}[-–])(?P<year>1\d{3}|20\d\d)(?!\d)",
        rf"(?:(?:en|d['’]|debut|fin|mi|des|depuis|mois{S}de|mois{S}d['’]|in|since|by|until|late"
        rf"|early|of|de|following|dernier|le)(?:{S}|(?<=['’])|-)|(?<=\b(?:next|last){S})){_MONTH}",
    )
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, as precise as the text; `decade` marks a year that stands for ten."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    decade: bool = False


def find_moments(text: str) -> list[Moment]:
    """Find the dates of a text, in reading order."""
    plain = fold_phrase(text)
    taken_places = bytearray(len(plain))
    moments: list[Moment] = []
    for form in _FORMS:
        for match in form.finditer(plain):
            start, end = match.span()
            if any(taken_places[start:end]) or not _is_possible(text, match):
                continue
            taken_places[start:end] = b"\1" * (end - start)
            moments += _read(match)
    return sorted(moments, key=lambda moment: moment.start)


def _is_possible(text: str, match: re.Match[str]) -> bool:
    groups = match.groupdict()
    month, day = groups.get("month"), groups.get("day")
    if day and not 1 <= int(day) <= 31:
        return False
    if month and month.isdigit():
        return 1 <= int(month) <= 12
    # "may" and "march" are verbs unless capitalised.
    return month not in ("may", "march") or text[match.start("month")].isupper()


def _read(match: re.Match[str]) -> list[Moment]:
    groups = match.groupdict()
    start, end = match.span()
    if decade := groups.get("decade"):
        first = int(decade) if len(decade) == 4 else 1900 + int(decade)
        return [Moment(start, end, first, decade=True)]
    month = groups.get("month")
    number = (int(month) if month.isdigit() else MONTH_NUMBERS[month]) if month else None
    year = int(groups["year"]) if groups.get("year") else None
    day = int(groups["day"]) if groups.get("day") else None
    days = [int(groups["first"]), day] if groups.get("first") else [day]
    return [Moment(start, end, year, number, day) for day in days]
