"""Days as they are typed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UsageError
from bot.library.days import parse_period
from index.article import Period

TODAY = date(2025, 9, 1)


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2025-08-29", None, date(2025, 8, 29), date.max),
        ("2025-8", "2025-8", date(2025, 8, 1), date(2025, 8, 31)),
        (None, "2024-02", date.min, date(2024, 2, 29)),
        ("2024", "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("30d", None, date(2025, 8, 2), date.max),
        ("30j", "0j", date(2025, 8, 2), TODAY),
    ],
)
def test_days_months_years(since: str | None, until: str | None, first: date, last: date) -> None:
    assert parse_period(since, until, TODAY) == Period(first, last)


def test_nothing_typed_leaves_the_time_open() -> None:
    assert parse_period(None, None, TODAY) is None


@given(st.text(max_size=12))
def test_whatever_is_typed_is_understood_or_refused(typed: str) -> None:
    with suppress(UsageError):
        assert parse_period(typed, None, TODAY) is not None


def test_what_is_accepted_is_said() -> None:
    with pytest.raises(UsageError, match="--since hier: day-unclear"):
        parse_period("hier", None, TODAY)
