"""Days that a sentence speaks of, resolved from its article's: « mardi », « début juillet »."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from index.article import Period
from index.text.dates import MONTH_NUMBERS, WEEKDAY_NUMBERS, month_names, period_around, valid_day
from index.text.folding import fold_phrase
from index.text.numbers import SMALL_NUMBERS
from index.text.patterns import one_of

Exactness = Literal["day", "week", "part", "month", "season", "year"]
EXACTNESS: tuple[Exactness, ...] = ("day", "week", "part", "month", "season", "year")

_MONTH = f"(?:{one_of(MONTH_NUMBERS)})"
_WEEKDAY = f"(?:{one_of(WEEKDAY_NUMBERS)})"
_DAY = r"\d{1,2}(?: ?er|st|nd|rd|th)?"
_COUNT = rf"(?:\d{{1,3}}|{one_of(SMALL_NUMBERS)}|une?|an?)"
_SEASONS = {"printemps": 3, "ete": 6, "automne": 9, "hiver": 12}
_SEASONS |= {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}

_PATTERN = re.compile(
    "|".join(
        (
            # « du 3 au 5 mars 2017 » begins on the 3rd
            rf"(?P<from_day>{_DAY}) (?:au|et|and|to|-) {_DAY} (?P<from_month>{_MONTH})\b"
            r"(?: (?:de )?(?P<from_year>\d{4})\b)?",
            rf"(?P<day>{_DAY}) (?:of )?(?P<day_month>{_MONTH})\b"
            r"(?:,? (?:de )?(?P<day_year>\d{4})\b)?",
            rf"(?P<us_month>{_MONTH}) (?P<us_day>{_DAY})\b(?:,? (?P<us_year>\d{{4}})\b)?",
            rf"(?P<part>debut|mi|fin|early|mid|late)[ -](?P<part_month>{_MONTH})\b"
            r"(?: (?P<part_year>\d{4})\b)?",
            r"(?:(?P<in>(?:en|in|de|depuis|since|during|courant|mois d[e'])[ ]?)|)"
            rf"(?P<month>{_MONTH})\b"
            r"(?: (?:de )?(?P<month_year>\d{4})\b| (?P<month_side>dernier|prochain)\b)?",
            rf"(?P<night>nuit d[eu] )?(?P<weekday>{_WEEKDAY})"
            r"(?: (?P<side>dernier|prochain))?\b(?! \d)",
            r"(?P<before>avant-hier|the day before yesterday)\b",
            r"(?P<yesterday>hier|yesterday)\b",
            r"(?P<today>aujourd'hui(?! age)|ce (?:matin|midi|soir|jour)|cet apres-midi"
            r"|cette (?:nuit|journee)|today|tonight|this (?:morning|afternoon|evening))\b",
            r"(?P<tomorrow>demain|tomorrow)\b",
            r"(?:la |the )?(?P<week>(?:semaine|week) (?:derniere|passee)|last week"
            r"|cette semaine|this week)\b",
            r"(?P<last_month>le mois (?:dernier|passe)|last month|ce mois-ci|this month)\b",
            r"(?P<last_year>l'an (?:dernier|passe)|l'annee (?:derniere|passee)|last year"
            r"|cette annee|this year)\b",
            rf"(?:il y a|depuis) (?:pres de |environ |plus de )?(?P<ago>{_COUNT})"
            r" (?P<unit>jours?|semaines?|mois|ans?|annees?)\b",
            rf"(?P<ago_en>{_COUNT}) (?P<unit_en>days?|weeks?|months?|years?) (?:ago|earlier)\b",
            r"(?:en |au |a l'|in |l'|cet |the |\b(?=\w+ (?:de |of )?\d{4}\b))"
            rf"(?P<season>{one_of(_SEASONS)})(?: (?:de |of )?(?P<season_year>\d{{4}}))?\b",
            r"(?:(?:en|depuis|des|in|since|fin|debut|annee|l'an)[ ']?|(?<=\())"
            r"(?P<year>1[5-9]\d\d|20\d\d)\b(?!-\d)",
            r"(?P<year_first>(?:19|20)\d\d)-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)\b",
        )
    )
)
_QUICK = re.compile(
    r"\d|il y a|depuis|hier|aujourd|demain|\bce(?:tte|t)? |dernier|passee?|prochain|yesterday"
    rf"|today|tonight|tomorrow|last |this |ago\b|earlier|{_MONTH}|{_WEEKDAY}"
)
_CLOCK = re.compile(r"(?<![\d,.:])(?:[01]?\d|2[0-3])(?:[ \u00a0\u202f]?h(?![a-z])|:(?=[0-5]\d))")
_FUTURE = re.compile(
    r"\b(?:\w{2,}(?:[eidv]ra|rra|ett?ra|ront)|aura|sera|will|doit|doivent|va|vont"
    r"|prevue?s?|scheduled|attendue?s?)\b"
)
_ENGLISH_MONTHS = month_names("en") - month_names("fr")
# Days after the article's that a day without a year may be, of what is to come and otherwise.
_AHEAD_DAYS, _SOON_DAYS = 330, 100
_SINCE = ("depuis ", "since ", "depuis le ")
_PART_DAYS = {"debut": (1, 10), "early": (1, 10), "mi": (11, 20), "mid": (11, 20)}


@dataclass(frozen=True, slots=True)
class EventDay:
    """The words of a day at `start:end` of a sentence, the days they may mean, and how exact they
    are.

    `is_aside` if they rather belong to a noun (« la présidentielle de mai prochain ») or tell since
    when something lasts.
    """

    start: int
    end: int
    period: Period
    exactness: Exactness
    is_aside: bool = False

    @property
    def rank(self) -> int:
        """0 for a day, more for vaguer words."""
        return EXACTNESS.index(self.exactness)


def find_event_days(sentence: str, published: date | None) -> list[EventDay]:
    """Find the days that a sentence speaks of, in its order.

    Words that lean on the article's day (« mardi », « le 3 mars ») need `published`.
    """
    folded = fold_phrase(sentence)
    if not _QUICK.search(folded):
        return []
    is_future = bool(_FUTURE.search(folded))
    days = []
    for match in _PATTERN.finditer(folded):
        before = folded[match.start() - 1 : match.start()]
        if before.isalnum() or before == "-":
            continue
        if match["month"] and not _is_month(match, sentence):
            continue
        if match["year"] and sentence[match.start() :].lower().startswith("des "):
            continue  # « des 1600 manifestants », but « dès 1600 »
        resolved = None
        with suppress(ValueError, OverflowError):  # « mai 0000 »
            resolved = _resolve(match, published, is_future)
        if resolved is not None:
            days.append(EventDay(match.start(), match.end(), *resolved, _is_aside(match, folded)))
    return days


def find_relative_times(sentence: str, published: date) -> list[tuple[int, int]]:
    """Offsets of the days and hours that only the article's day makes clear; none if the sentence
    gives a day by itself."""
    if find_event_days(sentence, None):
        return []
    days = [(day.start, day.end) for day in find_event_days(sentence, published)]
    return [*days, *(match.span() for match in _CLOCK.finditer(sentence))]


def _is_aside(match: re.Match[str], folded: str) -> bool:
    before = folded[: match.start()]
    if match[0].startswith(_SINCE) or before.endswith(_SINCE):
        return True
    is_of_noun = before.endswith((" de ", " du ", " d'"))
    if is_of_noun and (match["season"] or match["part"] or match["weekday"]):
        return not match["night"]
    is_of_month = bool(match["in"]) and match["in"].startswith("de")
    return is_of_month or (match["unit"] or "").startswith("an")


def _is_month(match: re.Match[str], sentence: str) -> bool:
    """True unless the words may be a planet or a verb: « sur Mars », "they may"."""
    if match["month_year"] or match["month_side"]:
        return True
    is_capital = sentence[match.start("month")].isupper()
    return bool(match["in"]) and is_capital == (match["month"] in _ENGLISH_MONTHS)


def _resolve(
    match: re.Match[str], published: date | None, is_future: bool
) -> tuple[Period, Exactness] | None:
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    for prefix, month in (("from_", "from_month"), ("", "day_month"), ("us_", "us_month")):
        if month in groups:
            digits = re.sub(r"\D", "", groups[f"{prefix}day"])
            year = groups.get(f"{prefix or 'day_'}year")
            return _dated(int(digits), MONTH_NUMBERS[groups[month]], year, published, is_future)
    if "year_first" in groups:
        day = valid_day(groups["year_first"], groups["iso_month"], groups["iso_day"])
        return (Period(day, day), "day") if day else None
    if "year" in groups:
        return period_around(date(int(groups["year"]), 1, 1), "year"), "year"
    if published is None and not {"part_year", "month_year", "season_year"} & groups.keys():
        return None
    return _lean(groups, published or date.min, is_future)


def _dated(
    day: int, month: int, year: str | None, published: date | None, is_future: bool
) -> tuple[Period, Exactness] | None:
    if year is not None:
        found = valid_day(year, month, day)
    elif published is None:
        return None
    else:
        found = _nearest(month, day, published, is_future)
    return (Period(found, found), "day") if found else None


def _lean(
    groups: dict[str, str], published: date, is_future: bool
) -> tuple[Period, Exactness] | None:
    """Resolve words that lean on the article's day."""
    one = timedelta(days=1)
    if "part" in groups:
        number = MONTH_NUMBERS[groups["part_month"]]
        month = _month(number, groups.get("part_year"), published, is_future)
        first, last = _PART_DAYS.get(groups["part"], (21, month.last.day))
        return Period(month.first.replace(day=first), month.first.replace(day=last)), "part"
    if "month" in groups:
        side = groups.get("month_side")
        month = _month(
            MONTH_NUMBERS[groups["month"]], groups.get("month_year"), published, is_future
        )
        shift = (side == "prochain" and month.last < published) - (
            side == "dernier" and month.first > published
        )
        if shift:
            month = period_around(month.first.replace(year=month.first.year + shift), "month")
        return month, "month"
    if "weekday" in groups:
        return _weekday(groups, published, is_future), "day"
    for name, days in (("before", -2), ("yesterday", -1), ("today", 0), ("tomorrow", 1)):
        if name in groups:
            day = published + days * one
            return Period(day, day), "day"
    if "week" in groups:
        ago = 0 if groups["week"].startswith(("cette", "this")) else 7
        return period_around(published - ago * one, "week"), "week"
    if "last_month" in groups:
        is_now = groups["last_month"].startswith(("ce ", "this"))
        day = published if is_now else published.replace(day=1) - one
        return period_around(day, "month"), "month"
    if "last_year" in groups:
        is_now = groups["last_year"].startswith(("cette", "this"))
        return period_around(date(published.year - (not is_now), 1, 1), "year"), "year"
    if "season" in groups:
        year = int(groups.get("season_year") or published.year)
        begin = date(year, _SEASONS[groups["season"]], 1)
        if "season_year" not in groups and begin > published and not is_future:
            begin = begin.replace(year=year - 1)
        return Period(begin, period_around(begin + 75 * one, "month").last), "season"
    return _ago(groups, published)


def _month(number: int, year: str | None, published: date, is_future: bool) -> Period:
    if year is not None:
        return period_around(date(int(year), number, 1), "month")
    return period_around(_nearest(number, 15, published, is_future) or published, "month")


def _nearest(month: int, day: int, published: date, is_future: bool) -> date | None:
    """The day in the year that the article most likely means."""
    ahead = _AHEAD_DAYS if is_future else _SOON_DAYS
    years = (published.year + 1, published.year, published.year - 1)
    candidates = (nearby for year in years if (nearby := valid_day(year, month, day)))
    return next((nearby for nearby in candidates if (nearby - published).days <= ahead), None)


def _weekday(groups: dict[str, str], published: date, is_future: bool) -> Period:
    """The last such day up to the article's, or the next one of what is to come."""
    number = WEEKDAY_NUMBERS[groups["weekday"]]
    back = (published.weekday() - number) % 7
    side = groups.get("side")
    if side == "dernier" and back == 0:
        back = 7
    if side == "prochain" or (is_future and side is None and back):
        back -= 7
    day = published - timedelta(days=back)
    return Period(day, day)


def _ago(groups: dict[str, str], published: date) -> tuple[Period, Exactness] | None:
    words = groups.get("ago") or groups.get("ago_en")
    unit = (groups.get("unit") or groups.get("unit_en") or "")[:1]
    if not words:
        return None
    number = int(words) if words.isdigit() else SMALL_NUMBERS.get(words, 1)
    if unit in "jd":
        day = published - timedelta(days=number)
        return Period(day, day), "day"
    if unit in "sw":
        return period_around(published - timedelta(weeks=number), "week"), "week"
    if unit == "m":
        months = published.year * 12 + published.month - 1 - number
        return period_around(date(months // 12, months % 12 + 1, 1), "month"), "month"
    return period_around(date(published.year - number, 1, 1), "year"), "year"
