"""Which questions are asked: a sample of them, and those made unanswerable on purpose."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from bot.errors_evaluation_errors import EvaluationError
from bot.evaluation.questions import Question, QuestionSet


@dataclass(frozen=True, slots=True)
class Parted:
    """What is indexed and asked about, and the questions on what was left out of the index."""

    kept: QuestionSet
    left_out: tuple[Question, ...]


def sampled(questions: tuple[Question, ...], limit: int | None, seed: int) -> tuple[Question, ...]:
    """At most `limit` questions drawn at random, in the order of the file."""
    if limit is None or limit >= len(questions):
        return questions
    drawn = random.Random(f"{seed}/sample").sample(range(len(questions)), limit)
    return tuple(questions[i] for i in sorted(drawn))


def unanswerable(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The same questions, of an index that cannot answer them."""
    return tuple(
        replace(question, answerable=False, golds=(), articles=frozenset())
        for question in questions
    )


def parted(whole: QuestionSet, share: float, seed: int) -> Parted:
    """Leave this share (0..1) of the file's entries out of the index, drawn at random.

    An entry goes with all its articles, since they are on one subject, and an article whose text
    stands in an entry left out goes too. Raises EvaluationError where nothing would remain.
    """
    if share == 0:
        return Parted(whole, ())
    groups = dict(whole.groups)
    entries = sorted(set(groups.values()))
    out = set(
        random.Random(f"{seed}/leave-out").sample(entries, max(1, round(share * len(entries))))
    )
    texts = {article.text for article in whole.articles if groups[article.id] in out}
    kept = tuple(article for article in whole.articles if article.text not in texts)
    if not kept:
        raise EvaluationError(
            f"--leave-out {share:g}: none of the {len(entries)} entries of {whole.name} would "
            "remain; leave out less"
        )
    remaining = {article.id for article in kept}
    gone = tuple(
        question
        for question in whole.questions
        if question.articles and not question.articles & remaining
    )
    lost = set(gone)
    asked = tuple(question for question in whole.questions if question not in lost)
    return Parted(replace(whole, questions=asked, articles=kept), unanswerable(gone))
