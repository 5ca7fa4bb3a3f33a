"""The words of a generation in PostgreSQL, with a cache of postings and counts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from typing import Any

import numpy as np

from index.models.base import BoolArray, IntArray, Vectors
from index.store.generation import RowKind
from index.store.postgres.manifest import PostgresManifest
from index.store.postings import Ints, Posting, WordMatch, common_rows, idf

_CACHED_BYTES = 64 * 2**20  # of postings, least recently used first out
_CACHED_COUNTS = 100_000  # terms; a misspelt word looks up a thousand
_SAMPLED = 2_000  # passages whose sentences are counted
# Item of `sentences.words`: a term and its BM25 in the sentence.
WORD = np.dtype([("term", "<i4"), ("score", "<f4")])


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term: its number in `sentences.words`, and its postings among passages.

    Scores of the base include the term's IDF in the base, `base_idf` by kind; those of additions,
    where the IDF changes each time, do not.
    """

    number: int
    base: Posting
    additions: Posting
    base_idf: tuple[float, float]

    @property
    def size(self) -> int:
        """Bytes."""
        arrays = (self.base.rows, self.base.scores, self.additions.rows, self.additions.scores)
        return sum(array.nbytes for array in arrays) + 200

    def weigh(self, weight: float) -> Iterator[Posting]:
        """Postings scored with the term's IDF in the whole index."""
        if len(self.base.rows):
            yield replace(self.base, factor=weight / self.base_idf[0])
        if len(self.additions.rows):
            yield replace(self.additions, factor=weight)


@dataclass(frozen=True, slots=True, eq=False)
class OpenRows:
    """The rows of a selection: a mask of passages, the number of sentences, and the document
    frequencies that were asked for."""

    passages: BoolArray
    sentences: int
    counts: dict[tuple[RowKind, str], int] = field(default_factory=dict)


Rows = list[tuple[Any, ...]]
Fetch = Callable[..., Rows]  # called with a query and its values


class PostgresWords:
    """The words of a generation; `fetch` queries it."""

    def __init__(self, fetch: Fetch, own: PostgresManifest) -> None:
        self._fetch = fetch
        self._base = own.base
        growth = own.growth
        self.size = growth.next_passage if growth else own.facts.passages
        self._first_added = growth.sentences if growth else own.facts.sentences
        of_base = growth or own.facts
        self._base_sizes = of_base.passages, of_base.sentences
        # Generations of an earlier Selon have no additions.
        self._since = "since" if growth else str(own.number)
        self._cache: OrderedDict[str, TermRow | None] = OrderedDict()
        self._bytes = 0
        self._counts: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def frequencies(self, kind: RowKind, terms: Collection[str]) -> dict[str, int]:
        """Document frequency of these terms, without unknown ones."""
        with self._lock:
            counts = {term: self._counts[term] for term in terms if term in self._counts}
        unknown = [term for term in terms if term not in counts and "\0" not in term]
        if unknown:
            query = "SELECT term, passages, sentences FROM {g}.terms WHERE term = ANY(%s)"
            counts_by_term = dict.fromkeys(unknown, (0, 0))
            for term, passages, sentences in self._fetch(query, unknown):
                own, inner = counts_by_term[term]
                counts_by_term[term] = own + passages, inner + sentences
            with self._lock:
                if len(self._counts) + len(counts_by_term) > _CACHED_COUNTS:
                    self._counts.clear()
                self._counts.update(counts_by_term)
            counts |= counts_by_term
        at = 0 if kind == "passages" else 1
        return {term: counts[term][at] for term in terms if counts.get(term, (0, 0))[at]}

    def frequencies_among(
        self, kind: RowKind, terms: Collection[str], rows: OpenRows
    ) -> dict[str, int]:
        """Like `frequencies`, in these rows; of sentences, estimated for a term that many passages
        have."""
        counts = {}
        for term, row in self._terms(self.frequencies(kind, terms)).items():
            if (kind, term) not in rows.counts:
                if len(rows.counts) >= _CACHED_COUNTS:
                    rows.counts.clear()
                rows.counts[kind, term] = self._count_among(kind, row, rows.passages)
            counts[term] = rows.counts[kind, term]
        return {term: count for term, count in counts.items() if count}

    def _count_among(self, kind: RowKind, row: TermRow, passages: BoolArray) -> int:
        every = np.concatenate([row.base.rows, row.additions.rows])
        own = every[passages[every]]
        if kind == "passages" or not len(own):
            return len(own)
        sample = own[:: len(own) // _SAMPLED + 1]
        query = "SELECT words FROM {g}.sentences WHERE passage = ANY(%s::bigint[])"
        words = self._fetch(query, sample.tolist())
        items = np.frombuffer(b"".join(own_words for [own_words] in words), dtype=WORD)
        found = np.count_nonzero(items["term"] == row.number)
        return round(found * len(own) / len(sample))

    def match(self, weights: Mapping[str, float]) -> WordMatch:
        """Match every passage against terms weighted by IDF; unknown terms add nothing."""
        term_rows = self._terms(weights)
        postings = (
            term_rows[term].weigh(weight) for term, weight in weights.items() if term in term_rows
        )
        return WordMatch(tuple(chain.from_iterable(postings)), self.size)

    def passages_with(self, terms: Sequence[Collection[str]]) -> IntArray:
        rows = self._terms([term for own in terms for term in own])
        return common_rows(
            [
                [
                    posting.rows
                    for term in own
                    if term in rows
                    for posting in (rows[term].base, rows[term].additions)
                ]
                for own in terms
            ]
        )

    def sentence_scores(
        self, weights: Mapping[str, float], rows: Sequence[int], words: Sequence[bytes]
    ) -> Vectors:
        """Sums of BM25 of sentences, from their numbers and `sentences.words`."""
        term_rows = self._terms(weights)
        numbers = np.array([row.number for row in term_rows.values()], dtype=np.int32)
        order = np.argsort(numbers)
        numbers = numbers[order]
        weights_of_additions = np.array([weights[term] for term in term_rows], dtype=np.float32)[
            order
        ]
        own = np.array([row.base_idf[1] for row in term_rows.values()], dtype=np.float32)[order]
        items = np.frombuffer(b"".join(words), dtype=WORD)
        sizes = np.array([len(word) // WORD.itemsize for word in words], dtype=np.int64)
        matches = np.flatnonzero(np.isin(items["term"], numbers))
        owners = np.repeat(np.arange(len(words)), sizes)[matches]
        terms = np.searchsorted(numbers, items["term"][matches])
        of_base = np.asarray(rows, dtype=np.int64)[owners] < self._first_added
        factors = np.where(
            of_base, (weights_of_additions / own)[terms], weights_of_additions[terms]
        )
        scores = items["score"][matches] * factors
        return np.bincount(owners, weights=scores, minlength=len(words)).astype(np.float32)

    def _terms(self, terms: Collection[str]) -> dict[str, TermRow]:
        clean = [term for term in dict.fromkeys(terms) if "\0" not in term]
        with self._lock:
            unknown = [term for term in clean if term not in self._cache]
        if unknown:
            self._store(self._read(unknown), unknown)
        with self._lock:
            rows = {}
            for term in clean:
                if (row := self._cache.get(term)) is not None:
                    self._cache.move_to_end(term)
                    rows[term] = row
            uncached = [term for term in clean if term not in self._cache]
        # Evicted by another question in the meantime.
        return rows | self._read(uncached) if uncached else rows

    def _read(self, terms: list[str]) -> dict[str, TermRow]:
        query = (
            f"SELECT term, {self._since}, number, passages, sentences, rows, scores "
            "FROM {g}.terms WHERE term = ANY(%s)"
        )
        parts: dict[str, Rows] = {}
        for term, *row in self._fetch(query, terms):
            parts.setdefault(term, []).append(tuple(row))
        return {term: self._merge(rows) for term, rows in parts.items()}

    def _merge(self, parts: Rows) -> TermRow:
        """Merge the rows of a term, of its base and of additions."""
        of_base = [part for part in parts if part[0] == self._base]
        counts = of_base[0][2:4] if of_base else (1, 1)
        own, inner = (
            idf(count, size) for count, size in zip(counts, self._base_sizes, strict=True)
        )
        additions = _posting([part for part in parts if part[0] != self._base])
        return TermRow(parts[0][1], _posting(of_base), additions, (own, inner))

    def _store(self, rows: dict[str, TermRow], terms: list[str]) -> None:
        with self._lock:
            for term in terms:
                row = rows.get(term)
                if term not in self._cache:
                    self._cache[term] = row
                    self._bytes += row.size if row is not None else 200
            while self._bytes > _CACHED_BYTES and len(self._cache) > len(terms):
                _, row = self._cache.popitem(last=False)
                self._bytes -= row.size if row is not None else 200


def _posting(parts: Rows) -> Posting:
    rows = np.frombuffer(b"".join(part[-2] for part in parts), dtype="<i4")
    scores = np.frombuffer(b"".join(part[-1] for part in parts), dtype="<f4")
    if len(parts) > 1:
        order = np.argsort(rows)
        rows, scores = rows[order], scores[order]
    return Posting(rows, scores)


def sentence_words(rows: Ints, terms: IntArray, scores: Vectors, size: int) -> list[bytes]:
    """The column `sentences.words` of `size` sentences, from the sentence, term and score of each
    posting."""
    order = np.argsort(rows, kind="stable")
    items = np.empty(len(order), dtype=WORD)
    items["term"], items["score"] = terms[order], scores[order]
    ends = np.cumsum(np.bincount(rows, minlength=size)) * WORD.itemsize
    content = items.tobytes()
    return [content[start:end] for start, end in pairwise([0, *ends.tolist()])]
