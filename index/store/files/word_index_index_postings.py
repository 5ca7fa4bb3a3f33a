"""From documents to the postings of bm25s, in pieces: no list of words a document in memory.

The arrays are those of bm25s, of the same scores (`bm25s.BM25.index` holds every word of every
document as a Python object at once, about 100 bytes each).
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_PIECE = 1 << 20  # words sorted at once

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term, the rows that hold it, ascending, with its BM25 there.

    Those of the term `t` of `vocabulary` stand in `rows` and `scores` from `starts[t]` up to
    `starts[t + 1]`. `size` counts documents.
    """

    vocabulary: dict[str, int]
    starts: npt.NDArray[np.int64]
    rows: Ints
    scores: npt.NDArray[np.float32]
    size: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """How often the terms stand in some neighbouring documents, by term, then by row."""

    terms: Ints
    rows: Ints
    counts: Ints


def postings(documents: Iterable[Sequence[str]], *, k1: float, b: float) -> Postings:
    """BM25 as Lucene has it (Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020) of documents
    given as their terms; terms are numbered as they first come."""
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    pieces: list[_Piece] = []
    lengths, words = array("i"), array("i")
    first = 0
    for terms in documents:
        words.extend(map(vocabulary.__getitem__, terms))
        lengths.append(len(terms))
        if len(words) >= _PIECE:
            pieces.append(_piece(words, lengths, first))
            words, first = array("i"), len(lengths)
    pieces.append(_piece(words, lengths, first))
    of_documents = np.frombuffer(lengths, dtype=np.int32)
    return _joined(dict(vocabulary), pieces, of_documents, k1, b)


def _piece(words: array[int], lengths: array[int], first: int) -> _Piece:
    own = np.frombuffer(lengths, dtype=np.int32)[first:]
    rows = np.repeat(np.arange(len(own), dtype=np.int64), own)
    keys, counts = np.unique(
        np.frombuffer(words, dtype=np.int32) * np.int64(len(own) or 1) + rows, return_counts=True
    )
    terms, rows = np.divmod(keys, len(own) or 1)
    return _Piece(terms.astype(np.int32), (rows + first).astype(np.int32), counts.astype(np.int32))


def _joined(
    vocabulary: dict[str, int], pieces: list[_Piece], lengths: Ints, k1: float, b: float
) -> Postings:
    """Each piece's postings put where their term's stand; the pieces are used up."""
    frequencies = np.zeros(len(vocabulary), dtype=np.int64)
    for piece in pieces:
        frequencies += np.bincount(piece.terms, minlength=len(vocabulary))
    starts = np.concatenate([[0], np.cumsum(frequencies)])
    weights = np.array([_idf(int(each), len(lengths)) for each in frequencies], dtype=np.float32)
    mean = lengths.sum() / max(len(lengths), 1) or 1.0
    norms = k1 * ((1 - b) + b * lengths / mean)
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
    return Postings(vocabulary, starts, rows, scores, len(lengths))


def _idf(frequency: int, size: int) -> float:
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))
