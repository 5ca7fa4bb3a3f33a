"""Score formulas: pure functions over arrays of equal shape.

A weighted sum of scores rather than of ranks: reciprocal rank fusion (Cormack, Clarke & Büttcher,
SIGIR 2009) discards the distances between cosines, which matter here. Cosines and word scores are
absolute (a word score is BM25 over the question's total IDF), so a question whose words the corpus
hardly knows gains little from them, instead of having its best chance match scaled to 1.

The weights were chosen on the sets named in research/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
BEST_SENTENCE_WEIGHT = 1.3
PASSAGE_WORDS_WEIGHT = 0.15
OPENING_WEIGHT = 0.02
SENTENCE_WORDS_WEIGHT = 0.1
SPOKEN_OF_WEIGHT = 0.1
FIGURE_WEIGHT = 0.06
SUBJECT_WORDS_WEIGHT = 0.06  # a passing mention is not a subject
SUBJECT_TITLE_WEIGHT = 0.15


def word_scores(bm25: Array, idf: Mapping[str, float]) -> Array:
    """BM25 as a share of the question's total IDF: 0 if no word matches, at most 1."""
    return bm25 / np.float32(sum(idf.values())) if idf else bm25


def sentence_scores(cosines: Array, words: Array) -> Array:
    """Score of each sentence on its own."""
    return cosines + np.float32(SENTENCE_WORDS_WEIGHT) * words


def quotable_scores(
    scores: Array, spoken_of: Array, figures: Sequence[bool], expected: float
) -> Array:
    """Score of each sentence in its passage: its own, plus what the passage says it is about, plus
    a bonus for `figures` of its own where one is `expected` (1), or a loss where none is (-1)."""
    bonus: Array = np.array(figures, np.float32) * np.float32(FIGURE_WEIGHT * expected)
    return scores + np.float32(SPOKEN_OF_WEIGHT) * spoken_of + bonus


def passage_scores(
    cosines: Array, best_sentences: Array, words: Array, openings: npt.NDArray[np.bool_]
) -> Array:
    """Ranking score of passages.

    The passage's cosine, plus the score of its best sentence (a long passage blurs the sentence
    that answers), plus its word score (embeddings smooth over names and numbers), plus a bonus for
    the opening of an article, which says the essential.
    """
    total: Array = (
        cosines
        + np.float32(BEST_SENTENCE_WEIGHT) * best_sentences
        + np.float32(PASSAGE_WORDS_WEIGHT) * words
        + np.float32(OPENING_WEIGHT) * openings
    )
    return total


def subject_score(cosine: float, best_sentence: float, words: float, title_share: float) -> float:
    """Ranking score of articles on a subject; `title_share` is the share (0..1) of the subject that
    is in the title."""
    return (
        cosine
        + BEST_SENTENCE_WEIGHT * best_sentence
        + SUBJECT_WORDS_WEIGHT * words
        + SUBJECT_TITLE_WEIGHT * title_share
    )


def spoken_of(
    idf: Mapping[str, float],
    context_terms: Set[str],
    before: Set[str],
    sentences: Sequence[Set[str]],
) -> list[float]:
    """For each sentence of a passage (its terms), the share (0..1) of the question's IDF found in
    it. `context_terms` also count if an earlier sentence has them, or `before` (the title and the
    heading)."""
    weight = sum(idf.values())
    earlier = set(before)
    shares = []
    for terms in sentences:
        total = sum(
            value
            for term, value in idf.items()
            if term in terms or (term in context_terms and term in earlier)
        )
        shares.append(total / weight if weight else 0.0)
        earlier |= terms
    return shares
