"""Unanswered questions, grouped by meaning and exported as CSV."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.answer import Answer
from bot.export.table import spreadsheet_cell
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.statistics import StatisticsPhrases
from bot.state.statistics import InVain, UnansweredQuestion
from index.article import Article
from index.models.base import Vectors

# Minimum cosine of two wordings of one question, by the bundled model. On the pairs of
# `tests/bot/operations/wordings.py` used to choose it, recall is 100 % and precision 97 %; on those
# held out, recall is 88 % (14 of 16) and precision 100 %. Another model may need another threshold.
SAME_QUESTION_COSINE = 0.88

_MAX_WORDINGS = 2_000  # to compare, the most frequent ones
_STORED_VECTOR = np.float16  # precise to a quarter of a thousandth of a cosine
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """A question that no article answers; `example` is its most frequent wording. `nearest` is the
    ID of the nearest article (empty if none was near, None if unknown)."""

    example: str
    count: int
    askers: int
    wordings: int
    first: datetime
    last: datetime
    nearest: str | None = None


@dataclass(slots=True)
class _GroupedQuestions:
    numbers: frozenset[str]
    questions: list[UnansweredQuestion]
    wordings: int = 1


def in_vain(answer: Answer, embed: Callable[[str], Vectors], model: str) -> InVain:
    """Prepare an unanswered question for storage, with its vector by `model`."""
    near = [*answer.nearest, *(citation.article for citation in answer.citations)]
    vector = embed(answer.understood or answer.question).astype(_STORED_VECTOR)
    return InVain(near[0].id if near else "", model, base64.b64encode(vector.tobytes()).decode())


def group_questions(
    questions: Sequence[UnansweredQuestion],
    embed: Callable[[str], Vectors],
    threshold: float = SAME_QUESTION_COSINE,
    model: str = "",
) -> list[QuestionGroup]:
    """Group questions by meaning; groups with most askers come first.

    `embed` returns a unit vector, for questions without a stored one by `model`. Each wording, the
    most frequent first, joins the nearest leader above the threshold with the same numbers (models
    hardly distinguish « en 2023 » and « en 2024 »), or becomes a leader.
    """
    leaders: list[_GroupedQuestions] = []
    by_words: defaultdict[str, list[UnansweredQuestion]] = defaultdict(list)
    for question in questions:  # ignoring case and punctuation
        by_words[_NOT_WORDS.sub(" ", question.question.casefold()).strip()].append(question)
    wordings = sorted(by_words.values(), key=lambda wording: -len(wording))[:_MAX_WORDINGS]
    vectors: Vectors | None = None
    for wording in wordings:
        embedding = wording[-1].in_vain
        if embedding is not None and embedding.model == model:
            raw = base64.b64decode(embedding.vector)
            vector: Vectors = np.frombuffer(raw, _STORED_VECTOR).astype(np.float32)
        else:
            vector = embed(wording[-1].question)
        if vectors is None:
            vectors = np.empty((len(wordings), len(vector)), dtype=np.float32)
        numbers = frozenset(_NUMBER.findall(wording[-1].question))
        scores = vectors[: len(leaders)] @ vector
        near: list[int] = np.flatnonzero(scores >= threshold).tolist()
        by_score = (leaders[place] for place in sorted(near, key=lambda place: -scores[place]))
        nearest = next((leader for leader in by_score if leader.numbers == numbers), None)
        if nearest is not None:
            nearest.questions += wording
            nearest.wordings += 1
            continue
        vectors[len(leaders)] = vector
        leaders.append(_GroupedQuestions(numbers, wording))
    groups = [_group(leader) for leader in leaders]
    return sorted(groups, key=lambda group: (-group.askers, -group.count, group.example))


def _group(leader: _GroupedQuestions) -> QuestionGroup:
    moments = [question.at for question in leader.questions]
    return QuestionGroup(
        example=leader.questions[0].question,
        count=len(leader.questions),
        askers=len({question.asker for question in leader.questions}),
        wordings=leader.wordings,
        first=min(moments),
        last=max(moments),
        nearest=vector.nearest if (vector := leader.questions[0].in_vain) else None,
    )


def write_unanswered_csv(
    groups: Sequence[QuestionGroup],
    nearest: Callable[[QuestionGroup], Article | None],
    phrases: StatisticsPhrases,
) -> bytes:
    """Write the groups as CSV with their nearest articles, without the askers."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=phrases.separator)
    lines.writerow(phrases.columns.values())
    for group in groups:
        article = nearest(group)
        lines.writerow(
            (
                spreadsheet_cell(group.example),
                group.count,
                group.askers,
                group.wordings,
                format.numeric_day(group.first.astimezone(), phrases.code),
                format.numeric_day(group.last.astimezone(), phrases.code),
                spreadsheet_cell(title_of(article, phrases.code)) if article else "",
                spreadsheet_cell(article.url or "") if article else "",
            )
        )
    return text.getvalue().encode("utf-8-sig")
