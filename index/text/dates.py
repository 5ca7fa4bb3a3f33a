"""Dates and times in a text, names of months and weekdays, and periods of days."""

from __future__ import annotations

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from index.article import Period
from index.text.folding import fold
from index.text.patterns import one_of

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "january february march april may june july august september october november december",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_WEEKDAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
}


def month_names(*languages: str) -> frozenset[str]:
    """Return month names in these languages, in lower case, with and without accents."""
    return _with_plain_forms(_MONTHS, languages)


def weekday_names(*languages: str) -> frozenset[str]:
    """Return weekday names in these languages, in lower case, with and without accents."""
    return _with_plain_forms(_WEEKDAYS, languages)


def month_name(number: int, language: str) -> str:
    """Return the name of a month (January is 1), as within a sentence."""
    return _MONTHS[language].split()[number - 1]


def _with_plain_forms(table: dict[str, str], languages: tuple[str, ...]) -> frozenset[str]:
    names = [name for language in languages for name in table[language].split()]
    return frozenset(names) | frozenset(map(fold, names))


def _numbers(table: dict[str, str], first: int) -> MappingProxyType[str, int]:
    return MappingProxyType(
        {
            fold(name): number
            for names in table.values()
            for number, name in enumerate(names.split(), first)
        }
    )


# By their names in any of the languages, in lower case without accents; Monday is 0.
MONTH_NUMBERS = _numbers(_MONTHS, 1)
WEEKDAY_NUMBERS = _numbers(_WEEKDAYS, 0)

_SHORT = "janv-jan fevr-fev-feb mar avr-apr may jun juil-jul aug sept-sep oct nov dec".split()  # noqa: SIM905
_NUMBER = MONTH_NUMBERS | {
    short: number for number, forms in enumerate(_SHORT, start=1) for short in forms.split("-")
}
_NAME = one_of(_NUMBER)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|st|nd|rd|th|o|\.)?(?: de| of)? "
    rf"({_NAME})\.?(?: de|,)? (\d{{4}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"\b({_NAME})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?!\d)")
_OFFSETS = {"z": 0, "utc": 0, "gmt": 0, "wet": 0, "cet": 1, "cest": 2}
_OFFSETS |= {"est": -5, "edt": -4, "cdt": -5, "mdt": -6, "pst": -8, "pdt": -7}
_TIME = re.compile(
    r"[ ,t|]{0,3}(?:[-–—·] )?(?:(?:a|at|um|alle ore|alle|a las|om) )?"
    r"(?P<hour>\d{1,2})(?: ?(?:[h:]|\.(?=\d\d uhr)) ?(?P<minute>[0-5]\d)"
    r"(?::(?P<second>[0-5]\d)(?:\.\d+)?)?| ?h\b| (?=[ap]\.?m\b)|(?=[ap]m\b))(?!\d)"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"(?: uhr\b)?"
    rf"(?: ?\(?(?P<zone>heure de paris|[+-]\d{{2}}:?\d{{2}}|{'|'.join(_OFFSETS)})\b\)?)?"
)


def find_moment(text: str) -> date | datetime | None:
    """Find the first date in `text`, with its time and zone if present.

    ISO 8601 timestamps are supported; « 29 août 2025 à 10h30 » is a time without a zone. Year 1 is
    no date: .NET writes it for none.
    """
    moment: date | datetime | None = None
    stamp = text.strip()
    if re.match(r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}", stamp):
        with suppress(ValueError):
            moment = datetime.fromisoformat(stamp)
    moment = moment or moment_and_rest(text)[0]
    return None if moment is None or moment.year == 1 else moment


def find_date(text: str) -> date | None:
    """Find the first date in `text`; None if there is none, or day and month are ambiguous."""
    moment = moment_and_rest(text)[0]
    return moment.date() if isinstance(moment, datetime) else moment


def moment_and_rest(text: str) -> tuple[date | datetime | None, str]:
    """Find the first date or time in `text`; return it and the other words, folded."""
    plain = " ".join(fold(text.lower()).split())
    forms = (_YEAR_FIRST, _DAY_MONTH, _MONTH_DAY, _DAY_FIRST)
    match = next((match for form in forms if (match := form.search(plain))), None)
    day = _day_of(match) if match else None
    if match is None or day is None:
        return None, plain
    clock = _TIME.match(plain, match.end())
    if clock is None:
        return day, f"{plain[: match.start()]} {plain[match.end() :]}"
    return _combine(day, clock), f"{plain[: match.start()]} {plain[clock.end() :]}"


def _day_of(match: re.Match[str]) -> date | None:
    if match.re is _YEAR_FIRST:
        return valid_day(match[1], match[2], match[3])
    if match.re is _DAY_MONTH:
        return valid_day(match[3], _NUMBER[match[2]], match[1])
    if match.re is _MONTH_DAY:
        return valid_day(match[3], _NUMBER[match[1]], match[2])
    # « 29/08/2025 » and « 08/29/2025 » are clear, « 03/04/2025 » is not; dots mean day first.
    first, mark, second, year = match.groups()
    if mark == "." or int(first) > 12 or first == second:
        return valid_day(year, second, first)
    return valid_day(year, first, second) if int(second) > 12 else None


def valid_day(year: int | str, month: int | str, day: int | str) -> date | None:
    """Return the date, or None if the calendar has no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _combine(day: date, clock: re.Match[str]) -> date | datetime:
    """Combine a day and a time; return only the day if the time is invalid."""
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            return day
        hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    try:
        at = time(hour, int(clock["minute"] or 0), int(clock["second"] or 0))
        moment = datetime.combine(day, at)
        return moment.replace(tzinfo=_zone(clock["zone"], moment))
    except ValueError:
        return day


def _zone(name: str | None, moment: datetime) -> timezone | None:
    if not name:
        return None
    if name == "heure de paris":
        try:
            offset = moment.replace(tzinfo=ZoneInfo("Europe/Paris")).utcoffset()
        except ZoneInfoNotFoundError:  # no time zone data on this machine
            return None
        return timezone(offset) if offset is not None else None
    if name[0] in "+-":
        ahead = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(ahead if name[0] == "+" else -ahead)
    return timezone(timedelta(hours=_OFFSETS[name]))


def period_around(day: date, unit: str) -> Period:
    """Return the week, month or year of a day; the day itself for any other unit."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if unit == "month":
        return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    if unit == "year":
        return Period(date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(day, day)
