"""Usage figures of recent days, and memory use."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.state import statistics
from bot.state.statistics import CitedArticle, QuestionRecord, Votes


@dataclass(frozen=True, slots=True)
class Holdings:
    """The size of the current index; `built_at` is in UTC."""

    generation: str
    articles: int
    passages: int
    built_at: datetime


CHART_DAYS = 30  # today included
MAX_CITED_ARTICLES = 8  # number of articles listed


@dataclass(frozen=True, slots=True)
class Day:
    """The questions of one local day."""

    day: date
    answered: int = 0
    refused: int = 0

    @property
    def questions(self) -> int:
        return self.answered + self.refused


@dataclass(frozen=True, slots=True)
class UsageFigures:
    """The questions of some days, oldest first, with votes and citations."""

    days: tuple[Day, ...]
    votes: Votes
    cited: tuple[CitedArticle, ...]

    @property
    def answered(self) -> int:
        return sum(day.answered for day in self.days)

    @property
    def questions(self) -> int:
        return sum(day.questions for day in self.days)


def count_days(
    questions: Iterable[QuestionRecord], last: date, count: int = CHART_DAYS
) -> tuple[Day, ...]:
    """Count the questions of `count` days up to `last`, empty days included."""
    counter = Counter(
        (question.at.astimezone().date(), question.answered) for question in questions
    )
    days = [last - timedelta(days=back) for back in reversed(range(count))]
    return tuple(Day(day, counter[day, True], counter[day, False]) for day in days)


_SPARKS = "▁▂▃▄▅▆▇█"


def spark(days: Sequence[Day]) -> str:
    """The questions of days as a line of bars: « ▁▃█ »."""
    most = max(1, *(day.questions for day in days))
    return "".join(_SPARKS[(len(_SPARKS) - 1) * day.questions // most] for day in days)


def usage_figures(session: Session, now: datetime, days: int = CHART_DAYS) -> UsageFigures:
    """The figures of the last days, today included."""
    since = midnight(now, days - 1)
    return UsageFigures(
        count_days(statistics.questions(session, since), now.astimezone().date(), days),
        statistics.votes(session, since),
        tuple(statistics.most_cited(session, since, MAX_CITED_ARTICLES)),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """Nearest-rank percentile; `share` is between 0 and 1."""
    if not values:
        return None
    ascending = sorted(values)
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


@dataclass(frozen=True, slots=True)
class Today:
    """The questions since local midnight, with their latency percentiles in milliseconds."""

    questions: int
    answered: int
    median: float | None
    p95: float | None

    @classmethod
    def of(cls, questions: Sequence[QuestionRecord]) -> Today:
        times = [question.elapsed_ms for question in questions if question.elapsed_ms is not None]
        answered = sum(question.answered for question in questions)
        return cls(len(questions), answered, percentile(times, 0.5), percentile(times, 0.95))


def midnight(now: datetime, days_ago: int = 0) -> datetime:
    """Return the start of the local day, or of an earlier one, in its own UTC offset."""
    day = now.astimezone().date() - timedelta(days=days_ago)
    return datetime.combine(day, time.min).astimezone()


def used_memory() -> int | None:
    """Return the resident memory in bytes: its peak without /proc (macOS), None on Windows."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        resident = next(line for line in lines if line.startswith("VmRSS:"))
        return int(resident.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
