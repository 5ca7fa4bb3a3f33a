"""Hard negatives: passages that share a question's words but do not answer it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]

from training.sources import TrainingQuestion

FIRST_PASSAGES = 20
SATURATION, LENGTH_SHARE = 1.2, 0.75  # k1 and b of BM25
_QUESTIONS = 512  # scored at a time


def mine_negatives(questions: Sequence[TrainingQuestion]) -> list[list[TrainingQuestion]]:
    """Return, for each question, the nearest passages of all that lack its answer.

    A passage is represented by its first question.
    """
    passages = {(question.title, question.passage): question for question in reversed(questions)}
    candidates = list(passages.values())
    rows = nearest(
        [f"{candidate.title}\n{candidate.passage}" for candidate in candidates],
        [question.text for question in questions],
        FIRST_PASSAGES,
    )
    return [
        [candidates[at] for at in row if not answers(question, candidates[at].passage)]
        for question, row in zip(questions, rows, strict=True)
    ]


def nearest(texts: Sequence[str], questions: Sequence[str], count: int) -> npt.NDArray[np.intp]:
    """Return the indices of the best `texts` by BM25, best first, of shape (questions, count).

    Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009).
    """
    counter = CountVectorizer(strip_accents="unicode", token_pattern=r"\w+", dtype=np.float32)
    weights = counter.fit_transform(texts)
    lengths = weights.sum(axis=1).A1
    with_word = np.bincount(weights.indices, minlength=weights.shape[1])
    rarity = np.log1p((len(texts) - with_word + 0.5) / (with_word + 0.5))
    norms = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths / lengths.mean())
    norms = np.repeat(norms, np.diff(weights.indptr))
    weights.data *= rarity[weights.indices] * (SATURATION + 1) / (weights.data + norms)
    asked = (counter.transform(questions) > 0).astype(np.float32)
    parts = (asked[begin : begin + _QUESTIONS] for begin in range(0, len(questions), _QUESTIONS))
    ranks = [np.argsort(-(part @ weights.T).toarray(), kind="stable")[:, :count] for part in parts]
    return np.concatenate(ranks)


def other_passages(questions: Sequence[TrainingQuestion]) -> dict[str, list[str]]:
    """Return the distinct passages of each article, by its key."""
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for question in questions:
        groups[article_key(question)][question.passage] = None
    return {key: list(passages) for key, passages in groups.items()}


def article_key(question: TrainingQuestion) -> str:
    """Return the title; a passage without one is an article of its own."""
    return f"{question.title or question.passage}|{question.language}"


def answers(question: TrainingQuestion, passage: str) -> bool:
    """True if a passage is the question's own, or has one of its answers."""
    if passage == question.passage:
        return True
    lower = passage.lower()
    return any(
        re.search(rf"(?<!\w){re.escape(text)}(?!\w)", lower)
        for text in {text.lower() for text, _ in question.answers}
        if text in lower  # much faster than the expression
    )
