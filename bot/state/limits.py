"""Rate limits for people and groups: token buckets in memory, persisted when half empty."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from bot.errors import StateError
from bot.settings import Settings
from bot.state import meters
from bot.state.database import State
from bot.state.meters import MeterLevel

logger = logging.getLogger(__name__)

_MIN_RETENTION = timedelta(days=1)  # of an idle meter
_TIDY_INTERVAL = timedelta(hours=1)  # between removals of idle meters from memory
_TOLERANCE = 1 - 1e-9  # of rounding errors


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, then one per `every`."""

    burst: int
    every: timedelta

    def level(self, meter: MeterLevel | None, now: datetime) -> float:
        if meter is None:
            return self.burst
        return min(self.burst, meter.tokens + max(now - meter.at, timedelta()) / self.every)

    @property
    def full_again(self) -> timedelta:
        """Time until an empty bucket is full."""
        return self.burst * self.every

    def wait(self, level: float, cost: float) -> timedelta:
        """Return the time until `cost` tokens are available."""
        return self.every * max(cost - level, 0)


@dataclass(frozen=True, slots=True)
class Over:
    """An exceeded limit: the time to wait, and whether the person was told already."""

    wait: timedelta
    was_notified: bool
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
        every = timedelta(seconds=settings.question_seconds)
        self._person = Rate(settings.question_burst, every)
        self._group = Rate(settings.group_burst, timedelta(seconds=settings.group_seconds))
        self._state = state
        self._now = now
        self._meters = dict(state.do(meters.load_meters))
        self._tidied_at = now()

    async def take(
        self, person_id: int, chat_id: int | None = None, cost: float = 1.0, way: str = "person"
    ) -> Over | None:
        """Take tokens from a person and, if `chat_id` is given, from a group; return the exceeded
        limit, if any. Each `way` has its own buckets."""
        rates = {f"{way}:{person_id}": self._person}
        if chat_id is not None:
            rates[f"group:{chat_id}"] = self._group
        rates = {key: rate for key, rate in rates.items() if rate.burst}
        now = self._now()
        if abs(now - self._tidied_at) >= _TIDY_INTERVAL:
            cutoff, self._tidied_at = now - self.retention, now
            self._meters = {key: meter for key, meter in self._meters.items() if meter.at >= cutoff}
        levels = {key: rate.level(self._meters.get(key), now) for key, rate in rates.items()}
        low = {key: rate for key, rate in rates.items() if levels[key] - cost < rate.burst / 2}
        if low:
            cached = {key: self._meters.get(key) for key in low}
            try:
                changes, over = await self._state.run(_take, low, cached, cost, now)
            except StateError as error:  # a full disk: what this process knows must do
                logger.error("A limit is only counted in memory: %s", error)
                changes, over = _decide(low, cached, cost, now)
            self._meters |= changes
            if over is not None:
                return over
        for key in rates.keys() - low.keys():  # others may have taken from it meanwhile
            level = rates[key].level(self._meters.get(key), now)
            self._meters[key] = MeterLevel(level - cost, now)
        return None

    @property
    def retention(self) -> timedelta:
        """Idle time after which a meter is deleted, as it is full again by then."""
        return max(_MIN_RETENTION, self._person.full_again, self._group.full_again)


def _take(
    session: Session,
    rates: Mapping[str, Rate],
    cached: Mapping[str, MeterLevel | None],
    cost: float,
    now: datetime,
) -> tuple[Mapping[str, MeterLevel], Over | None]:
    """Take tokens from the lower of each cached and stored meter, as `_decide`."""
    levels = dict(cached)
    for key, rate in rates.items():
        stored_level = meters.load_meter(session, key)
        if stored_level is not None and rate.level(stored_level, now) <= rate.level(
            levels[key], now
        ):
            levels[key] = stored_level
    changes, over = _decide(rates, levels, cost, now)
    if over is None:
        meters.save_meters(session, changes)
        return changes, None
    (key,) = changes
    meter = levels[key]
    # A meter from the future, before the clock was set back, would not fill until then.
    if not over.was_notified or (meter is not None and meter.at > now):
        meters.save_meters(session, changes)
    return changes, over


def _decide(
    rates: Mapping[str, Rate], levels: Mapping[str, MeterLevel | None], cost: float, now: datetime
) -> tuple[Mapping[str, MeterLevel], Over | None]:
    """Return the changed meters, and the exceeded limit, if any: a person is told of it once, until
    something is answered again."""
    tokens_by_key = {key: rate.level(levels[key], now) for key, rate in rates.items()}
    waits = {key: rates[key].wait(tokens_by_key[key], cost) for key in rates}
    short = [key for key in rates if tokens_by_key[key] < cost * _TOLERANCE]
    if not short:
        return {key: MeterLevel(tokens_by_key[key] - cost, now) for key in rates}, None
    key = max(short, key=waits.__getitem__)
    meter = levels[key]
    was_notified = meter is not None and meter.was_notified
    changes = {key: MeterLevel(tokens_by_key[key], now, was_notified=True)}
    return changes, Over(waits[key], was_notified, key.startswith("group:"))
