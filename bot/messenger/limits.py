"""How much people and groups may ask: token buckets, in memory, kept where it matters."""

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

_KEPT = timedelta(days=1)
"""After so long without a message a meter is forgotten, if it is full again by then."""

_ENOUGH = 1 - 1e-9  # a sum of fractions may miss a whole by a hair


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and one more `every` so often."""

    burst: int
    every: timedelta

    def left(self, meter: MeterLevel | None, now: datetime) -> float:
        """What may be taken at a moment."""
        if meter is None:
            return self.burst
        return min(self.burst, meter.left + max(now - meter.at, timedelta()) / self.every)

    @property
    def full_again(self) -> timedelta:
        """After which nothing is left of what was taken."""
        return self.burst * self.every

    def wait(self, left: float, cost: float) -> timedelta:
        """Until `cost` may be taken."""
        return self.every * max(cost - left, 0)


@dataclass(frozen=True, slots=True)
class Over:
    """A limit is reached: for how long, and whether that has already been told."""

    wait: timedelta
    told: bool
    group: bool

    @property
    def seconds(self) -> int:
        return max(1, ceil(self.wait.total_seconds()))


class AskLimits:
    """What is left for everybody.

    Half of a burst may be used before it is written down, so that people who ask now and then cost
    the database nothing; a restart gives back at most that half. The other half is counted in the
    database, by all processes of the bot together. To be used on one event loop.
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
        """Count something that a person does, in a group where `chat_id` is one; what keeps it from
        being answered, if anything does. `way` tells kinds apart that are counted on their own.
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
        count = partial(_counted, rates=chosen, known=known, low=low, cost=cost, now=now)
        after, over = await self._state.run(count)
        self._meters |= after
        return over

    @property
    def kept(self) -> timedelta:
        """How long a meter is kept that nothing changes."""
        return max(_KEPT, self._person.full_again, self._group.full_again)

    async def tidy(self) -> None:
        """Forget the meters that are full again, and what was told long ago."""
        before = self._now() - self.kept
        self._meters = {key: each for key, each in self._meters.items() if each.at >= before}
        await self._state.run(partial(meters.forget_meters_before, moment=before))


def _counted(
    session: Session,
    rates: Mapping[str, Rate],
    known: Mapping[str, MeterLevel | None],
    low: Collection[str],
    cost: float,
    now: datetime,
) -> tuple[Mapping[str, MeterLevel], Over | None]:
    """The meters after something was taken, those that are `low` as the database has them too; or
    what keeps it from being taken, told once until something is answered again."""
    found = dict(known)
    for key in low:
        kept, mine, rate = meters.load_meter(session, key), known[key], rates[key]
        if kept is not None and rate.left(kept, now) <= rate.left(mine, now):
            found[key] = kept
    left = {key: rate.left(found[key], now) for key, rate in rates.items()}
    short = {key: each for key, each in left.items() if each < cost * _ENOUGH}
    if not short:
        after = {key: MeterLevel(left[key] - cost, now) for key in rates}
        meters.save_meters(session, {key: after[key] for key in low})
        return after, None
    key = max(short, key=lambda each: rates[each].wait(short[each], cost))
    meter = found[key] or MeterLevel(left[key], now)
    told = {key: replace(meter, told=True)}
    if not meter.told:
        meters.save_meters(session, told)
    return told, Over(rates[key].wait(left[key], cost), meter.told, key.startswith("group:"))
