"""Hard negatives: passages that Selon's search finds but that do not answer the question."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from training.bundled import search
from training.sources import TrainingQuestion

FIRST_PASSAGES = 20


def mine_negatives(questions: Sequence[TrainingQuestion]) -> list[list[TrainingQuestion]]:
    """Return, for each question, the first passages that Selon finds without its answer.

    A passage is represented by its first question. Cached, as it takes minutes.
    """
    return _mine(tuple(questions))


@cache
def _mine(questions: tuple[TrainingQuestion, ...]) -> list[list[TrainingQuestion]]:
    passages = {(question.title, question.passage): question for question in reversed(questions)}
    candidates = list(passages.values())
    texts = [(candidate.title, candidate.passage, candidate.language) for candidate in candidates]
    rows = search(texts, (question.text for question in questions), FIRST_PASSAGES)
    return [
        [candidates[at] for at in row if not answers(question, candidates[at].passage)]
        for question, row in zip(questions, rows, strict=True)
    ]


def other_passages(questions: Sequence[TrainingQuestion]) -> dict[str, list[str]]:
    """Return the distinct passages of each article, by its key."""
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for question in questions:
        groups[article_key(question)][question.passage] = None
    return {key: list(passages) for key, passages in groups.items()}


def article_key(question: TrainingQuestion) -> str:
    return f"{question.title}|{question.language}"


def answers(question: TrainingQuestion, passage: str) -> bool:
    """True if a passage is the question's own, or has one of its answers."""
    if passage == question.passage:
        return True
    return any(
        re.search(rf"(?<!\w){re.escape(text)}(?!\w)", passage, re.IGNORECASE)
        for text, _ in question.answers
    )
