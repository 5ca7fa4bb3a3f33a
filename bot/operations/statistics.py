"""What those who run the bot are shown: the figures of the last days, and how the bot does now."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.state.statistics import AskedQuestion, CitedArticle, Votes


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the index in service holds, and when it was built (UTC)."""

    generation: str
    articles: int
    passages: int
    built_at: datetime


DAYS_SHOWN = 30
"""How far back the statistics go, today included."""

MOST_CITED = 8


@dataclass(frozen=True, slots=True)
class Day:
    """The questions of one day, on this machine's calendar."""

    day: date
    answered: int = 0
    refused: int = 0

    @property
    def asked(self) -> int:
        return self.answered + self.refused


@dataclass(frozen=True, slots=True)
class UsageFigures:
    """What was asked over some days, oldest first, and what became of it."""

    days: tuple[Day, ...]
    votes: Votes
    cited: tuple[CitedArticle, ...]

    @property
    def answered(self) -> int:
        return sum(each.answered for each in self.days)

    @property
    def refused(self) -> int:
        return sum(each.refused for each in self.days)

    @property
    def asked(self) -> int:
        return self.answered + self.refused


def count_days(
    questions: Iterable[AskedQuestion], last: date, count: int = DAYS_SHOWN
) -> tuple[Day, ...]:
    """So many days up to `last`, those without a question too."""
    counted = Counter((each.at.astimezone().date(), each.answered) for each in questions)
    every = [last - timedelta(days=back) for back in reversed(range(count))]
    return tuple(Day(each, counted[each, True], counted[each, False]) for each in every)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that this share (0 to 1) of them does not exceed (nearest rank)."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass(frozen=True, slots=True)
class Today:
    """The questions since midnight on this machine's clock; the times are milliseconds."""

    asked: int
    answered: int
    half: float | None
    most: float | None

    @classmethod
    def of(cls, questions: Sequence[AskedQuestion]) -> Today:
        times = [each.elapsed_ms for each in questions if each.elapsed_ms is not None]
        answered = sum(each.answered for each in questions)
        return cls(len(questions), answered, percentile(times, 0.5), percentile(times, 0.95))


@dataclass(frozen=True, slots=True)
class BotStatus:
    """The state of the bot for administrators. `holdings` is None, and `fault` says why, if the
    index cannot be used; `models` are the chat models of the settings, and `tokens` what they used
    today; `memory` is in bytes; `waiting` are items such as "2 alerts"."""

    holdings: Holdings | None
    fault: str | None
    today: Today
    uptime: timedelta
    memory: int | None
    models: Sequence[str]
    tokens: int
    waiting: Sequence[str]
    invitations: int


def midnight(now: datetime) -> datetime:
    """When the day began, on this machine's clock."""
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


_PROCESS_STATUS = Path("/proc/self/status")


def used_memory() -> int | None:
    """Bytes in memory now; where the system does not tell (macOS), the most there ever were."""
    try:
        lines = _PROCESS_STATUS.read_text(encoding="ascii").splitlines()
        resident = next(line for line in lines if line.startswith("VmRSS:"))
        return int(resident.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return _peak_memory()


def _peak_memory() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
