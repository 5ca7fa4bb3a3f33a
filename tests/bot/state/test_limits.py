"""Buckets that fill again: told once, kept across a restart, one a person and one a group."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.settings import Settings
from bot.state.database import State
from bot.state.limits import AskLimits, Over

READER, OTHER, GROUP = 42, 43, -100
Limits = Callable[..., AskLimits]


class Clock:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(state: State, clock: Clock) -> Limits:
    """The limits of a process; four questions a person, six a group."""
    usual = {"question_burst": 4, "question_seconds": 10, "group_burst": 6, "group_seconds": 2}

    def limits(**settings: Any) -> AskLimits:
        return AskLimits(Settings(_env_file=None, **usual | settings), state, clock)

    return limits


async def taken(limits: AskLimits, *args: int, times: int) -> list[Over | None]:
    return [await limits.take(*args) for _ in range(times)]


async def refused(limits: AskLimits, *args: int) -> Over:
    over = await limits.take(*args)
    assert over is not None
    return over


async def test_a_burst_and_then_one_at_a_time(limits: Limits, clock: Clock) -> None:
    mine = limits()
    assert await taken(mine, READER, times=4) == [None] * 4
    assert await refused(mine, READER) == Over(timedelta(seconds=10), False, False)
    clock.after(4)
    assert await refused(mine, READER) == Over(timedelta(seconds=6), True, False)
    clock.after(6)
    assert await taken(mine, READER, times=2) != [None, None]
    clock.after(400)
    assert await taken(mine, READER, times=4) == [None] * 4  # never more than a burst
    pressed = [await mine.take(OTHER, cost=0.2) for _ in range(21)]
    assert [refusal is None for refusal in pressed] == [True] * 20 + [False]


async def test_a_group_has_a_bucket_of_its_own_beside_its_people_s(limits: Limits) -> None:
    mine = limits()
    for person in (1, 2, 3):
        assert await taken(mine, person, GROUP, times=2) == [None, None]
    over = await refused(mine, 4, GROUP)
    assert (over.group, over.seconds) == (True, 2)
    assert await mine.take(4) is None  # in private they may
    assert await mine.take(1) is None


async def test_a_restart_gives_back_half_a_burst_at_most(limits: Limits) -> None:
    await taken(limits(), READER, times=5)
    assert (await refused(limits(), READER)).was_notified
    await taken(limits(), OTHER, times=3)
    again = await taken(limits(), OTHER, times=5)
    assert again.count(None) <= 3


async def test_a_full_meter_is_forgotten(limits: Limits, clock: Clock) -> None:
    mine = limits(question_seconds=86400)  # full again after four days
    assert mine.retention == timedelta(days=4)
    await taken(mine, READER, times=4)
    clock.after(2 * 86400)
    again = await taken(mine, READER, times=3)
    assert again.count(None) == 2
    clock.after(5 * 86400)
    await mine.take(OTHER)
    assert mine._meters.keys() == {f"person:{OTHER}"}


async def test_people_who_ask_at_once_all_take_from_their_group(limits: Limits) -> None:
    mine = limits(group_burst=20)
    await taken(mine, 1, times=3)  # the database counts their next
    await asyncio.gather(*(mine.take(person, GROUP) for person in (1, 2, 3, 4)))
    assert mine._meters[f"group:{GROUP}"].tokens == 16


async def test_a_clock_set_back_makes_nobody_wait_for_it(limits: Limits, clock: Clock) -> None:
    clock.after(400 * 86400)
    await taken(limits(), READER, times=5)
    clock.after(-400 * 86400)
    mine = limits()
    assert (await refused(mine, READER)).seconds == 10
    clock.after(10)
    assert await mine.take(READER) is None


async def test_several_processes_count_the_second_half_of_a_burst_together(limits: Limits) -> None:
    one, other = limits(), limits()
    assert await taken(one, READER, times=4) == [None] * 4
    first, second, third = await taken(other, READER, times=3)
    assert first is second is None
    assert third is not None
