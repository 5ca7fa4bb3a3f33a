"""A date is read in the ways people write it, and left alone when it is unclear."""

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
    weekday_names,
)
from index.text.patterns import one_of

CLEAR = [
    "Publié le 29 août 2025",
    "29 aout 2025 à 10h30",
    "Published on August 29, 2025",
    "Aug. 29th, 2025",
    "29 August 2025",
    "2025-08-29T10:00:00Z",
    "2025/08/29",
    "29/08/2025",
    "08/29/2025",
    "29.8.2025",
    "29 de agosto de 2025",
    "29. August 2025",
    "29 agosto 2025",
    "29 augustus 2025",
]


@pytest.mark.parametrize("text", CLEAR)
def test_a_clear_date(text: str) -> None:
    assert find_date(text) == date(2025, 8, 29)


@pytest.mark.parametrize(
    "text", ["", "hier", "août 2025", "2025", "03/04/2025", "31 février 2025", "129 août 20255"]
)
def test_an_unclear_date_is_none(text: str) -> None:
    assert find_date(text) is None


def test_forms_that_look_ambiguous_but_are_not() -> None:
    assert find_date("1er mars 2024") == date(2024, 3, 1)
    assert find_date("04.03.2024") == date(2024, 3, 4)
    assert find_date("03/03/2024") == date(2024, 3, 3)


TWO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Publié le 29 août 2025 à 10h30", datetime(2025, 8, 29, 10, 30)),
        ("29 août 2025, 10 h 30", datetime(2025, 8, 29, 10, 30)),
        ("29 août 2025 à 10h", datetime(2025, 8, 29, 10)),
        ("29/08/2025 - 10:30", datetime(2025, 8, 29, 10, 30)),
        ("29. August 2025 um 10.30 Uhr", datetime(2025, 8, 29, 10, 30)),
        ("August 29, 2025 at 5 p.m.", datetime(2025, 8, 29, 17)),
        ("Aug. 29, 2025 12:05 am GMT", datetime(2025, 8, 29, 0, 5, tzinfo=UTC)),
        ("29 août 2025 à 8h05 (heure de Paris)", datetime(2025, 8, 29, 8, 5, tzinfo=TWO)),
        ("2025-08-29 10:30:00 +0200", datetime(2025, 8, 29, 10, 30, tzinfo=TWO)),
        ("2025-08-29T10:30:00Z", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("Fri, 29 Aug 2025 10:30:00 GMT", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("29 août 2025", date(2025, 8, 29)),
        ("29 août 2025, 12 morts", date(2025, 8, 29)),
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


@pytest.mark.parametrize(
    ("name", "number"),
    [("fevrier", 2), ("marz", 3), ("marco", 3), ("maart", 3), ("august", 8), ("dicembre", 12)],
)
def test_a_name_has_its_number_in_every_language(name: str, number: int) -> None:
    assert MONTH_NUMBERS[name] == number


@pytest.mark.parametrize("language", ["fr", "en", "es", "de", "it", "pt", "nl"])
def test_every_language_has_twelve(language: str) -> None:
    assert {MONTH_NUMBERS.get(name, 0) for name in month_names(language)} - {0} == set(range(1, 13))


def test_names_are_found_with_and_without_their_accents() -> None:
    pattern = re.compile(one_of(month_names("fr", "en")))
    assert pattern.findall("août, aout, may, mai, enero") == ["août", "aout", "may", "mai"]


def test_weekdays_are_known_in_several_languages() -> None:
    assert {"samedi", "saturday", "sábado", "sabado"} <= weekday_names("fr", "en", "es")


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
