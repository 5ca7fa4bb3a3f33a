"""The postings of words: for each term, the rows that hold it, with its BM25 there.

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
# 1.2 < k1 < 2 and 0.5 < b < 0.8 for whole documents. Passages are short and even: that a term
# stands there at all is what tells, and figures in research/evaluation.md bear the low values out.
K1 = 0.3
B = 0.3


def idf(frequency: int, size: int) -> float:
    """The weight of a term that `frequency` of `size` documents hold: the rarer, the more."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


_PIECE = 1 << 20  # words sorted at once
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Posting:
    """One term of a question: the rows that hold it, ascending, with its BM25 there.

    `factor` multiplies the scores: where the documents are a segment of an index, it turns the
    term's IDF there into the one of the whole index.
    """

    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term, the rows that hold it, ascending, with its BM25 there.

    Those of the term `t` of `vocabulary` stand in `rows` and `scores` from `starts[t]` up to
    `starts[t + 1]`. `size` counts documents, of `average_length` terms, as BM25 has it.
    """

    vocabulary: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    rows: Ints
    scores: npt.NDArray[np.float32]
    size: int
    average_length: float

    def frequency(self, term: str) -> int:
        """How many documents hold a term."""
        number = self.vocabulary.get(term)
        return 0 if number is None else int(self.starts[number + 1] - self.starts[number])

    def of(self, term: str) -> Posting:
        """Where a known term stands. Raises KeyError."""
        number = self.vocabulary[term]
        place = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return Posting(self.rows[place], self.scores[place])

    def without_idf(self) -> Postings:
        """The same, each term weighing as if its IDF was 1."""
        counts = np.diff(self.starts)
        weights = np.array([idf(int(each), self.size) for each in counts], dtype=np.float32)
        scores = np.divide(self.scores, np.repeat(weights, counts), dtype=np.float32)
        return replace(self, scores=scores)


@dataclass(frozen=True, slots=True)
class _Piece:
    """How often the terms stand in some neighbouring documents, by term, then by row."""

    terms: Ints
    rows: Ints
    counts: Ints


def postings(documents: Iterable[Sequence[str]], average_length: float = 0.0) -> Postings:
    """The BM25 of documents given as their terms; terms are numbered as they first come.

    `average_length` is that of all documents of the index, where these are only some of them.
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
            pieces.append(_piece(words, lengths, first))
            words, first = array("i"), len(lengths)
    pieces.append(_piece(words, lengths, first))
    of_documents = np.frombuffer(lengths, dtype=np.int32)
    average = average_length or float(of_documents.sum() / max(len(of_documents), 1)) or 1.0
    return _joined(dict(vocabulary), pieces, of_documents, average)


def _piece(words: array[int], lengths: array[int], first: int) -> _Piece:
    own = np.frombuffer(lengths, dtype=np.int32)[first:]
    rows = np.repeat(np.arange(len(own), dtype=np.int64), own)
    keys, counts = np.unique(
        np.frombuffer(words, dtype=np.int32) * np.int64(len(own) or 1) + rows, return_counts=True
    )
    terms, rows = np.divmod(keys, len(own) or 1)
    return _Piece(terms.astype(np.int32), (rows + first).astype(np.int32), counts.astype(np.int32))


def _joined(
    vocabulary: dict[str, int], pieces: list[_Piece], lengths: Ints, average_length: float
) -> Postings:
    """Each piece's postings put where their term's stand; the pieces are used up."""
    frequencies = np.zeros(len(vocabulary), dtype=np.int64)
    for piece in pieces:
        frequencies += np.bincount(piece.terms, minlength=len(vocabulary))
    starts = np.concatenate([[0], np.cumsum(frequencies)])
    weights = np.array([idf(int(each), len(lengths)) for each in frequencies], dtype=np.float32)
    # By document, what its length (in terms) makes each of its terms count less.
    norms = K1 * ((1 - B) + B * lengths / average_length)
    rows = np.empty(starts[-1], dtype=np.int32)
    scores = np.empty(starts[-1], dtype=np.float32)
    free = starts[:-1].copy()  # by term: where its next posting goes
    pieces.reverse()
    while pieces:
        piece = pieces.pop()
        here = np.bincount(piece.terms, minlength=len(vocabulary))
        # Terms ascend within a piece: its nth posting is the (n - those of lesser terms)th of its.
        before = np.cumsum(here) - here
        places = (free - before)[piece.terms] + np.arange(len(piece.terms))
        free += here
        counts = piece.counts.astype(np.float64)
        rows[places] = piece.rows
        scores[places] = weights[piece.terms] * (counts / (norms[piece.rows] + counts))
    return Postings(vocabulary, starts, rows, scores, len(lengths), average_length)


@dataclass(frozen=True)
class WordMatch:
    """How the terms of one question meet the documents: the sums of their BM25.

    `size` counts documents.
    """

    postings: tuple[Posting, ...]
    size: int

    @cached_property
    def scores(self) -> npt.NDArray[np.float32]:
        """The sums by row, shape (documents,)."""
        scores = np.zeros(self.size, dtype=np.float32)
        for posting in self.postings:
            values = (
                posting.scores
                if posting.factor == 1.0
                else posting.scores * np.float32(posting.factor)
            )
            scores[posting.rows] += values
        return scores

    def at(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The sums of these rows, without looking at any other."""
        scores = np.zeros(len(rows), dtype=np.float32)
        # Of the postings' own type: they would be copied to the type of what is looked for.
        keys = rows.astype(np.int32)
        for posting in self.postings:
            places = np.minimum(np.searchsorted(posting.rows, keys), len(posting.rows) - 1)
            is_match = posting.rows[places] == keys
            scores[is_match] += posting.scores[places[is_match]] * np.float32(posting.factor)
        return scores

    def best(self, count: int, among: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        """The rows of the `count` best documents that meet any word at all, in no order.

        `among`, shape (documents,), is True for the rows that may be found.
        """
        rows = np.flatnonzero(self.scores if among is None else self.scores * among)
        if count < len(rows):
            rows = rows[np.argpartition(-self.scores[rows], count)[:count]]
        return rows
