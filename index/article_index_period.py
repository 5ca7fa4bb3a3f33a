"""A stretch of days, by which articles are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included. Raises ValueError when they are crossed."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"a period cannot begin on {self.first} and end on {self.last}")

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last
