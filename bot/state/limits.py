"""Rate limits for people and groups: token buckets in memory, persisted when half empty."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil

from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.state import meters
from bot.state.database import State
from bot.state.meters import MeterLevel

# Idle time after which a meter is forgotten, if it is full again by then.
_KEPT = timedelta(days=1)
_ENOUGH = 1 - 1e-9  # a sum of fractions may miss a whole by a hair


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, then one per `every`."""

    burst: int
    every: timedelta

    def left(self, meter: MeterLevel | None, now: datetime) -> float:
        """Return the tokens left at a moment."""
        if meter is None:
            return self.burst
        return min(self.burst, meter.left + max(now - meter.at, timedelta()) / self.every)

    @property
    def full_again(self) -> timedelta:
        """Time until an empty bucket is full."""
        return self.burst * self.every

    def wait(self, left: float, cost: float) -> timedelta:
        """Return the time until `cost` tokens are available."""
        return self.every * max(cost - left, 0)


@dataclass(frozen=True, slots=True)
class Over:
    """A limit was exceeded: for how long, and whether the person was told already."""

    wait: timedelta
    told: bool
    group: bool

    @property
    def seconds(self) -> int:
        return max(1, ceil(self.wait.total_seconds()))


class AskLimits:
    """The token buckets of all people and groups.

    The first half of a burst is counted in memory only, so that occasional questions cost the
    database nothing; a restart gives back at most that half. The second half is counted in the
    database, across all processes. To be used on one event loop.
    """

    def __init__(self, settings: Settings, state: State, now: Callable[[], datetime]) -> None:
        """Reads the database."""
        every = partial(timedelta, seconds=settings.question_seconds)
        self._person = Rate(settings.question_burst, every())
        group = timedelta(seconds=settings.group_seconds)
        self._group = Rate(settings.group_burst, group)
        self._state = state
        self._now = now
        self._meters = dict(state.do(meters.load_meters))

    async def take(
        self, person_id: int, chat_id: int | None = None, cost: float = 1.0, way: str = "person"
    ) -> Over | None:
        """Take tokens from a person and, if `chat_id` is given, from a group; return the exceeded
        limit, if any. Each `way` has buckets of its own.
        """
        chosen = {f"{way}:{person_id}": self._person}
        if chat_id is not None:
            chosen[f"group:{chat_id}"] = self._group
        chosen = {key: rate for key, rate in chosen.items() if rate.burst}
        now = self._now()
        known = {key: self._meters.get(key) for key in chosen}
        low = [
            key
            for key, rate in chosen.items()
            if rate.left(known[key], now) - cost < rate.burst / 2
        ]
        if not low:
            self._meters |= {
                key: MeterLevel(rate.left(known[key], now) - cost, now)
                for key, rate in chosen.items()
            }
            return None
        after, over = await self._state.run(
            _take, rates=chosen, known=known, low=low, cost=cost, now=now
        )
        self._meters |= after
        return over

    @property
    def retention(self) -> timedelta:
        """How long an idle meter is kept."""
        return max(_KEPT, self._person.full_again, self._group.full_again)

    async def tidy(self) -> None:
        """Forget idle meters and old notices."""
        before = self._now() - self.retention
        self._meters = {key: each for key, each in self._meters.items() if each.at >= before}
        await self._state.run(meters.forget_meters_before, moment=before)


def _take(
    session: Session,
    rates: Mapping[str, Rate],
    known: Mapping[str, MeterLevel | None],
    low: Collection[str],
    cost: float,
    now: datetime,
) -> tuple[Mapping[str, MeterLevel], Over | None]:
    """Return the meters after taking `cost`, `low` ones compared with the database; or the exceeded
    limit, of which a person is told once until something is answered again."""
    levels = dict(known)
    for key in low:
        kept, mine, rate = meters.load_meter(session, key), known[key], rates[key]
        if kept is not None and rate.left(kept, now) <= rate.left(mine, now):
            levels[key] = kept
    left = {key: rate.left(levels[key], now) for key, rate in rates.items()}
    short = {key: each for key, each in left.items() if each < cost * _ENOUGH}
    if not short:
        after = {key: MeterLevel(left[key] - cost, now) for key in rates}
        meters.save_meters(session, {key: after[key] for key in low})
        return after, None
    key = max(short, key=lambda each: rates[each].wait(short[each], cost))
    meter = levels[key] or MeterLevel(left[key], now)
    refused = {key: replace(meter, told=True)}
    if not meter.told:
        meters.save_meters(session, refused)
    return refused, Over(rates[key].wait(left[key], cost), meter.told, key.startswith("group:"))
