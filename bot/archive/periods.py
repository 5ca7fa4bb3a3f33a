"""Periods that a request names: « en février et mars 2017 », « la semaine du 13 juin 2016 ».

Days, months, seasons, parts of them and years, alone, in a row or as a range, wherever they stand;
without a year, the most recent ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bot.answering.time_range import Timing
from index.article import Period
from index.text.dates import (
    MONTH_NUMBERS,
    WEEKDAY_NUMBERS,
    month_names,
    period_around,
    valid_day,
)
from index.text.folding import fold_phrase
from index.text.patterns import one_of

Level = Literal["day", "part", "month", "season", "year"]

_SHORT = {"janv": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11}
_SHORT |= {"dec": 12}
_NUMBERS = {**MONTH_NUMBERS, **_SHORT}
_MONTH = f"(?:{one_of((*month_names('fr', 'en'), *_SHORT))})"
_ENGLISH_MONTHS = month_names("en") - month_names("fr")
_YEAR = r"(?:19|20)\d\d"
_OF = r"(?: de l'annee| de| d'| of|,)? ?"
_ORDINALS = {"premi": 1, "1": 1, "first": 1, "second": 2, "deux": 2, "2": 2}
_ORDINALS |= {"troi": 3, "3": 3, "third": 3, "quatr": 4, "4": 4, "fourt": 4}
_ORDINAL = (
    r"(?:premiere?|1ere?|1er|seconde?|deuxieme|2e|troisieme|3e|quatrieme|4e"
    r"|first|second|third|fourth)"
)
_SEASONS = {"printemps": 3, "ete": 6, "automne": 9, "hiver": 12}
_SEASONS |= {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_ITEM = re.compile(
    "|".join(
        (
            rf"(?P<iso>{_YEAR}-\d\d-\d\d|\d\d?/\d\d?/{_YEAR})",
            rf"(?:(?:{one_of(WEEKDAY_NUMBERS)}) )?(?P<day>\d{{1,2}})(?: ?er|st|nd|rd|th)?"
            rf"(?: (?:of |de )?(?P<day_month>{_MONTH})\.?(?:{_OF}(?P<day_year>{_YEAR}))?)?"
            r"(?![\w%])",
            rf"(?P<us_month>{_MONTH}) (?P<us_day>\d{{1,2}})(?:,? (?P<us_year>{_YEAR}))?(?!\d)",
            rf"(?P<part>debut|mi|fin|early|mid|late)(?: de | d'|[ -])(?:(?P<part_month>{_MONTH})"
            rf"(?:{_OF}(?P<part_year>{_YEAR}))?|(?P<part_of_year>{_YEAR}))",
            rf"(?P<half>{_ORDINAL}) quinzaine (?:de |d'|du mois de )(?P<half_month>{_MONTH})"
            rf"(?:{_OF}(?P<half_year>{_YEAR}))?",
            rf"(?P<nth>{_ORDINAL}) (?P<unit>semestre|trimestre|half|quarter){_OF}"
            rf"(?P<nth_year>{_YEAR})",
            rf"(?P<quarter>[tq][1-4]) (?P<quarter_year>{_YEAR})",
            rf"(?P<season>{one_of(_SEASONS)}){_OF}(?P<season_year>{_YEAR})(?:[-/]{_YEAR})?",
            rf"(?P<month>{_MONTH})\.?(?:{_OF}(?P<month_year>{_YEAR}))?",
            rf"(?P<year>{_YEAR})",
        )
    )
)
_LINK = re.compile(
    r"(?: ?[,;&/–-] ?| (?:et|ou|and|or|puis|au|aux|a|to|until|jusqu'(?:en|au?)) )"
    r"(?:(?:en|in|et|le|la|the|du|de|of|au|a|l'annee|mois de) |l'|d')*"
)
_START = r"(?:^|(?<=[\s(,']))"
_NEAR = r"(?: (?:la|le|l(?=')|l'annee|l'an|the|du?|mois d[e']|fin|start of))*[ ']?$"
_SINCE = re.compile(rf"{_START}(?:depuis|since|(?:a partir|a compter|datant) d[eu']?){_NEAR}")
_BEFORE = re.compile(rf"{_START}(?:avant|before|anterieure?s? a){_NEAR}")
_UNTIL = re.compile(rf"{_START}(?:jusqu'(?:en|aux?|a)|until|up to){_NEAR}")
_AFTER = re.compile(rf"{_START}(?:apres|after|posterieure?s? a){_NEAR}")
_END_OF = re.compile(
    r"\b(?:(?:aux?|à la|jusqu'\w++) |à l')(?:(?:aux?|la|les?) |l')?(?:[\w-]+ ){1,4}"
    r"(?:de la |du |de |d')$"
)
_WEEK = re.compile(
    rf"(?:{_START}(?:dans|de|pour|pendant|durant|sur|in|during|for|from) )?{_START}(?:la |the )?"
    r"(?:semaine|week)(?: (?:du|de|of|from|starting))?(?: (?:la|le|the))? ?$"
)
_IN = re.compile(
    rf"{_START}(?:en|in|during|pendant|durant|courant|au cours d[eu']|between"
    r"|dans le courant d[eu']|entre|from|(?:au|du|le) mois d[e']|annees?|l'annee|l'an"
    rf"|(?:sur la|pour la) periode){_NEAR}"
)
_PREPOSITION = re.compile(
    rf"(?:{_START}(?:(?:de|du|pour|dans|sur|ce|on|of|from|for|le|la|les|l'|the|au|a l'|week-?end|d'"
    r"|journee|datee?s?)(?: |(?<='))){1,6})$"
)
_ARTICLES = re.compile(
    r"\b(?:articles?|papiers?|depeches?|textes?|sujets?|stories|pieces|titres?"
    r"|publie\w*|parue?s?|ecrits?|sortie?s?|dat(?:ee?s?|ent|ant)|published|written|posted|numeros?)"
    r"(?: (?:de|du|d'|en|le|of|from|on|in|the|l'an|l'annee))* ?$|\b(?:articles?|papiers?) d'$"
)
_ONE_ARTICLE = re.compile(r"\barticle (?:de |du |of |d'|from )?$")
_RELATIVE = re.compile(
    r"(?:,? ?\b(?:de |d')?)?\b(?P<words>cette annee|this year|l'annee (?:derniere|passee)"
    r"|l'an (?:dernier|passe)|last year|aujourd'hui|today)\b"
)
_PART_DAYS = {"debut": (1, 10), "early": (1, 10), "mi": (11, 20), "mid": (11, 20)}
_SEASON_DAYS = timedelta(days=75)  # from its first day into its last month


@dataclass(frozen=True, slots=True)
class _Point:
    """A day, month… of a row; `year` and `month` are None where a neighbour has them."""

    level: Level
    year: int | None
    month: int | None
    first: int = 1
    last: int = 0

    def resolve(self) -> Period | None:
        """Its days; None for a 31 February."""
        assert self.year is not None
        if self.level == "year":
            begin, end = date(self.year, self.first, 1), date(self.year, self.last or 12, 1)
            return Period(begin, period_around(end, "month").last)
        if self.month is None:
            return None
        month = period_around(date(self.year, self.month, 1), "month")
        if self.level == "season":
            return Period(month.first, period_around(month.first + _SEASON_DAYS, "month").last)
        first = valid_day(self.year, self.month, self.first)
        last = valid_day(self.year, self.month, self.last) if self.last else month.last
        return Period(first, last) if first is not None and last is not None else None


def cut_period(question: str, today: date, *, with_days: bool = True) -> Timing:
    """Cut a period from anywhere in a request. A lone day is none without `with_days`: it is then
    that of what happened."""
    folded = fold_phrase(question)
    at = 0
    while match := _ITEM.search(folded, at):
        at = match.start() + 1
        before = folded[: match.start()]
        if before[-1:].isalnum() or before[-1:] in ("-", "."):
            continue
        points, end = _read_row(folded, match)
        if not points or folded[end : end + 1].isalnum() or re.match(r"-\w", folded[end:]):
            continue
        span = _judge(question, folded, match.start(), end, points, with_days=with_days)
        period = _resolve(points, today) if span is not None else None
        if span is None or period is None:
            at = end
            continue
        bound = _bound(before, period, today, is_row=len(points) > 1)
        if not with_days and _END_OF.search(question[: match.start()].lower()):
            bound = Period(date.min, period.last)  # « de la crue à la réouverture de mai 2017 »
        return Timing(_without(question, span), bound)
    relative = _RELATIVE.search(folded)
    if relative is not None:
        return Timing(_without(question, relative.span()), _relative(relative["words"], today))
    return Timing(question)


def _read_row(folded: str, match: re.Match[str]) -> tuple[list[_Point], int]:
    """The points of a row and where it ends: « janvier, février et mars 2017 »."""
    points, ends = [_point(match)], [match.end()]
    while (link := _LINK.match(folded, ends[-1])) and (item := _ITEM.match(folded, link.end())):
        points.append(_point(item))
        ends.append(item.end())
    while points and points[-1].level == "day" and points[-1].month is None:
        points.pop()
        ends.pop()
    return points, ends[-1] if ends else match.end()


def _point(match: re.Match[str]) -> _Point:
    groups = {name: value for name, value in match.groupdict().items() if value is not None}

    def number(name: str) -> int | None:
        return int(groups[name]) if name in groups else None

    if "iso" in groups:
        numbers = [int(digits) for digits in re.findall(r"\d+", groups["iso"])]
        first, month, last = numbers
        year, day = (first, last) if first > last else (last, first)
        return _Point("day", year, month, day, day)
    for day_name, month_name, year_name in (
        ("day", "day_month", "day_year"),
        ("us_day", "us_month", "us_year"),
    ):
        if day_name in groups:
            own, day = groups.get(month_name), int(groups[day_name])
            return _Point("day", number(year_name), _NUMBERS[own] if own else None, day, day)
    if "part_of_year" in groups:
        first, last = {"fin": (10, 12), "late": (10, 12), "mi": (5, 8), "mid": (5, 8)}.get(
            groups["part"], (1, 3)
        )
        return _Point("year", number("part_of_year"), None, first, last)
    if "part" in groups:
        first, last = _PART_DAYS.get(groups["part"], (21, 0))
        month = _NUMBERS[groups["part_month"]]
        return _Point("part", number("part_year"), month, first, last)
    if "half" in groups:
        first, last = (1, 15) if _nth(groups["half"]) == 1 else (16, 0)
        month = _NUMBERS[groups["half_month"]]
        return _Point("part", number("half_year"), month, first, last)
    if "nth" in groups or "quarter" in groups:
        months = 6 if groups.get("unit", "") in ("semestre", "half") else 3
        nth = _nth(groups["nth"]) if "nth" in groups else int(groups["quarter"][1])
        own_year, last = number("nth_year") or number("quarter_year"), min(12, months * nth)
        return _Point("year", own_year, None, last - months + 1, last)
    if "season" in groups:
        return _Point("season", number("season_year"), _SEASONS[groups["season"]])
    if "month" in groups:
        return _Point("month", number("month_year"), _NUMBERS[groups["month"]])
    return _Point("year", number("year"), None)


def _nth(word: str) -> int:
    return next(number for stem, number in _ORDINALS.items() if word.startswith(stem))


def _judge(
    question: str,
    folded: str,
    start: int,
    end: int,
    points: Sequence[_Point],
    *,
    with_days: bool,
) -> tuple[int, int] | None:
    """The words of a row with those that introduce it; None if they are no period of articles:
    « la loi de 1905 », « sur Mars »."""
    before = folded[:start]
    bounds = (bound.search(before) for bound in (_SINCE, _BEFORE, _UNTIL, _AFTER, _IN))
    is_bound = next(filter(None, bounds), None)
    week = _WEEK.search(before)
    is_of_articles = _ARTICLES.search(before) is not None or not before.strip()
    opening = week or is_bound or _PREPOSITION.search(before)
    has_year = any(point.year is not None for point in points)
    is_row = len(points) > 1
    first = points[0]
    if all(point.level == "year" for point in points) and first.last == 0:
        is_famous = _ONE_ARTICLE.search(before) is not None  # « l'article de 1905 »
        is_season = is_row and folded[start + 4 : start + 5] in (
            "-",
            "/",
            "–",
        )  # « Ligue 2016-2017 »
        may = is_bound is not None or (is_of_articles and not is_famous)
        may = may or (is_row and not is_season)
    elif first.level == "day" and not is_row:
        may = (with_days and (has_year or is_of_articles)) or week is not None
        may = may or (is_bound is not None and _IN.search(before) is None)
    elif first.level == "month" and not has_year:
        is_capital = question[start].isupper()
        is_english = folded[start : start + 3] in {name[:3] for name in _ENGLISH_MONTHS}
        may = (is_bound is not None or is_of_articles) and (is_english or not is_capital)
    else:
        may = has_year or is_bound is not None or is_of_articles
    if not may:
        return None
    begin = opening.start() if opening is not None else start
    return begin, end


def _resolve(points: Sequence[_Point], today: date) -> Period | None:
    """The days of a row from its first point to its last."""
    year = month = None
    whole: list[_Point] = []
    for point in reversed(points):  # « du 3 au 5 mars 2017 »
        year = point.year or year
        month = point.month or month
        own = month if point.level == "day" else point.month
        whole.insert(0, replace(point, year=year, month=own))
    known = next((point.year for point in whole if point.year), None)  # « en 2016 et en mars »
    if known is None:
        first = whole[0]
        begin = valid_day(today.year, first.month or 1, first.first)
        known = today.year if begin is not None and begin <= today else today.year - 1
    periods = [(replace(point, year=point.year or known)).resolve() for point in whole]
    days = [period for period in periods if period is not None]
    if len(days) < len(periods):
        return None
    return Period(min(own.first for own in days), max(own.last for own in days))


def _bound(before: str, period: Period, today: date, *, is_row: bool) -> Period:
    """The period that words before it open or close: « depuis », « avant », « la semaine du »."""
    if is_row:
        return period
    if _WEEK.search(before):
        return Period(period.first, period.first + timedelta(days=6))
    if _SINCE.search(before):
        return Period(period.first, max(today, period.first))
    if _AFTER.search(before):
        return Period(period.last + timedelta(days=1), max(today, period.last + timedelta(days=1)))
    if _BEFORE.search(before):
        return Period(date.min, period.first - timedelta(days=1))
    return Period(date.min, period.last) if _UNTIL.search(before) else period


def _relative(words: str, today: date) -> Period:
    if words in ("aujourd'hui", "today"):
        return Period(today, today)
    is_now = words in ("cette annee", "this year")
    return period_around(date(today.year - (not is_now), 1, 1), "year")


def _without(question: str, span: tuple[int, int]) -> str:
    before = question[: span[0]].rstrip(" ,(")
    after = question[span[1] :].lstrip(")")
    return " ".join(f"{before} {after if before else after.lstrip(', ')}".split())
