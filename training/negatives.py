"""Passages that do not answer a question although Selon's search finds them for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import faiss

from training.bundled import embed
from training.sources import TrainingQuestion

FIRST_PASSAGES = 20


def mine_negatives(
    questions: Sequence[TrainingQuestion], passages: Sequence[str]
) -> list[list[str]]:
    """For each question, which of the first twenty passages do not hold its answer, best first."""
    found, asked = embed(passages, [question.text for question in questions])
    index = faiss.IndexFlatIP(found.shape[1])
    index.add(found)
    _, rows = index.search(asked, FIRST_PASSAGES)
    return [
        [passages[at] for at in row if not answers(question, passages[at])]
        for question, row in zip(questions, rows, strict=True)
    ]


def other_passages(questions: Sequence[TrainingQuestion]) -> dict[str, list[str]]:
    """The distinct passages of each article, by title and language (`title|language`)."""
    grouped: dict[str, dict[str, None]] = defaultdict(dict)
    for question in questions:
        grouped[article_key(question)][question.passage] = None
    return {key: list(passages) for key, passages in grouped.items()}


def article_key(question: TrainingQuestion) -> str:
    """What the passages of one article have in common."""
    return f"{question.title}|{question.language}"


def answers(question: TrainingQuestion, passage: str) -> bool:
    """Whether a passage is the question's own, or names one of its answers."""
    if passage == question.passage:
        return True
    return any(
        re.search(rf"(?<!\w){re.escape(text)}(?!\w)", passage, re.IGNORECASE)
        for text, _ in question.answers
    )
