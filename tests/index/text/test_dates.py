from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from index.article import Period
from index.text.dates import (
    MONTH_NUMBERS,
    find_date,
    find_moment,
    moment_and_rest,
    month_names,
    period_around,
)
from index.text.patterns import one_of

DAY = date(2025, 8, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Publié le 29 août 2025", DAY),
        ("29 aout 2025 à 10h30", DAY),
        ("Published on August 29, 2025", DAY),
        ("Aug. 29th, 2025", DAY),
        ("29 August 2025", DAY),
        ("2025-08-29T10:00:00Z", DAY),
        ("29/08/2025", DAY),
        ("08/29/2025", DAY),
        ("29.8.2025", DAY),
        ("29 de agosto de 2025", DAY),
        # They look as if they could be read in two ways, and cannot.
        ("1er mars 2024", date(2024, 3, 1)),
        ("04.03.2024", date(2024, 3, 4)),
        ("", None),
        ("août 2025", None),
        ("03/04/2025", None),
        ("31 février 2025", None),
        ("129 août 20255", None),
    ],
)
def test_a_clear_date_is_read_and_an_unclear_one_is_none(text: str, day: date | None) -> None:
    assert find_date(text) == day


TWO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Publié le 29 août 2025 à 10h30", datetime(2025, 8, 29, 10, 30)),
        ("29 août 2025 à 10h", datetime(2025, 8, 29, 10)),
        ("29. August 2025 um 10.30 Uhr", datetime(2025, 8, 29, 10, 30)),
        ("August 29, 2025 at 5 p.m.", datetime(2025, 8, 29, 17)),
        ("Aug. 29, 2025 12:05 am GMT", datetime(2025, 8, 29, 0, 5, tzinfo=UTC)),
        ("29 août 2025 à 8h05 (heure de Paris)", datetime(2025, 8, 29, 8, 5, tzinfo=TWO)),
        ("2025-08-29T10:30:00Z", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("Fri, 29 Aug 2025 10:30:00 GMT", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("29 août 2025", date(2025, 8, 29)),
        ("29 août 2025, 12.50 euros", date(2025, 8, 29)),
        ("29 août 2025 à 25h30", date(2025, 8, 29)),
        ("29 août 2025 à 12 km de Lyon", date(2025, 8, 29)),
        ("à 10h30", None),
    ],
)  # fmt: skip
def test_a_time_is_read_where_it_is_told(text: str, moment: date | datetime | None) -> None:
    found = find_moment(text)
    assert found == moment
    assert type(found) is type(moment)
    if isinstance(found, datetime) and isinstance(moment, datetime):
        assert found.utcoffset() == moment.utcoffset()


def test_what_stands_around_a_moment_is_told() -> None:
    moment, rest = moment_and_rest("Le 29 août 2025 à 10h30, dans Vie locale")
    assert moment == datetime(2025, 8, 29, 10, 30)
    assert rest.split() == ["le", ",", "dans", "vie", "locale"]
    assert moment_and_rest("Rien") == (None, "rien")


@pytest.mark.parametrize("language", ["fr", "en", "es", "de", "it", "pt", "nl"])
def test_every_language_has_twelve(language: str) -> None:
    assert {MONTH_NUMBERS.get(name, 0) for name in month_names(language)} - {0} == set(range(1, 13))


def test_names_are_found_with_and_without_their_accents() -> None:
    pattern = re.compile(one_of(month_names("fr", "en")))
    assert pattern.findall("août, aout, may, mai, enero") == ["août", "aout", "may", "mai"]


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2024, 2, 26), date(2024, 3, 3)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("year", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_is_the_days_around_one(unit: str, first: date, last: date) -> None:
    assert period_around(date(2024, 2, 29), unit) == Period(first, last)
