"""Questions that got no answer: those that ask the same are grouped, and written as CSV."""

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
from bot.locale.answers import title_of
from bot.locale.statistics import StatisticsPhrases
from bot.state.statistics import InVain, Unanswered
from index.article import Article
from index.models.base import Vectors

SAME_QUESTION_COSINE = 0.88
"""Cosine of two questions, as the bundled model embeds questions, from which they ask the same.

Over the wordings of `tests/bot/operations/wordings.py` that it was chosen by, every pair of one
question reaches it, and 97 % of the pairs that reach it are of one question; over those held out,
88 % (14 of 16) and all 14. Another model may want another threshold.
"""

_LIMIT = 2_000
"""Different wordings that are compared; what was asked least goes first."""

_KEPT_VECTOR = np.float16
"""How vectors are kept: a quarter of a thousandth of a cosine is of no account here."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

_NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """One question that no article answers; `example` is its most frequent wording, `nearest` the
    article that came nearest when it was asked (empty: none did; None: it is not known)."""

    example: str
    asked: int
    askers: int
    wordings: int
    first: datetime
    last: datetime
    nearest: str | None = None


@dataclass(slots=True)
class _GroupedQuestions:
    numbers: frozenset[str]
    asked: list[Unanswered]
    wordings: int = 1


def in_vain(answer: Answer, embed: Callable[[str], Vectors], model: str) -> InVain:
    """What to keep of a question for the list of those that got no answer: made when it is asked,
    it is not to be made for thousands at once. `embed` is the model's."""
    near = [*answer.nearest, *(each.article for each in answer.citations)]
    vector = embed(answer.understood or answer.question).astype(_KEPT_VECTOR)
    return InVain(near[0].id if near else "", model, base64.b64encode(vector.tobytes()).decode())


def group_questions(
    questions: Sequence[Unanswered],
    embed: Callable[[str], Vectors],
    threshold: float = SAME_QUESTION_COSINE,
    model: str = "",
) -> list[QuestionGroup]:
    """Those most people asked first. `embed` gives a question's vector, of length 1, where none
    that this `model` made is kept.

    Each wording, the most frequent first, joins the nearest leader that is near enough and names
    the same numbers (« en 2023 » and « en 2024 » are nearly the same to a model), or becomes one.
    """
    leaders: list[_GroupedQuestions] = []
    wordings = _wordings(questions)[:_LIMIT]
    vectors: Vectors | None = None
    for asked in wordings:
        vector = _kept_vector(asked[-1], model)
        if vector is None:
            vector = embed(asked[-1].question)
        if vectors is None:
            vectors = np.empty((len(wordings), len(vector)), dtype=np.float32)
        numbers = frozenset(_NUMBER.findall(asked[-1].question))
        nearest = _nearest(leaders, vectors[: len(leaders)] @ vector, numbers, threshold)
        if nearest is not None:
            nearest.asked += asked
            nearest.wordings += 1
            continue
        vectors[len(leaders)] = vector
        leaders.append(_GroupedQuestions(numbers, asked))
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
    scores: Vectors,
    numbers: frozenset[str],
    threshold: float,
) -> _GroupedQuestions | None:
    enough: list[int] = np.flatnonzero(scores >= threshold).tolist()
    by_score = sorted(enough, key=lambda place: -scores[place])
    same = (leaders[place] for place in by_score if leaders[place].numbers == numbers)
    return next(same, None)


def _kept_vector(asked: Unanswered, model: str) -> Vectors | None:
    """The vector that was kept with a question, if this model made it."""
    kept = asked.in_vain
    if kept is None or kept.model != model:
        return None
    return np.frombuffer(base64.b64decode(kept.vector), _KEPT_VECTOR).astype(np.float32)


def _group(leader: _GroupedQuestions) -> QuestionGroup:
    moments = [each.at for each in leader.asked]
    return QuestionGroup(
        example=leader.asked[0].question,
        asked=len(leader.asked),
        askers=len({each.asker for each in leader.asked}),
        wordings=leader.wordings,
        first=min(moments),
        last=max(moments),
        nearest=known.nearest if (known := leader.asked[0].in_vain) else None,
    )


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell must not begin with: a spreadsheet would compute it, and a question comes from
anybody."""


def write_unanswered_csv(
    groups: Sequence[QuestionGroup],
    nearest: Callable[[QuestionGroup], Article | None],
    phrases: StatisticsPhrases,
) -> bytes:
    """The groups as CSV, with the article that comes nearest to each; no line tells who asked."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=phrases.separator)
    lines.writerow(phrases.columns.values())
    for group in groups:
        article = nearest(group)
        lines.writerow(
            (
                _cell(group.example),
                group.asked,
                group.askers,
                group.wordings,
                phrases.date(group.first.astimezone()),
                phrases.date(group.last.astimezone()),
                _cell(title_of(article, phrases.code)) if article else "",
                _cell(article.url or "") if article else "",
            )
        )
    return text.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    flowing = " ".join(text.split())
    return f"'{flowing}" if flowing.startswith(_FORMULA) else flowing
