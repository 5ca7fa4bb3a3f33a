"""The words of a generation in PostgreSQL: each term's postings and counts, kept once fetched."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.models.base import IntArray, Vectors
from index.store.postgres.connections import Connection
from index.store.postgres.schema import fetch
from index.store.postings import Ints, Posting, WordMatch
from index.store.reader import RowKind

_KEPT_BYTES = 64 * 2**20  # of postings that a reader keeps, those of the words asked for last
_KEPT_COUNTS = 100_000  # terms whose counts a reader keeps; a misspelt word asks for a thousand
# A term of a sentence, with its BM25 there, as `sentences.words` joins them.
WORD = np.dtype([("term", "<i4"), ("score", "<f4")])


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term: its number in sentences, and the passages that hold it, with its BM25 there."""

    number: int
    posting: Posting

    @property
    def size(self) -> int:
        """Bytes."""
        return self.posting.rows.nbytes + self.posting.scores.nbytes + 200

    @classmethod
    def joined(cls, parts: list[tuple[int, bytes, bytes]]) -> TermRow:
        """From what each server has of it."""
        rows = np.concatenate([np.frombuffer(each[1], dtype="<i4") for each in parts])
        scores = np.concatenate([np.frombuffer(each[2], dtype="<f4") for each in parts])
        if len(parts) > 1:
            order = np.argsort(rows)
            rows, scores = rows[order], scores[order]
        return cls(parts[0][0], Posting(rows, scores))


Rows = list[tuple[Any, ...]]
AskEach = Callable[[Callable[[Connection], Rows]], list[Rows]]  # asks each server of a generation


class PostgresTerms:
    """The terms of all passages, or of all sentences; see `index.store.reader.TermStatistics`."""

    def __init__(self, words: PostgresWords, kind: RowKind, size: int) -> None:
        self._words = words
        self._kind = kind
        self._size = size

    def __len__(self) -> int:
        return self._size

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        return self._words.frequencies(self._kind, terms)

    def letters(self, language: str) -> str:
        return self._words.letters(self._kind).get(language, "")


class PostgresWords:
    """The words of a generation. `ask` asks each of its servers, `size` counts passages."""

    def __init__(self, number: int, ask: AskEach, size: int) -> None:
        self._number = number
        self._ask = ask
        self._size = size
        self._known: OrderedDict[str, TermRow | None] = OrderedDict()
        self._bytes = 0
        self._counts: dict[str, tuple[int, int]] = {}
        self._letters: dict[RowKind, dict[str, str]] | None = None
        self._lock = threading.Lock()

    def frequencies(self, kind: RowKind, terms: Collection[str]) -> dict[str, int]:
        """How many hold each of these terms; without those that none holds."""
        with self._lock:
            counts = {term: self._counts[term] for term in terms if term in self._counts}
        unknown = [term for term in terms if term not in counts and "\0" not in term]
        if unknown:
            query = "SELECT term, passages, sentences FROM {g}.terms WHERE term = ANY(%s)"
            fetched = dict.fromkeys(unknown, (0, 0))
            # Each server counts those of all.
            for rows in self._ask(lambda each: fetch(each, self._number, query, unknown)):
                fetched.update({term: (passages, sentences) for term, passages, sentences in rows})
            with self._lock:
                if len(self._counts) + len(fetched) > _KEPT_COUNTS:
                    self._counts.clear()
                self._counts.update(fetched)
            counts |= fetched
        at = 0 if kind == "passages" else 1
        return {term: counts[term][at] for term in terms if counts.get(term, (0, 0))[at]}

    def letters(self, kind: RowKind) -> dict[str, str]:
        """By language, every character that a term has."""
        if self._letters is None:  # no `cached_property`: until Python 3.12 it locks all readers
            query = "SELECT kind, language, letters FROM {g}.letters"
            letters: dict[RowKind, dict[str, str]] = {"passages": {}, "sentences": {}}
            first = self._ask(lambda each: fetch(each, self._number, query))[0]
            for own, language, those in first:
                letters[own][language] = those
            self._letters = letters
        return self._letters[kind]

    def match(self, terms: Iterable[str]) -> WordMatch:
        """Every passage against these terms; those that none holds change nothing."""
        asked = list(terms)
        known = self._terms(asked)
        return WordMatch(tuple(known[term].posting for term in asked if term in known), self._size)

    def sentence_scores(self, terms: Collection[str], words: list[bytes]) -> Vectors:
        """The sums of BM25 of some sentences, given as `sentences.words` has them."""
        numbers = [row.number for row in self._terms(terms).values()]
        held = np.frombuffer(b"".join(words), dtype=WORD)
        sizes = np.array([len(each) // WORD.itemsize for each in words], dtype=np.int64)
        meets = np.flatnonzero(np.isin(held["term"], np.array(numbers, dtype=np.int32)))
        owners = np.repeat(np.arange(len(words)), sizes)[meets]
        sums = np.bincount(owners, weights=held["score"][meets], minlength=len(words))
        return sums.astype(np.float32)

    def _terms(self, terms: Collection[str]) -> dict[str, TermRow]:
        asked = [term for term in dict.fromkeys(terms) if "\0" not in term]
        with self._lock:
            unknown = [term for term in asked if term not in self._known]
        if unknown:
            self._keep(self._fetched(unknown), unknown)
        with self._lock:
            found = {}
            for term in asked:
                if (row := self._known.get(term)) is not None:
                    self._known.move_to_end(term)
                    found[term] = row
            missing = [term for term in asked if term not in self._known]
        # Let go of by another question since it was fetched.
        return found | self._fetched(missing) if missing else found

    def _fetched(self, terms: list[str]) -> dict[str, TermRow]:
        query = "SELECT term, number, rows, scores FROM {g}.terms WHERE term = ANY(%s)"
        parts: dict[str, list[tuple[int, bytes, bytes]]] = {}
        for rows in self._ask(lambda each: fetch(each, self._number, query, terms)):
            for term, number, places, scores in rows:
                parts.setdefault(term, []).append((number, places, scores))
        return {term: TermRow.joined(each) for term, each in parts.items()}

    def _keep(self, found: dict[str, TermRow], asked: list[str]) -> None:
        with self._lock:
            for term in asked:
                row = found.get(term)
                if term not in self._known:
                    self._known[term] = row
                    self._bytes += _size(row)
            while self._bytes > _KEPT_BYTES and len(self._known) > len(asked):
                _, row = self._known.popitem(last=False)
                self._bytes -= _size(row)


def _size(row: TermRow | None) -> int:
    return row.size if row is not None else 200


def sentence_words(rows: Ints, terms: IntArray, scores: Vectors, size: int) -> list[bytes]:
    """What `sentences.words` has of `size` sentences, from the sentence, the term and the score of
    each posting."""
    order = np.argsort(rows, kind="stable")
    held = np.empty(len(order), dtype=WORD)
    held["term"], held["score"] = terms[order], scores[order]
    ends = np.cumsum(np.bincount(rows, minlength=size)) * WORD.itemsize
    joined = held.tobytes()
    return [joined[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]
