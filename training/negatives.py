"""Passages that do not answer a question although Selon's search finds them for it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from training.bundled import search
from training.sources import TrainingQuestion

FIRST_PASSAGES = 20


def mine_negatives(questions: Sequence[TrainingQuestion]) -> list[list[TrainingQuestion]]:
    """For each question, what Selon finds first among the passages of all, without its answer.

    A passage is given as the first question that is asked of it. What was mined is kept: it takes
    minutes, and both single samples and rankings are made of it.
    """
    return _mine(tuple(questions))


@cache
def _mine(questions: tuple[TrainingQuestion, ...]) -> list[list[TrainingQuestion]]:
    places = {(each.title, each.passage): each for each in reversed(questions)}
    held = list(places.values())
    texts = [(each.title, each.passage, each.language) for each in held]
    rows = search(texts, (question.text for question in questions), FIRST_PASSAGES)
    return [
        [held[at] for at in row if not answers(question, held[at].passage)]
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
