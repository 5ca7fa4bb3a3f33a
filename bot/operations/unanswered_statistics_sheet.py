"""What was asked in vain, as a file that a spreadsheet opens at a double click."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from bot.locale.statistics import StatisticsPhrases
from bot.operations.unanswered import Group
from index.article import Article

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell must not begin with: a spreadsheet would compute it, and a question comes from
anybody."""


def sheet(
    groups: Sequence[Group],
    nearest: Callable[[str], Article | None],
    phrases: StatisticsPhrases,
) -> bytes:
    """The groups as CSV, with the article that comes nearest to each; no line tells who asked."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=phrases.separator)
    lines.writerow(phrases.columns)
    for group in groups:
        article = nearest(group.example)
        lines.writerow(
            (
                _cell(group.example),
                group.asked,
                group.askers,
                group.wordings,
                phrases.date(group.first.astimezone()),
                phrases.date(group.last.astimezone()),
                _cell(article.title or article.path) if article else "",
                _cell(article.url or "") if article else "",
            )
        )
    return text.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    flowing = " ".join(text.split())
    return f"'{flowing}" if flowing.startswith(_FORMULA) else flowing
