"""The index on disk, as one generation opened whole."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.article import Article, Period, Selection
from index.errors import DamagedIndex, reason_of
from index.models.base import BoolArray, IntArray, Vectors
from index.store.articles import ArticleReader
from index.store.build_turn import VectorSource, as_hashes
from index.store.files.faiss_vectors import FaissVectors
from index.store.files.layout import Hold
from index.store.files.manifest import Manifest
from index.store.files.word_index import (
    HASH_FILES,
    VOCABULARY_FILES,
    WORD_FILES,
    WordIndex,
)
from index.store.postings import WordMatch
from index.store.reader import CandidateFeatures, CandidateQuery, ClosedOnExit, RowKind

Ranked = tuple[IntArray, Vectors]  # rows, and the score of each

_SELECTIONS_KEPT = 32
ARTICLES_FILE = "articles.sqlite"
PASSAGES = "passages.faiss"
SENTENCES = "sentences.faiss"
FIRST_SENTENCES = "first_sentences.npy"
OPENINGS = "openings.npy"
DAYS_FILE = "days.npy"
LIKENESS_KEYS, LIKENESS_NUMBERS = "likeness_keys.npy", "likeness_numbers.npy"
PASSAGE_WORDS = "lexical/passages"
SENTENCE_WORDS = "lexical/sentences"
# The files of every generation, and those of some: where copies were looked for, where there are so
# many vectors that they stand beside their codes, and how terms are looked up, by format.
NAMES = frozenset(
    (
        *(ARTICLES_FILE, FIRST_SENTENCES, OPENINGS, DAYS_FILE, PASSAGES, SENTENCES),
        *(f"{folder}/{name}" for folder in (PASSAGE_WORDS, SENTENCE_WORDS) for name in WORD_FILES),
    )
)
MORE_NAMES = NAMES | {
    *("passages.vectors", "sentences.vectors", LIKENESS_KEYS, LIKENESS_NUMBERS),
    *(
        f"{folder}/{name}"
        for folder in (PASSAGE_WORDS, SENTENCE_WORDS)
        for name in (*HASH_FILES, *VOCABULARY_FILES)
    ),
}


class Generation(ClosedOnExit, ArticleReader):
    """One complete build of the index: read-only, usable from several threads at once.

    Its files stay as long as it holds its folder, and it stays whole even where they do not. Raises
    DamagedIndex from the constructor and, for damage that only reading finds, from every method.
    """

    def __init__(self, folder: Path, manifest: Manifest, hold: Hold) -> None:
        self.facts = manifest
        self.folder = folder
        self.passage_vectors = FaissVectors.open(folder / PASSAGES)
        self.sentence_vectors = FaissVectors.open(folder / SENTENCES)
        self.passage_words = WordIndex.open(folder / PASSAGE_WORDS)
        self.sentence_words = WordIndex.open(folder / SENTENCE_WORDS)
        # By passage row, the row of its first sentence; one more, for where the last one ends.
        self._first_sentences = load_array(folder / FIRST_SENTENCES)
        self._openings = load_array(folder / OPENINGS)
        self._days = load_array(folder / DAYS_FILE)
        for name, actual, expected in (
            (PASSAGES, len(self.passage_vectors), manifest.passages),
            (SENTENCES, len(self.sentence_vectors), manifest.sentences),
            (FIRST_SENTENCES, len(self._first_sentences), manifest.passages + 1),
            (OPENINGS, len(self._openings), manifest.passages),
            (DAYS_FILE, len(self._days), manifest.passages),
            (PASSAGE_WORDS, len(self.passage_words), manifest.passages),
            (SENTENCE_WORDS, len(self.sentence_words), manifest.sentences),
        ):
            if actual != expected:
                raise DamagedIndex(
                    "damaged-rows", shown=folder / name, found=actual, expected=expected
                )
        super().__init__(folder / ARTICLES_FILE)
        self._selections: dict[Selection, BoolArray] = {}
        self._closing = weakref.finalize(self, _let_go, self._turn, self._connection, hold)

    def term_statistics(self, kind: RowKind) -> WordIndex:
        return self.passage_words if kind == "passages" else self.sentence_words

    def candidates(
        self,
        query: CandidateQuery,
        passages: int,
        sentences: int,
        within: Period | None = None,
        among: Selection | None = None,
        without: IntArray | None = None,
    ) -> CandidateFeatures:
        """See `index.store.withdrawals.StoredGeneration`."""
        words = self.passage_words.match(query.passage_terms)
        of_sentences = self.sentence_words.match(query.sentence_terms)
        eligible = self.eligible(within, among, without)
        ranked = self.nominate(query.vector, words, passages, sentences, eligible)
        return self.features(query.vector, words, of_sentences, nominated_rows(ranked))

    def nominate(
        self,
        vector: Vectors,
        words: WordMatch,
        passages: int,
        sentences: int,
        eligible: BoolArray | None,
    ) -> tuple[Ranked, Ranked, Ranked]:
        """The passages nearest to the vector, those of the nearest sentences, and those with the
        best BM25: rows with the scores that they are ranked by."""
        of_sentences = None if eligible is None else self.of_sentences(eligible)
        near = self.passage_vectors.search(vector, passages, eligible)
        rows, scores = self.sentence_vectors.search(vector, sentences, of_sentences)
        worded = words.best(passages, eligible)
        return near, (self.passages_of_sentences(rows), scores), (worded, words.scores[worded])

    def features(
        self, vector: Vectors, words: WordMatch, of_sentences: WordMatch, rows: IntArray
    ) -> CandidateFeatures:
        """What is known of the passages of these rows, ascending."""
        _, counts = self.sentence_rows(rows)
        offsets = np.cumsum(counts) - counts
        sentence_rows = self.rows_of_sentences(rows)
        return CandidateFeatures(
            keys=rows,
            cosines=self.passage_vectors.scores(vector, rows),
            bm25=words.at(rows),
            openings=np.asarray(self._openings[rows]),
            sentence_cosines=self.sentence_vectors.scores(vector, sentence_rows),
            sentence_bm25=of_sentences.at(sentence_rows),
            offsets=offsets,
        )

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        return {each: article for each in ids if (article := self.article(each)) is not None}

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        if within is None and among is None:
            return self.facts.articles
        return super().count(within, among)

    def eligible(
        self, within: Period | None, among: Selection | None, without: IntArray | None
    ) -> BoolArray | None:
        """By passage row, whether it may be found; None where all may."""
        masks = []
        if among is not None:
            mask = self._selections.get(among)
            if mask is None:  # kept, for a chat asks again
                mask = np.zeros(self.facts.passages, dtype=bool)
                mask[self.selected(among)] = True
                if len(self._selections) >= _SELECTIONS_KEPT:
                    self._selections.clear()
                self._selections[among] = mask
            masks.append(mask)
        if within is not None:
            masks.append(self.published_within(within))
        if without is not None:
            masks.append(np.ones(self.facts.passages, dtype=bool))
            masks[-1][without] = False
        return np.logical_and.reduce(masks) if masks else None

    def published_within(self, period: Period) -> BoolArray:
        """By passage row, whether its article was published in the period."""
        days = self._days
        within = (period.first.toordinal() <= days) & (days <= period.last.toordinal())
        return np.asarray(within)

    def of_sentences(self, passages: BoolArray) -> BoolArray:
        """By sentence row, what is said of its passage."""
        return np.repeat(passages, np.diff(self._first_sentences))

    def passages_of_sentences(self, rows: IntArray) -> IntArray:
        """The rows of the passages that hold the sentences of these rows."""
        return np.searchsorted(self._first_sentences, rows, side="right").astype(np.int64) - 1

    def sentence_rows(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """For each of these passages, the row of its first sentence and how many it has."""
        first = np.asarray(self._first_sentences[rows])
        return first, self._first_sentences[rows + 1] - first

    def rows_of_sentences(self, passages: IntArray) -> IntArray:
        """The rows of the sentences of these passages, in their order."""
        starts, counts = self.sentence_rows(passages)
        offsets = np.cumsum(counts) - counts
        return np.repeat(starts - offsets, counts) + np.arange(counts.sum())

    def sentence_vectors_of(self, key: int) -> Vectors:
        """The vectors of a passage's sentences, shape (sentences, d), in reading order."""
        first, last = self._first_sentences[key : key + 2].tolist()
        return self.sentence_vectors.vectors(np.arange(first, last))

    def vector_source(self, kind: RowKind) -> VectorSource:
        """The vectors of this kind with the hashes of their texts, for a build to reuse."""
        vectors = self.passage_vectors if kind == "passages" else self.sentence_vectors
        return VectorSource(as_hashes(self.hashes(kind)), vectors)

    def close(self) -> None:
        """Closing twice is harmless."""
        self._closing()


def nominated_rows(ranked: Sequence[Ranked]) -> IntArray:
    """The rows of several rankings, ascending, each once."""
    return np.unique(np.concatenate([rows for rows, _ in ranked]))


def _let_go(turn: threading.Lock, connection: sqlite3.Connection, hold: Hold) -> None:
    with turn:
        connection.close()
    hold.release()


def load_array(path: Path) -> npt.NDArray[Any]:
    try:
        rows: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DamagedIndex("damaged-unreadable", shown=path, reason=reason_of(error)) from error
    return rows
