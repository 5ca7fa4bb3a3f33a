from __future__ import annotations

from datetime import date

import pytest

from index.article import Period

AUGUST = Period(date(2025, 8, 1), date(2025, 8, 31))


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2025, 7, 31), False),
        (date(2025, 8, 1), True),
        (date(2025, 8, 31), True),
        (date(2025, 9, 1), False),
        (None, False),
    ],
)
def test_both_ends_belong_to_a_period(day: date | None, inside: bool) -> None:
    assert (day in AUGUST) is inside


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="2025-08-02"):
        Period(date(2025, 8, 2), date(2025, 8, 1))
