"""The day and the moment that a text names, when it leaves no doubt."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from index.text.folding import fold
from index.text.months import MONTH_NUMBERS

_SHORT = "janv-jan fevr-fev-feb mar avr-apr may jun juil-jul aug sept-sep oct nov dec".split()  # noqa: SIM905
_NUMBER = MONTH_NUMBERS | {
    short: number for number, each in enumerate(_SHORT, start=1) for short in each.split("-")
}
_NAME = "|".join(sorted(_NUMBER, key=len, reverse=True))
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
    """The first moment in `text`: the day, with the time and its zone where they are told.

    An ISO 8601 stamp is read as it is; « 29 août 2025 à 10h30 » is a time without a zone.
    """
    stamp = text.strip()
    if re.match(r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}", stamp):
        try:
            return datetime.fromisoformat(stamp)
        except ValueError:
            pass
    plain = _plain(text)
    day, end = _first(plain)
    return _timed(day, plain[end:]) if day else None


def find_date(text: str) -> date | None:
    """The first date in `text`; None where there is none or where day and month may be swapped."""
    return _first(_plain(text))[0]


def moment_and_rest(text: str) -> tuple[date | datetime | None, str]:
    """The first moment in `text`, and the words around it in lower case without accents."""
    plain = _plain(text)
    match = _found(plain)
    day = _read(match) if match else None
    if match is None or day is None:
        return None, plain
    time_told = _TIME.match(plain, match.end())
    end = time_told.end() if time_told else match.end()
    return _timed(day, plain[match.end() :]), f"{plain[: match.start()]} {plain[end:]}"


def _plain(text: str) -> str:
    return " ".join(fold(text.lower()).split())


def _found(plain: str) -> re.Match[str] | None:
    forms = (_YEAR_FIRST, _DAY_MONTH, _MONTH_DAY, _DAY_FIRST)
    return next((match for form in forms if (match := form.search(plain))), None)


def _first(plain: str) -> tuple[date | None, int]:
    """The first date, and where it ends."""
    match = _found(plain)
    return (_read(match), match.end()) if match else (None, 0)


def _read(match: re.Match[str]) -> date | None:
    if match.re is _YEAR_FIRST:
        return _day(match[1], match[2], match[3])
    if match.re is _DAY_MONTH:
        return _day(match[3], str(_NUMBER[match[2]]), match[1])
    if match.re is _MONTH_DAY:
        return _day(match[3], str(_NUMBER[match[1]]), match[2])
    return _numeric(match[1], match[2], match[3], match[4])


def _timed(day: date, after: str) -> date | datetime:
    """The day at the time that follows it, if one does."""
    told = _TIME.match(after)
    if told is None:
        return day
    hour = int(told["hour"])
    if told["half"]:
        if not 1 <= hour <= 12:
            return day
        hour = hour % 12 + (12 if told["half"] == "p" else 0)
    try:
        clock = time(hour, int(told["minute"] or 0), int(told["second"] or 0))
        moment = datetime.combine(day, clock)
        return moment.replace(tzinfo=_zone(told["zone"], moment))
    except ValueError:
        return day


def _zone(name: str | None, moment: datetime) -> timezone | None:
    if not name:
        return None
    if name == "heure de paris":
        return _paris(moment)
    if name[0] in "+-":
        ahead = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(ahead if name[0] == "+" else -ahead)
    hours = _OFFSETS.get(name)
    return None if hours is None else timezone(timedelta(hours=hours))


def _paris(moment: datetime) -> timezone | None:
    try:
        offset = moment.replace(tzinfo=ZoneInfo("Europe/Paris")).utcoffset()
    except ZoneInfoNotFoundError:  # no time zone data on this machine
        return None
    return timezone(offset) if offset is not None else None


def _numeric(first: str, mark: str, second: str, year: str) -> date | None:
    """« 29/08/2025 » is clear, « 08/29/2025 » too, « 03/04/2025 » is not; dots go day first."""
    if mark == "." or int(first) > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if int(second) > 12 else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
