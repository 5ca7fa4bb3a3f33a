"""What people write as a time is understood or refused whole, and a day has one daily."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.digests.schedule import EVERY_DAY, Schedule, day_before_first, due_day, parse_schedule

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("typed", "minute", "days"),
    [
        ("7h30", 450, EVERY_DAY),
        ("07:30", 450, EVERY_DAY),
        ("18 heures", 1080, EVERY_DAY),
        ("18h le lundi et le jeudi", 1080, (0, 3)),
        ("du lundi au vendredi 7h", 420, (0, 1, 2, 3, 4)),
        ("en semaine 7h30", 450, (0, 1, 2, 3, 4)),
        ("tous les jours à 0h", 0, EVERY_DAY),
        ("MONDAY, Thursday 6:00 pm", 1080, (0, 3)),
        ("every day at 12:00 am", 0, EVERY_DAY),
    ],
)
def test_a_time_is_understood(typed: str, minute: int, days: tuple[int, ...]) -> None:
    assert parse_schedule(typed) == Schedule(minute, days)


@pytest.mark.parametrize(
    "typed",
    ["7h30 audio", "audio 7h30", "7h30 en audio", "à voix haute à 7h30", "7:30 aloud"],
)
def test_it_is_read_aloud_where_that_is_asked_for(typed: str) -> None:
    assert parse_schedule(typed) == Schedule(450, audio=True)


@pytest.mark.parametrize(
    "typed",
    ["", "demain", "lundi", "25h", "7h75", "7h30 demain", "7h 8h", "7", "lundi 7h30 sauf férié"],
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    assert parse_schedule(typed) is None


def test_text_of_any_length_is_refused_at_once() -> None:
    assert parse_schedule("lundi " * 100_000 + "7h") is None


@pytest.mark.parametrize("start", [datetime(2026, 3, 20), datetime(2026, 10, 18)])
@pytest.mark.parametrize("minute", [0, 119, 150, 179, 1439])
def test_over_a_change_of_clock_every_day_has_one(start: datetime, minute: int) -> None:
    """Looked at every 20 s for twelve days, as the bot does."""
    schedule, last = Schedule(minute), start.date()
    sent: list[date] = []
    moment = start.replace(tzinfo=PARIS).astimezone(UTC)
    for step in range(12 * 24 * 180):
        now = (moment + timedelta(seconds=20 * step)).astimezone(PARIS)
        if (day := due_day(schedule, last, now)) is not None:
            sent.append(day)
            last = day
            assert now.time() >= schedule.clock
    assert sent == [start.date() + timedelta(days=at) for at in range(1, len(sent) + 1)]
    assert len(sent) >= 10


def test_who_asks_after_the_time_waits_for_the_next_day() -> None:
    schedule, now = Schedule(450), datetime(2026, 3, 26, 8, tzinfo=PARIS)
    assert day_before_first(schedule, now) == now.date()
    assert day_before_first(schedule, now.replace(hour=7)) == date(2026, 3, 25)
