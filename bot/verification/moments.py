"""Find days, months, years and decades in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

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
_NEXT_DAY = re.compile(
    r"\b(?:le|du|au|des le) lendemain|(?:the )?(?:next|following) (?:day|morning)"
)
_DAY_BEFORE = re.compile(r"\bla veille\b|\bthe day before\b")
_NEXT_YEAR = re.compile(
    r"l['’]annee suivante|l['’]an suivant|un an (?:plus tard|apres)"
    r"|(?:next|following) year|(?:a|one) year later"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, as precise as the text; `decade` marks a year that stands for ten.

    `around` are the years that a date without one may belong to, from the dates next to it.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    decade: bool = False
    around: frozenset[int] = frozenset()

    @property
    def grain(self) -> tuple[bool, bool, bool]:
        return self.year is not None, self.month is not None, self.day is not None

    def supports(self, mention: Moment) -> bool:
        """True if this date, in a source, supports a stated one."""
        if mention.decade and self.decade:
            return mention.year is not None and mention.year == self.year
        if mention.decade or self.decade:
            if mention.year is None or self.year is None:
                return False
            return mention.decade and mention.year <= self.year < mention.year + 10
        years = self.around if self.year is None else {self.year}
        return (
            (mention.year is None or mention.year in years)
            and mention.month in (None, self.month)
            and mention.day in (None, self.day)
        )


def find_moments(text: str) -> list[Moment]:
    """Find the dates of a text, in reading order; `around` is set for those without a year."""
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
    moments.sort(key=lambda moment: moment.start)
    return _add_years(moments)


def find_relative_moments(text: str, before: Sequence[Moment]) -> list[Moment]:
    """Find the dates that refer to earlier ones: « le lendemain », "the following year"."""
    plain, moments = fold_phrase(text), []
    for pattern, days, years in ((_NEXT_DAY, 1, 0), (_DAY_BEFORE, -1, 0), (_NEXT_YEAR, 0, 1)):
        for match in pattern.finditer(plain):
            earlier = [each for each in before if each.end <= match.start() or each.start < 0]
            moments += _shift(earlier, match, days, years)
    return moments


def inherit_years(moments: Iterable[Moment], years: frozenset[int]) -> list[Moment]:
    """Set `around` to an earlier sentence's years where a date has none."""
    return [
        moment if moment.year or moment.around else replace(moment, around=years)
        for moment in moments
    ]


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
    return [Moment(start, end, year, number, each) for each in days]


def _add_years(moments: Sequence[Moment]) -> list[Moment]:
    result = []
    for at, moment in enumerate(moments):
        if moment.year is None:
            before = [each.year for each in moments[:at] if each.year and not each.decade]
            after = [each.year for each in moments[at + 1 :] if each.year and not each.decade]
            moment = replace(moment, around=frozenset([*before[-1:], *after[:1]]))
        result.append(moment)
    return result


def _shift(earlier: Sequence[Moment], match: re.Match[str], days: int, years: int) -> list[Moment]:
    """Shift the latest earlier date that is precise enough."""
    start, end = match.span()
    for moment in reversed(earlier):
        if years and moment.year:
            return [Moment(start, end, moment.year + years)]
        if days and moment.month and moment.day:
            year = moment.year or max(moment.around, default=2000)
            try:
                day = date(year, moment.month, moment.day) + timedelta(days)
            except (ValueError, OverflowError):  # « 31/12/9999 » has no next day
                continue
            new_year = day.year if moment.year else None
            return [Moment(start, end, new_year, day.month, day.day, around=moment.around)]
    return []
