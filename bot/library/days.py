"""Parsing of typed periods: a day, a month, a year, a number of days ago, or a range of these."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.errors import UsageError
from index.article import Period
from index.text.dates import period_around

_AGO = re.compile(r"(\d{1,6})\s*[djDJ]")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def parse_period(
    since: str | None,
    until: str | None,
    today: date,
    options: tuple[str, str] = ("--since", "--until"),
) -> Period | None:
    """Parse the first and the last day, given by `options`; None without any. Raises UsageError."""
    if since is None and until is None:
        return None
    first, last = date.min, date.max
    option = f"{options[0]} {since}"
    try:
        if since is not None:
            first = parse_days(since, today).first
        option = f"{options[1]} {until}"
        if until is not None:
            last = parse_days(until, today).last
    except (ValueError, OverflowError) as error:
        raise UsageError("day-unclear", subject=option) from error
    if first > last:
        raise UsageError("days-crossed", first=f"{options[0]} {since}", last=option)
    return Period(first, last)


def parse_days(typed: str, today: date) -> Period:
    """Parse a day, a month, a year or a number of days ago. Raises ValueError, OverflowError."""
    if ago := _AGO.fullmatch(typed.strip()):
        return period_around(today - timedelta(days=int(ago[1])), "day")
    match = _DATE.fullmatch(typed.strip())
    if match is None:
        raise ValueError(typed)
    year, month, day = match.groups()
    unit = "day" if day else "month" if month else "year"
    return period_around(date(int(year), int(month or 1), int(day or 1)), unit)
