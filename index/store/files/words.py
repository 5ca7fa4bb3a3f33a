"""The words of passages, or of sentences, on disk."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import DamagedIndex, reason_of
from index.models.base import BoolArray, IntArray
from index.store.postings import Ints, Posting, Postings, WordMatch, common_rows, idf

_ROWS = "indices.csc.index.npy"
_SCORES = "data.csc.index.npy"
_STARTS = "indptr.csc.index.npy"
_HASHES = "term_hashes.npy"
_NUMBERS = "term_numbers.npy"
_SIZE = "size.json"
WORD_FILES = (_ROWS, _SCORES, _STARTS, _SIZE)
# Before format 4 the terms themselves stood in a JSON file, beside one that nothing read.
HASH_FILES = (_HASHES, _NUMBERS)
VOCABULARY_FILES = ("vocab.index.json", "params.index.json")
_HASH = np.dtype("<u8")

Hashes = npt.NDArray[np.uint64]


class FileWords:
    """BM25 postings of documents (passages, or sentences) in row order.

    Terms are looked up by a 64-bit hash in sorted, memory-mapped arrays: a vocabulary of millions
    costs no memory. Among ten million terms, the odds that a given unknown word is taken for one
    of them are 1 in 10^12.

    See `index.store.generation.TermStatistics`.
    """

    def __init__(
        self,
        hashes: Hashes,
        numbers: Ints,
        starts: npt.NDArray[np.int64],
        rows: Ints,
        scores: npt.NDArray[np.float32],
        sizes: Mapping[str, Any],
    ) -> None:
        """`hashes` ascend; the postings of the term at `i` are in `rows` and `scores` from
        `starts[numbers[i]]` up to the next start."""
        self._hashes, self._numbers = hashes, numbers
        self._starts, self._rows, self._scores = starts, rows, scores
        self._sizes = sizes

    @classmethod
    def of(cls, postings: Postings) -> FileWords:
        sizes = {"documents": postings.size, "average_length": postings.average_length}
        hashes, numbers = _sorted(postings.vocabulary)
        return cls(hashes, numbers, postings.starts, postings.rows, postings.scores, sizes)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in (
            (_HASHES, self._hashes),
            (_NUMBERS, self._numbers),
            (_STARTS, self._starts),
            (_ROWS, self._rows),
            (_SCORES, self._scores),
        ):
            np.save(folder / name, array, allow_pickle=False)
        (folder / _SIZE).write_text(json.dumps(self._sizes, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> FileWords:
        """Open a saved index, its arrays memory-mapped. Raises DamagedIndex."""
        try:
            sizes = json.loads((folder / _SIZE).read_text(encoding="utf-8"))
            sizes["documents"] = int(sizes["documents"])
            vocabulary = folder / VOCABULARY_FILES[0]
            if vocabulary.exists():
                terms = dict(json.loads(vocabulary.read_text(encoding="utf-8")))
                hashes, numbers = _sorted(terms)
            else:
                hashes, numbers = _mapped(folder / _HASHES), _mapped(folder / _NUMBERS)
            starts, rows, scores = (_mapped(folder / name) for name in (_STARTS, _ROWS, _SCORES))
            return cls(hashes, numbers, starts, rows, scores, sizes)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedIndex("damaged-words", subject=folder, reason=reason_of(error)) from error

    def __len__(self) -> int:
        return int(self._sizes["documents"])

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        return nonzero_counts(terms, self.count(hash_terms(terms)))

    def count(self, hashes: Hashes) -> IntArray:
        """Number of documents that have each of these terms, shape (len(hashes),)."""
        indices, numbers = self._find(hashes)
        counts = np.zeros(len(hashes), dtype=np.int64)
        counts[indices] = self._starts[numbers + 1] - self._starts[numbers]
        return counts

    def count_among(self, rows: IntArray, hashes: Hashes) -> IntArray:
        """Like `count`, among these rows only."""
        keys = rows.astype(np.int32)
        counts = np.zeros(len(hashes), dtype=np.int64)
        for at, number in zip(*self._find(hashes), strict=True):
            holders = self._posting(number).rows
            places = np.minimum(np.searchsorted(holders, keys), len(holders) - 1)
            counts[at] = np.count_nonzero(holders[places] == keys)
        return counts

    def count_open(self, is_open: BoolArray, hashes: Hashes) -> IntArray:
        """Like `count`, among the rows where `is_open`, shape (n,), is True."""
        counts = np.zeros(len(hashes), dtype=np.int64)
        for at, number in zip(*self._find(hashes), strict=True):
            counts[at] = np.count_nonzero(is_open[self._posting(number).rows])
        return counts

    def match(self, weights: Mapping[str, float]) -> WordMatch:
        """Score every document against terms weighted by their IDF in the whole index, of which
        this is a segment; unknown terms change nothing."""
        indices, numbers = self._find(hash_terms(weights))
        values = list(weights.values())
        matches = []
        for at, number in zip(indices, numbers, strict=True):
            posting = self._posting(number)
            own = idf(len(posting.rows), len(self))
            matches.append(replace(posting, factor=values[at] / own))
        return WordMatch(tuple(matches), len(self))

    def rows_with(self, terms: Sequence[Collection[str]]) -> IntArray:
        """Ascending rows of the documents that have one of the alternatives of every term."""
        return common_rows(
            [[self._posting(term).rows for term in self._find(hash_terms(own))[1]] for own in terms]
        )

    def _find(self, hashes: Hashes) -> tuple[IntArray, IntArray]:
        """The indices of known terms in `hashes`, and their numbers."""
        if not len(self._hashes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        indices = np.flatnonzero(self._hashes[places] == hashes)
        return indices, self._numbers[places[indices]].astype(np.int64)

    def _posting(self, number: int) -> Posting:
        place = slice(int(self._starts[number]), int(self._starts[number + 1]))
        return Posting(self._rows[place], self._scores[place])


def average_length(folder: Path) -> float | None:
    """The average document length of a saved index; None if none is stored."""
    try:
        sizes = json.loads((folder / _SIZE).read_text(encoding="utf-8"))
        return float(sizes["average_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def hash_terms(terms: Collection[str]) -> Hashes:
    """The hash of each term, shape (len(terms),)."""
    size = _HASH.itemsize
    digests = (blake2b(term.encode(), digest_size=size).digest() for term in terms)
    return np.frombuffer(b"".join(digests), dtype=_HASH)


def nonzero_counts(terms: Collection[str], counts: IntArray) -> dict[str, int]:
    return {term: count for term, count in zip(terms, counts.tolist(), strict=True) if count}


def _sorted(vocabulary: Mapping[str, int]) -> tuple[Hashes, Ints]:
    """The hashes of terms, ascending, and the number of each."""
    hashes = hash_terms(vocabulary)
    numbers = np.fromiter(vocabulary.values(), dtype=np.int32, count=len(vocabulary))
    order = np.argsort(hashes)
    return hashes[order], numbers[order]


def _mapped(path: Path) -> npt.NDArray[Any]:
    # A view of the array, not a memory map, whose every slice costs as much as reading it.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
