"""How the bot is doing, for those who run it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.operations.statistics import percentile
from bot.state.statistics import Question


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the index in service holds, and when it was built (UTC)."""

    generation: str
    articles: int
    passages: int
    built_at: datetime


@dataclass(frozen=True, slots=True)
class Today:
    """The questions since midnight on this machine's clock; the times are milliseconds."""

    asked: int
    answered: int
    half: float | None
    most: float | None

    @classmethod
    def of(cls, questions: Sequence[Question]) -> Today:
        times = [each.elapsed_ms for each in questions if each.elapsed_ms is not None]
        answered = sum(each.answered for each in questions)
        return cls(len(questions), answered, percentile(times, 0.5), percentile(times, 0.95))


@dataclass(frozen=True, slots=True)
class Status:
    """`holdings` is None, and `fault` says why, where the index cannot be used; `models` are the
    chat models of the settings, and `tokens` what they used today; `memory` in bytes."""

    holdings: Holdings | None
    fault: str | None
    today: Today
    uptime: timedelta
    memory: int | None
    models: Sequence[str]
    tokens: int
    alerts: int
    invitations: int


def midnight(now: datetime) -> datetime:
    """When the day began, on this machine's clock."""
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
