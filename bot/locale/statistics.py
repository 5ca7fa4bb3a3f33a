"""Texts of the statistics, and of the list of unanswered questions."""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Mapping

from bot.locale.catalogue import Texts


class StatisticsPhrases(Texts, domain="statistics", part="statistics"):
    """`columns` and `separator` are those of spreadsheets in this language."""

    a_day: str
    answered: str
    refused: str
    most_cited: str
    nothing_cited: str
    nothing_asked: str

    def caption_of(self, asked: int, share: float, good: int, bad: int) -> str: ...

    columns: Mapping[str, str]
    separator: str
    file: str

    def file_caption(self, count: int, groups: int, days: int) -> str: ...
    def nothing_unanswered(self, days: int) -> str: ...

    def caption(self, asked: int, answered: int, good: int, bad: int) -> str:
        """Summarize thirty days."""
        return self.caption_of(asked, answered / asked, good, bad) if asked else self.nothing_asked
