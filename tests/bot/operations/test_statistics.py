"""Days, shares and percentiles, as they are shown and drawn."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.operations.statistics import (
    Day,
    Today,
    count_days,
    percentile,
    spark,
)
from bot.state.statistics import QuestionRecord

TODAY = date(2026, 3, 1)


def asked(day: date, answered: bool, elapsed: float | None = None) -> QuestionRecord:
    """At noon on this machine's clock."""
    return QuestionRecord(
        datetime(day.year, day.month, day.day, 12).astimezone(), answered, elapsed
    )


def test_every_day_is_there_and_the_last_is_today() -> None:
    questions = [asked(TODAY, True), asked(TODAY, False), asked(date(2026, 2, 27), True)]
    assert count_days(questions, TODAY, 4) == (
        Day(date(2026, 2, 26)),
        Day(date(2026, 2, 27), 1, 0),
        Day(date(2026, 2, 28)),
        Day(TODAY, 1, 1),
    )


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([7.0], 0.95, 7.0),
        ([4.0, 3.0, 1.0, 2.0], 0.5, 2.0),
        (list(range(1, 101)), 0.95, 95),
    ],
)
def test_a_percentile_is_a_value(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_questions_without_a_time_count_but_for_the_time() -> None:
    today = Today.of([asked(TODAY, True, 10.0), asked(TODAY, False, 30.0), asked(TODAY, True)])
    assert today == Today(3, 2, 10.0, 30.0)
    assert Today.of([]) == Today(0, 0, None, None)


def test_the_questions_of_days_are_a_line_of_bars() -> None:
    days = [Day(date(2026, 3, number), number, number) for number in (1, 2, 4)]
    assert spark(days) == "▂▄█"
    assert spark([Day(date(2026, 3, 1))]) == "▁"
