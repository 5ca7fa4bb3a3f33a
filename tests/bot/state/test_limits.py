"""Buckets that fill again: told once, kept across a restart, one a person and one a group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.state import meters
from bot.state.database import State, open_state
from bot.state.limits import AskLimits, Over

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
READER, OTHER, GROUP = 42, 43, -100


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(open_state(f"sqlite:///{tmp_path / 'state.sqlite'}")) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limits(state: State, clock: Clock, **settings: Any) -> AskLimits:
    mine = {"question_burst": 4, "question_seconds": 10}
    ours = {"group_burst": 6, "group_seconds": 2}
    return AskLimits(Settings(_env_file=None, **mine | ours | settings), state, clock)


async def taken(limits: AskLimits, *args: int, times: int) -> list[Over | None]:
    return [await limits.take(*args) for _ in range(times)]


async def refused(limits: AskLimits, *args: int) -> Over:
    over = await limits.take(*args)
    assert over is not None
    return over


async def test_a_burst_and_then_one_at_a_time(state: State, clock: Clock) -> None:
    mine = limits(state, clock)
    assert await taken(mine, READER, times=4) == [None] * 4
    assert await refused(mine, READER) == Over(
        timedelta(seconds=10), was_notified=False, group=False
    )
    clock.after(4)
    assert await refused(mine, READER) == Over(timedelta(seconds=6), was_notified=True, group=False)
    clock.after(6)
    assert await taken(mine, READER, times=2) != [None, None]
    clock.after(400)
    assert await taken(mine, READER, times=4) == [None] * 4  # never more than a burst


async def test_a_group_has_a_bucket_of_its_own_beside_its_people_s(
    state: State, clock: Clock
) -> None:
    mine = limits(state, clock)
    for person in (1, 2, 3):
        assert await taken(mine, person, GROUP, times=2) == [None, None]
    over = await refused(mine, 4, GROUP)
    assert (over.group, over.seconds) == (True, 2)
    assert await mine.take(4) is None  # in private they may
    assert await mine.take(1) is None


async def test_buttons_cost_a_part_and_fractions_add_up(state: State, clock: Clock) -> None:
    mine = limits(state, clock)
    pressed = [await mine.take(READER, cost=0.2) for _ in range(21)]
    assert pressed[:20] == [None] * 20
    assert pressed[20] is not None


async def test_a_restart_gives_back_half_a_burst_at_most_and_is_not_told_again(
    state: State, clock: Clock
) -> None:
    await taken(limits(state, clock), READER, times=5)
    assert (await refused(limits(state, clock), READER)).was_notified
    await taken(limits(state, clock), OTHER, times=3)
    again = await taken(limits(state, clock), OTHER, times=5)
    assert again.count(None) <= 3


async def test_a_meter_is_forgotten_once_it_is_full_and_not_before(
    state: State, clock: Clock
) -> None:
    mine = limits(state, clock, question_seconds=86400)  # full again after four days
    assert mine.retention == timedelta(days=4)
    await taken(mine, READER, times=4)
    clock.after(2 * 86400)
    await mine.tidy()
    again = await taken(limits(state, clock, question_seconds=86400), READER, times=3)
    assert again.count(None) == 2
    clock.after(5 * 86400)
    await mine.tidy()
    assert state.do(meters.load_meters) == {}


async def test_several_processes_count_the_second_half_of_a_burst_together(
    state: State, clock: Clock
) -> None:
    one, other = limits(state, clock), limits(state, clock)
    assert await taken(one, READER, times=4) == [None] * 4
    first, second, third = await taken(other, READER, times=3)
    assert first is second is None
    assert third is not None
