"""How scores are combined: pure functions.

A passage is ranked by a weighted sum of scores, not by ranks: reciprocal rank fusion (Cormack,
Clarke & Büttcher, SIGIR 2009) throws away how far apart the cosines are, which is what tells here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

LEXICAL_WEIGHT = 0.2
SENTENCE_LEXICAL_WEIGHT = 0.1


def relative(scores: Array, best: float) -> Array:
    """Scores divided by the best one of the same question (0..1); zeros when nothing matched."""
    return scores / best if best > 0 else np.zeros_like(scores)


def passage_totals(passages: Array, sentences: Array, lexical: Array) -> Array:
    """What passages are ranked by.

    The passage's own cosine, plus that of its best sentence (a long passage blurs the one sentence
    that answers), plus its relative BM25 (names and numbers that an embedding smooths over).
    """
    return passages + sentences + LEXICAL_WEIGHT * lexical


def sentence_total(cosine: float, lexical: float) -> float:
    """How well one sentence answers: its cosine plus its relative word score."""
    return cosine + SENTENCE_LEXICAL_WEIGHT * lexical


def idf_mass(idf: Mapping[str, float], present: Iterable[str]) -> float:
    """The share (0..1) of the question's IDF mass that stands among these terms."""
    total = sum(idf.values())
    found = set(present)
    return sum(weight for term, weight in idf.items() if term in found) / total if total else 0.0
