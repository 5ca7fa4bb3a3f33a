"""Questions that got no answer: those that ask the same are grouped, and written as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.locale.statistics import StatisticsPhrases
from bot.state.statistics import Unanswered
from index.article import Article
from index.models.base import Vectors

SAME_QUESTION_COSINE = 0.94
"""Cosine of two questions, as the bundled model embeds questions, from which they ask the same.

Over the wordings of `tests/bot/operations/wordings.py` that it was chosen by, every pair of one
question reaches it, and 97 % of the pairs that reach it are of one question; over those held out,
88 % (14 of 16) and 82 % (14 of 17). Another model may want another threshold.
"""

_LIMIT = 2_000
"""Different wordings that are compared; what was asked least goes first."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

_NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """One question that no article answers; `example` is its most frequent wording."""

    example: str
    asked: int
    askers: int
    wordings: int
    first: datetime
    last: datetime


@dataclass(slots=True)
class _GroupedQuestions:
    numbers: frozenset[str]
    asked: list[Unanswered]
    wordings: int = 1


def group_questions(
    questions: Sequence[Unanswered],
    embed: Callable[[str], Vectors],
    threshold: float = SAME_QUESTION_COSINE,
) -> list[QuestionGroup]:
    """Those most people asked first. `embed` gives a question's vector, of length 1.

    Each wording, the most frequent first, joins the nearest leader that is near enough and names
    the same numbers (« en 2023 » and « en 2024 » are nearly the same to a model), or becomes one.
    """
    leaders: list[_GroupedQuestions] = []
    vectors: Vectors | None = None
    for asked in _wordings(questions)[:_LIMIT]:
        vector = embed(asked[-1].question)[np.newaxis]
        numbers = frozenset(_NUMBER.findall(asked[-1].question))
        nearest = _nearest(leaders, vectors, vector, numbers, threshold)
        if nearest is not None:
            nearest.asked += asked
            nearest.wordings += 1
            continue
        leaders.append(_GroupedQuestions(numbers, asked))
        vectors = vector if vectors is None else np.concatenate((vectors, vector))
    groups = [_group(leader) for leader in leaders]
    return sorted(groups, key=lambda each: (-each.askers, -each.asked, each.example))


def _wordings(questions: Sequence[Unanswered]) -> list[list[Unanswered]]:
    """The questions by wording but for case and punctuation, the most frequent first."""
    same: defaultdict[str, list[Unanswered]] = defaultdict(list)
    for each in questions:
        same[_NOT_WORDS.sub(" ", each.question.casefold()).strip()].append(each)
    return sorted(same.values(), key=lambda each: -len(each))


def _nearest(
    leaders: Sequence[_GroupedQuestions],
    vectors: Vectors | None,
    vector: Vectors,
    numbers: frozenset[str],
    threshold: float,
) -> _GroupedQuestions | None:
    if vectors is None:
        return None
    scores = (vectors @ vector.T)[:, 0]
    for place in np.argsort(-scores, kind="stable"):
        if scores[place] < threshold:
            return None
        leader: _GroupedQuestions = leaders[place]
        if leader.numbers == numbers:
            return leader
    return None


def _group(leader: _GroupedQuestions) -> QuestionGroup:
    moments = [each.at for each in leader.asked]
    return QuestionGroup(
        example=leader.asked[0].question,
        asked=len(leader.asked),
        askers=len({each.asker for each in leader.asked}),
        wordings=leader.wordings,
        first=min(moments),
        last=max(moments),
    )


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell must not begin with: a spreadsheet would compute it, and a question comes from
anybody."""


def write_unanswered_csv(
    groups: Sequence[QuestionGroup],
    nearest: Callable[[str], Article | None],
    phrases: StatisticsPhrases,
) -> bytes:
    """The groups as CSV, with the article that comes nearest to each; no line tells who asked."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=phrases.separator)
    lines.writerow(phrases.columns.values())
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
