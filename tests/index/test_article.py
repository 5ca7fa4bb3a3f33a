from __future__ import annotations

from datetime import date

import pytest

from index.article import Period


def test_both_ends_belong_to_a_period_which_does_not_end_before_it_begins() -> None:
    august = Period(date(2025, 8, 1), date(2025, 8, 31))
    days = (date(2025, 7, 31), date(2025, 8, 1), date(2025, 8, 31), date(2025, 9, 1), None)
    assert [day in august for day in days] == [False, True, True, False, False]
    with pytest.raises(ValueError, match="2025-08-02"):
        Period(date(2025, 8, 2), date(2025, 8, 1))
