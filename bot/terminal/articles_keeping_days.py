"""Days as they are typed on the command line: a day, a month, a year, or so many days ago."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from bot.errors_keeping_errors import KeepingError
from bot.locale.keeping import KeepingPhrases
from index.article_index_period import Period

_AGO = re.compile(r"(\d{1,6})\s*[djDJ]")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def period_of(
    since: str | None, until: str | None, today: date, phrases: KeepingPhrases
) -> Period | None:
    """The days from the first of `since` to the last of `until`; None where neither is typed.

    Raises KeepingError.
    """
    if since is None and until is None:
        return None
    try:
        first = _span(since, today)[0] if since is not None else date.min
    except (ValueError, OverflowError) as error:
        raise KeepingError(phrases.no_such_day("--since", since or "")) from error
    try:
        last = _span(until, today)[1] if until is not None else date.max
    except (ValueError, OverflowError) as error:
        raise KeepingError(phrases.no_such_day("--until", until or "")) from error
    if first > last:
        raise KeepingError(phrases.crossed(since or "", until or ""))
    return Period(first, last)


def _span(typed: str, today: date) -> tuple[date, date]:
    """The first and the last day of what is typed. Raises ValueError, OverflowError."""
    if ago := _AGO.fullmatch(typed.strip()):
        day = today - timedelta(days=int(ago[1]))
        return day, day
    told = _DATE.fullmatch(typed.strip())
    if told is None:
        raise ValueError(typed)
    year, month, day_of_month = int(told[1]), told[2], told[3]
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day_of_month is None:
        first = date(year, int(month), 1)
        return first, first.replace(day=monthrange(year, first.month)[1])
    day = date(year, int(month), int(day_of_month))
    return day, day
