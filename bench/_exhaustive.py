"""The search that misses nothing, for `scale.py` to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from index.models.base import BoolArray, IntArray, Vectors
from index.store.files.segment import FileSegment
from index.store.files.vectors import FileVectors

_BATCH = 16_384
_DEPTH = 200  # rows kept a question: as many as the search asks for at most


class Exhaustive:
    """Stands in for `FileVectors` when these questions are asked; `among` as its search has it."""

    exact = True

    def __init__(self, index: FileVectors, questions: Vectors, among: BoolArray | None) -> None:
        self._index = index
        self.scores = index.scores
        rows, scores = _nearest(index, questions, among)
        self._found = {
            question.tobytes(): (r, s)
            for question, r, s in zip(questions, rows, scores, strict=True)
        }

    def search(
        self, vector: Vectors, k: int, among: BoolArray | None = None
    ) -> tuple[IntArray, Vectors]:
        rows, scores = self._found[vector.tobytes()]
        found = scores[:k] > -1
        return rows[:k][found], scores[:k][found]


@contextmanager
def exhaustive(
    generation: FileSegment, questions: Vectors, among: BoolArray | None
) -> Iterator[None]:
    """Have a generation compare every vector whole with these questions' (n, d)."""
    kept = generation.passage_vectors, generation.sentence_vectors
    sentences = None if among is None else np.repeat(among, np.diff(generation._first_sentences))
    generation.passage_vectors = Exhaustive(kept[0], questions, among)  # type: ignore[assignment]
    generation.sentence_vectors = Exhaustive(kept[1], questions, sentences)  # type: ignore[assignment]
    try:
        yield
    finally:
        generation.passage_vectors, generation.sentence_vectors = kept


def _nearest(
    index: FileVectors, questions: Vectors, among: BoolArray | None
) -> tuple[IntArray, Vectors]:
    """Rows and scores of the best of each question, best first; -1 where there are fewer."""
    rows = np.zeros((len(questions), _DEPTH), dtype=np.int64)
    scores = np.full((len(questions), _DEPTH), -1, dtype=np.float32)
    for start in range(0, len(index), _BATCH):
        here = np.arange(start, min(start + _BATCH, len(index)))
        if among is not None:
            here = here[among[here]]
        found = questions @ index.vectors(here).T
        joined = np.concatenate([scores, found], axis=1)
        numbers = np.concatenate([rows, np.broadcast_to(here, found.shape)], axis=1)
        best = np.argpartition(-joined, _DEPTH - 1, axis=1)[:, :_DEPTH]
        scores = np.take_along_axis(joined, best, axis=1)
        rows = np.take_along_axis(numbers, best, axis=1)
    order = np.lexsort((rows, -scores), axis=1)
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)
