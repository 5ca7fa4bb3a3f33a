"""A date is read in the ways people write it, and left alone when it is unclear."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from index.formats.dates import find_date, find_moment

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
        ("29 août 2025 à 10h", datetime(2025, 8, 29, 10)),
        ("29. August 2025 um 10.30 Uhr", datetime(2025, 8, 29, 10, 30)),
        ("Aug. 29, 2025 12:05 am GMT", datetime(2025, 8, 29, 0, 5, tzinfo=UTC)),
        ("2025-08-29 10:30:00 +0200", datetime(2025, 8, 29, 10, 30, tzinfo=TWO)),
        ("Fri, 29 Aug 2025 10:30:00 GMT", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("29 août 2025, 12 morts", date(2025, 8, 29)),
        ("29 août 2025 à 25h30", date(2025, 8, 29)),
        ("à 10h30", None),
    ],
)  # fmt: skip
def test_a_time_is_read_where_it_is_told(text: str, moment: date | datetime | None) -> None:
    found = find_moment(text)
    assert found == moment
    assert type(found) is type(moment)
    if isinstance(found, datetime) and isinstance(moment, datetime):
        assert found.utcoffset() == moment.utcoffset()
