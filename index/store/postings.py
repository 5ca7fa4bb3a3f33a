"""Postings: for each term, the rows of the documents that have it, with its BM25 there.

Terms carry the language they were stemmed in, so a French question never meets a Spanish passage
through a chance stem; tokens with a digit (years, quantities, `mai-1-preview`) mean the same in
every language and are shared.

BM25 is Lucene's (Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020).
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

# Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), give
# 1.2 < k1 < 2 and 0.5 < b < 0.8 for whole documents. Passages are short and of similar length:
# whether a term occurs matters more than how often (figures in research/evaluation.md).
K1 = 0.3
B = 0.3


def idf(frequency: int, size: int) -> float:
    """Inverse document frequency of a term that `frequency` of `size` documents have."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


_PIECE = 1 << 20  # words sorted at once
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Posting:
    """The rows of one term, ascending, with its BM25 there.

    `factor` multiplies the scores: in a segment, it replaces the segment's IDF of the term by that
    of the whole index.
    """

    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    factor: float = 1.0


def common_rows(rows: Sequence[Sequence[Ints]]) -> npt.NDArray[np.int64]:
    """Ascending rows that are in an array of every group; none without groups."""
    unions = [np.unique(np.concatenate([np.empty(0, np.int32), *own])) for own in rows]
    unions.sort(key=len)
    common = unions[0] if unions else np.empty(0, dtype=np.int32)
    for other in unions[1:]:
        common = np.intersect1d(common, other, assume_unique=True)
    return common.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of all terms.

    Those of term number `t` are `rows` and `scores` from `starts[t]` up to `starts[t + 1]`. `size`
    is the number of documents, `average_length` that of BM25, in terms.
    """

    vocabulary: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: Ints
    scores: npt.NDArray[np.float32]
    size: int
    average_length: float

    def frequency(self, term: str) -> int:
        """Number of documents that have a term."""
        number = self.vocabulary.get(term)
        return 0 if number is None else int(self.starts[number + 1] - self.starts[number])

    def of(self, term: str) -> Posting:
        """The postings of a term. Raises KeyError if it is unknown."""
        number = self.vocabulary[term]
        place = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return Posting(self.rows[place], self.scores[place])

    def without_idf(self) -> Postings:
        """The same postings, scored as if every IDF was 1."""
        counts = np.diff(self.starts)
        weights = np.array([idf(int(count), self.size) for count in counts], dtype=np.float32)
        scores = np.divide(self.scores, np.repeat(weights, counts), dtype=np.float32)
        return replace(self, scores=scores)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Term counts of some consecutive documents, sorted by term, then by row."""

    terms: Ints
    rows: Ints
    counts: Ints


def postings(documents: Iterable[Sequence[str]], average_length: float = 0.0) -> Postings:
    """Index documents given as their terms; terms are numbered in order of first occurrence.

    `average_length` is that of the whole index if these documents are only a segment of it.
    """
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    pieces: list[_Piece] = []
    lengths, words = array("i"), array("i")
    first = 0
    for document in documents:
        words.extend(map(vocabulary.__getitem__, document))
        lengths.append(len(document))
        if len(words) >= _PIECE:
            pieces.append(_count_piece(words, lengths, first))
            words, first = array("i"), len(lengths)
    pieces.append(_count_piece(words, lengths, first))
    of_documents = np.frombuffer(lengths, dtype=np.int32)
    average = average_length or float(of_documents.sum() / max(len(of_documents), 1)) or 1.0
    return _merge_pieces(dict(vocabulary), pieces, of_documents, average)


def _count_piece(words: array[int], lengths: array[int], first: int) -> _Piece:
    own = np.frombuffer(lengths, dtype=np.int32)[first:]
    rows = np.repeat(np.arange(len(own), dtype=np.int64), own)
    keys, counts = np.unique(
        np.frombuffer(words, dtype=np.int32) * np.int64(len(own) or 1) + rows, return_counts=True
    )
    terms, rows = np.divmod(keys, len(own) or 1)
    return _Piece(terms.astype(np.int32), (rows + first).astype(np.int32), counts.astype(np.int32))


def _merge_pieces(
    vocabulary: dict[str, int], pieces: list[_Piece], lengths: Ints, average_length: float
) -> Postings:
    """Merge the pieces, which are consumed."""
    frequencies = np.zeros(len(vocabulary), dtype=np.int64)
    for piece in pieces:
        frequencies += np.bincount(piece.terms, minlength=len(vocabulary))
    starts = np.concatenate([[0], np.cumsum(frequencies)])
    weights = np.array(
        [idf(int(frequency), len(lengths)) for frequency in frequencies], dtype=np.float32
    )
    norms = K1 * ((1 - B) + B * lengths / average_length)
    rows = np.empty(starts[-1], dtype=np.int32)
    scores = np.empty(starts[-1], dtype=np.float32)
    free = starts[:-1].copy()  # by term, the place of its next posting
    pieces.reverse()
    while pieces:
        piece = pieces.pop()
        here = np.bincount(piece.terms, minlength=len(vocabulary))
        # A piece is sorted by term: subtract the postings of lesser terms.
        before = np.cumsum(here) - here
        places = (free - before)[piece.terms] + np.arange(len(piece.terms))
        free += here
        counts = piece.counts.astype(np.float64)
        rows[places] = piece.rows
        scores[places] = weights[piece.terms] * (counts / (norms[piece.rows] + counts))
    return Postings(vocabulary, starts, rows, scores, len(lengths), average_length)


@dataclass(frozen=True)
class WordMatch:
    """BM25 of a question's terms, summed by document; `size` is the number of documents."""

    postings: tuple[Posting, ...]
    size: int

    @cached_property
    def scores(self) -> npt.NDArray[np.float32]:
        """By row, shape (size,)."""
        scores = np.zeros(self.size, dtype=np.float32)
        for posting in self.postings:
            scores[posting.rows] += posting.scores * np.float32(posting.factor)
        return scores

    def at(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Scores of these rows only."""
        scores = np.zeros(len(rows), dtype=np.float32)
        keys = rows.astype(np.int32)  # else `searchsorted` would convert the postings
        for posting in self.postings:
            places = np.minimum(np.searchsorted(posting.rows, keys), len(posting.rows) - 1)
            is_match = posting.rows[places] == keys
            scores[is_match] += posting.scores[places[is_match]] * np.float32(posting.factor)
        return scores

    def best(self, count: int, among: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        """Rows of the `count` best documents that have any of the terms, in no order; `among`,
        shape (size,), is True for the eligible rows."""
        rows = np.flatnonzero(self.scores if among is None else self.scores * among)
        if count < len(rows):
            rows = rows[np.argpartition(-self.scores[rows], count)[:count]]
        return rows
