"""A picture of when the articles speak of a subject: bars by month or by year, as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answer import MonthCount
from bot.locale import format

WIDTH, HEIGHT = 600, 72  # of the bars, in units of the drawing
_MAX_MONTHS = 48  # of a span drawn by month; longer ones by year
_MIN_BARS, _MIN_ARTICLES = 3, 3
_GAP_SHARE = 0.25  # of the room for a bar


@dataclass(frozen=True, slots=True)
class CoverageBar:
    """A bar: its `name` is a month or a year."""

    name: str
    articles: int
    x: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class CoverageChart:
    """Bars of equal spans, oldest first, also for those without articles."""

    bars: tuple[CoverageBar, ...]

    @classmethod
    def of(cls, coverage: Sequence[MonthCount], language: str) -> CoverageChart | None:
        """None if there is too little to look at."""
        if sum(count.articles for count in coverage) < _MIN_ARTICLES:
            return None
        counts = Counter({count.month: count.articles for count in coverage})
        first, last = coverage[0].month, coverage[-1].month
        months = list(_months(first, last))
        named = [(format.month(month, language), counts[month]) for month in months]
        if len(months) > _MAX_MONTHS:
            by_year = Counter[int]()
            for month, articles in counts.items():
                by_year[month.year] += articles
            named = [(str(year), by_year[year]) for year in range(first.year, last.year + 1)]
        if len(named) < _MIN_BARS:
            return None
        room, most = WIDTH / len(named), max(articles for _, articles in named)
        return cls(
            tuple(
                CoverageBar(
                    name,
                    articles,
                    round(room * (at + _GAP_SHARE / 2), 2),
                    round(room * (1 - _GAP_SHARE), 2),
                    round(HEIGHT * articles / most, 2),
                )
                for at, (name, articles) in enumerate(named)
            )
        )

    @property
    def total(self) -> int:
        return sum(bar.articles for bar in self.bars)

    @property
    def fullest(self) -> CoverageBar:
        """The first of the highest bars."""
        return max(self.bars, key=lambda bar: bar.articles)

    @property
    def rows(self) -> tuple[CoverageBar, ...]:
        """The bars that are not empty, for a table."""
        return tuple(bar for bar in self.bars if bar.articles)


def _months(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
