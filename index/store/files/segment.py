"""A segment in files, opened for questions."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.article import Selection
from index.errors import DamagedIndex, reason_of
from index.models.base import BoolArray, IntArray, Vectors
from index.store.articles import ARTICLES_FILE, StoredArticles
from index.store.build import VectorSource, as_hashes
from index.store.files.layout import Hold
from index.store.files.manifest import FileManifest
from index.store.files.vectors import FileVectors
from index.store.files.words import HASH_FILES, VOCABULARY_FILES, WORD_FILES, FileWords
from index.store.generation import CandidateQuery, CandidateSignals, ClosedOnExit, RowKind
from index.store.postings import WordMatch

Ranked = tuple[IntArray, Vectors]  # rows, and the score of each

_CACHED_SELECTIONS = 32
PASSAGES = "passages.faiss"
SENTENCES = "sentences.faiss"
FIRST_SENTENCES = "first_sentences.npy"
OPENINGS = "openings.npy"
DAYS_FILE = "days.npy"
LIKENESS_KEYS, LIKENESS_NUMBERS = "likeness_keys.npy", "likeness_numbers.npy"
PASSAGE_WORDS = "lexical/passages"
SENTENCE_WORDS = "lexical/sentences"
# The files of every generation; then also the optional ones: likeness keys if copies were looked
# for, vectors beside their codes if there are many, and look-ups of terms, depending on the format.
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


class FileSegment(ClosedOnExit, StoredArticles):
    """The folder of a segment, read-only and thread-safe.

    Its files stay while it holds its folder, and it works even if they are removed. The
    constructor raises DamagedIndex, and so may every method when it meets damage.
    """

    def __init__(self, folder: Path, manifest: FileManifest, hold: Hold) -> None:
        self.facts = manifest
        self.folder = folder
        self.passage_vectors = FileVectors.open(folder / PASSAGES)
        self.sentence_vectors = FileVectors.open(folder / SENTENCES)
        self.passage_words = FileWords.open(folder / PASSAGE_WORDS)
        self.sentence_words = FileWords.open(folder / SENTENCE_WORDS)
        # By passage row, the row of its first sentence; one more item for the end of the last.
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
                    "damaged-rows", subject=folder / name, found=actual, expected=expected
                )
        super().__init__(folder / ARTICLES_FILE)
        self._selections: dict[Selection, BoolArray] = {}
        self._closing = weakref.finalize(self, _close, self._lock, self._connection, hold)

    def words(self, kind: RowKind) -> FileWords:
        return self.passage_words if kind == "passages" else self.sentence_words

    def nominate(
        self, query: CandidateQuery, words: WordMatch, eligible: BoolArray | None
    ) -> tuple[Ranked, Ranked, Ranked]:
        """Passage rows with their scores: the nearest ones, those of the nearest sentences, and
        those with the best BM25."""

        def nominate_passages() -> tuple[Ranked, Ranked]:
            best = words.best(query.passages, eligible)
            near = self.passage_vectors.search(query.vector, query.passages, eligible)
            return near, (best, words.scores[best])

        def nominate_by_sentence() -> Ranked:
            by_sentence = None if eligible is None else self.sentences_of(eligible)
            rows, scores = self.sentence_vectors.search(query.vector, query.sentences, by_sentence)
            owners = np.searchsorted(self._first_sentences, rows, side="right")
            return owners.astype(np.int64) - 1, scores

        if self.sentence_vectors.exact:  # too few to be worth a thread
            near, best = nominate_passages()
            return near, nominate_by_sentence(), best
        with ThreadPoolExecutor(1) as pool:
            passages = pool.submit(nominate_passages)
            sentences = nominate_by_sentence()
            near, best = passages.result()
        return near, sentences, best

    def signals(
        self, vector: Vectors, words: WordMatch, sentence_words: WordMatch, rows: IntArray
    ) -> CandidateSignals:
        """Signals of the passages of these rows, ascending."""
        _, counts = self.sentence_rows(rows)
        sentence_rows = self.rows_of_sentences(rows)
        return CandidateSignals(
            keys=rows,
            cosines=self.passage_vectors.scores(vector, rows),
            bm25=words.at(rows),
            openings=np.asarray(self._openings[rows]),
            sentence_cosines=self.sentence_vectors.scores(vector, sentence_rows),
            sentence_bm25=sentence_words.at(sentence_rows),
            offsets=np.cumsum(counts) - counts,
        )

    def eligible(self, among: Selection | None, without: IntArray | None) -> BoolArray | None:
        """By passage row, True if it may be a candidate; None if all may."""
        masks = []
        if among is not None:
            if among.since is not None or among.until is not None:
                first = (among.since or date.min).toordinal()
                last = (among.until or date.max).toordinal()
                masks.append(np.asarray((first <= self._days) & (self._days <= last)))
            timeless = replace(among, since=None, until=None, outside=())
            if timeless != Selection():
                masks.append(self._mask(timeless))
            if among.outside:
                masks.append(self._mask(Selection(outside=among.outside)))
        if without is not None:
            masks.append(np.ones(self.facts.passages, dtype=bool))
            masks[-1][without] = False
        return np.logical_and.reduce(masks) if masks else None

    @cached_property
    def _owners(self) -> IntArray:
        return self.owners()

    def _mask(self, selection: Selection) -> BoolArray:
        mask = self._selections.get(selection)
        if mask is None:
            if selection.outside:
                mask = ~np.isin(self._owners, self.numbers_of(selection.outside))
            else:
                mask = np.zeros(self.facts.passages, dtype=bool)
                mask[self.select_rows(selection)] = True
            if len(self._selections) >= _CACHED_SELECTIONS:
                self._selections.clear()
            self._selections[selection] = mask
        return mask

    def sentences_of(self, passages: BoolArray) -> BoolArray:
        """By sentence row, whether its passage is among these."""
        return np.repeat(passages, np.diff(self._first_sentences))

    def sentence_rows(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """For each passage, the row of its first sentence and the number of its sentences."""
        first = np.asarray(self._first_sentences[rows])
        return first, self._first_sentences[rows + 1] - first

    def rows_of_sentences(self, passages: IntArray) -> IntArray:
        """Rows of the sentences of these passages, in order."""
        starts, counts = self.sentence_rows(passages)
        offsets = np.cumsum(counts) - counts
        return np.repeat(starts - offsets, counts) + np.arange(counts.sum())

    def sentence_vectors_of(self, key: int) -> Vectors:
        first, last = self._first_sentences[key : key + 2].tolist()
        return self.sentence_vectors.vectors(np.arange(first, last))

    def vector_source(self, kind: RowKind) -> VectorSource:
        vectors = self.passage_vectors if kind == "passages" else self.sentence_vectors
        return VectorSource(as_hashes(self.hashes(kind)), vectors.vectors)

    def close(self) -> None:
        """Closing twice is harmless."""
        self._closing()


def _close(lock: threading.Lock, connection: sqlite3.Connection, hold: Hold) -> None:
    with lock:
        connection.close()
    hold.release()


def load_array(path: Path) -> npt.NDArray[Any]:
    try:
        rows: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DamagedIndex("damaged-unreadable", subject=path, reason=reason_of(error)) from error
    return rows
