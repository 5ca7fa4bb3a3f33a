"""The day that a date names, when it leaves no doubt."""

from __future__ import annotations

import re
from datetime import date, datetime

from index.stopwords import fold

_MONTHS = (
    "janvier janv january jan enero januar gennaio janeiro januari",
    "fevrier fevr fev february feb febrero februar febbraio fevereiro februari",
    "mars march mar marzo marz marco maart",
    "avril avr april apr abril aprile",
    "mai may mayo maggio maio mei",
    "juin june jun junio juni giugno junho",
    "juillet juil july jul julio juli luglio julho",
    "aout august aug agosto augustus",
    "septembre sept september sep septiembre settembre setembro",
    "octobre oct october octubre oktober ottobre outubro",
    "novembre nov november noviembre novembro",
    "decembre dec december diciembre dezember dicembre dezembro",
)
_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAME = "|".join(sorted(_NUMBER, key=len, reverse=True))

_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|st|nd|rd|th|o|\.)?(?: de| of)? "
    rf"({_NAME})\.?(?: de|,)? (\d{{4}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"\b({_NAME})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?!\d)")


def find_moment(text: str) -> date | datetime | None:
    """The moment of an ISO 8601 text that tells the time, its zone kept; else the day it names."""
    stamp = text.strip()
    if re.match(r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}", stamp):
        try:
            return datetime.fromisoformat(stamp)
        except ValueError:
            pass
    return find_date(text)


def find_date(text: str) -> date | None:
    """The first date in `text`; None where there is none or where day and month may be swapped."""
    plain = " ".join(fold(text.lower()).split())
    if match := _YEAR_FIRST.search(plain):
        return _day(match[1], match[2], match[3])
    if match := _DAY_MONTH.search(plain):
        return _day(match[3], str(_NUMBER[match[2]]), match[1])
    if match := _MONTH_DAY.search(plain):
        return _day(match[3], str(_NUMBER[match[1]]), match[2])
    if match := _DAY_FIRST.search(plain):
        return _numeric(match[1], match[2], match[3], match[4])
    return None


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
