"""From the turns that are kept to the figures that are shown: pure functions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.state.statistics import CitedArticle, Question, Votes

DAYS = 30
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
class Figures:
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


def days(questions: Iterable[Question], last: date, count: int = DAYS) -> tuple[Day, ...]:
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
