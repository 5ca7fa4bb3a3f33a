"""Segments read as one generation: a base, what was added to it since, and without what is gone.

Passages are numbered through: those of the base first, then those of each addition. A term weighs
by its document frequency in all segments, as in one index of the same articles; only the average
length that BM25 compares with stays that of the base.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import chain, islice
from typing import Any

import numpy as np

from index.article import Article, ArticleEntry, Period, Selection, SignedArticle
from index.models.base import BoolArray, IntArray, Vectors
from index.store.articles import ArticleReader, SourceRow, ways_of
from index.store.files.generation import Generation, Ranked, nominated_rows
from index.store.files.manifest import Manifest
from index.store.files.tombstones import Tombstones
from index.store.files.word_index import WordIndex, hash_terms, nonzero_counts
from index.store.postings import WordMatch
from index.store.reader import (
    CandidateFeatures,
    CandidateQuery,
    ClosedOnExit,
    FacetKind,
    RowKind,
    StoredPassage,
)

_FEW_GONE = 1_000  # sentences of a segment


class SegmentedArticles(ClosedOnExit):
    """The articles of several segments, oldest first; see `ArticleReader` for its methods.

    `gone` are, by segment, the ids of the articles and copies that are there no more.
    """

    def __init__(
        self,
        parts: Sequence[ArticleReader],
        gone: Sequence[frozenset[str]],
        passages: Sequence[int],
    ) -> None:
        self._parts = tuple(parts)
        self._gone = tuple(gone)
        self._first = np.concatenate([[0], np.cumsum(passages)]).astype(np.int64)  # of each segment

    def article(self, article_id: str) -> Article | None:
        part = self._holder(article_id)
        return part.article(article_id) if part else None

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        return {each: article for each in ids if (article := self.article(each)) is not None}

    def articles(
        self,
        within: Period | None = None,
        limit: int = -1,
        among: Selection | None = None,
        skip: int = 0,
    ) -> list[ArticleEntry]:
        def newest(part: ArticleReader, gone: frozenset[str]) -> list[ArticleEntry]:
            most = -1 if limit < 0 else skip + limit + len(gone)
            return [each for each in part.articles(within, most, among) if each.id not in gone]

        def order(entry: ArticleEntry) -> int:
            return -(entry.published or date.min).toordinal()

        merged = heapq.merge(*map(newest, self._parts, self._gone), key=order)
        return list(islice(merged, skip, None if limit < 0 else skip + limit))

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        return self._from_each(lambda part: part.entries(ids))

    def find(self, reference: str) -> list[ArticleEntry]:
        def found(way: str) -> list[ArticleEntry]:
            return self._from_each(lambda part: part.find_by(way, reference))

        return next(filter(None, map(found, ways_of(reference))), [])

    def copied(self) -> list[ArticleEntry]:
        return self._from_each(lambda part: part.copied())

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        gone = sum(
            (within is None or each.published in within) and (among is None or each in among)
            for each in self._gone_articles()
        )
        return sum(part.count(within, among) for part in self._parts) - gone

    def facet(self, kind: FacetKind) -> dict[str, int]:
        counts = Counter[str]()
        for part in self._parts:
            counts.update(part.facet(kind))
        counts.subtract(value for each in self._gone_articles() if (value := getattr(each, kind)))
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        return {value: count for value, count in ordered if count > 0}

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        keys = [
            part.passage_keys([each for each in ids if each not in gone]) + first
            for part, gone, first in zip(self._parts, self._gone, self._first[:-1], strict=True)
        ]
        return np.concatenate(keys)

    def stored(self, keys: Sequence[int]) -> list[StoredPassage]:
        passages: dict[int, StoredPassage] = {}
        for number, own in self._by_segment(keys):
            first = int(self._first[number])
            for each in self._parts[number].stored([key - first for key in own]):
                passages[each.key + first] = replace(each, key=each.key + first)
        return [passages[int(key)] for key in keys]

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        return self._of_holder(article_id, lambda part: part.passage_at(article_id, start))

    def opening(self, article_id: str) -> StoredPassage | None:
        return self._of_holder(article_id, lambda part: part.opening(article_id))

    def count_passages(self, article_id: str) -> int:
        part = self._holder(article_id)
        return part.count_passages(article_id) if part else 0

    def holds(self, article_id: str) -> bool:
        return self._holder(article_id) is not None

    def left_out(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(part.left_out() for part in self._parts))

    def signed(self, ids: Collection[str]) -> list[SignedArticle]:
        return self._from_each(lambda part: part.signed(ids))

    def fingerprinted(self, ids: Collection[str]) -> list[tuple[Any, ...]]:
        return [
            row
            for part, gone in zip(self._parts, self._gone, strict=True)
            for row in part.fingerprinted(ids)
            if row[0] not in gone
        ]

    def titles(self) -> Iterator[tuple[str, bytes, str | None]]:
        return chain.from_iterable(part.titles() for part in self._parts)

    def close(self) -> None:
        for part in self._parts:
            part.close()

    def _from_each(self, method: Callable[[ArticleReader], Sequence[Any]]) -> list[Any]:
        """What every segment has, without what is gone of it."""
        return [
            each
            for part, gone in zip(self._parts, self._gone, strict=True)
            for each in method(part)
            if each.id not in gone
        ]

    def _gone_articles(self) -> list[ArticleEntry]:
        """The entries of what is gone, without those that are copies."""
        return [
            each
            for part, gone in zip(self._parts, self._gone, strict=True)
            if gone
            for each in part.entries(gone)
            if each.copy_of is None
        ]

    def _holder(self, article_id: str) -> ArticleReader | None:
        """The segment that an article or copy is in."""
        if (part := self._added.get(article_id)) is not None:
            return part
        base, gone = self._parts[0], self._gone[0]
        return base if article_id not in gone and base.holds(article_id) else None

    @cached_property
    def _added(self) -> dict[str, ArticleReader]:
        """The segment of every article and copy that is not in the base."""
        added = list(zip(self._parts[1:], self._gone[1:], strict=True))
        return {each: part for part, gone in added for each in part.ids() if each not in gone}

    def _of_holder(
        self, article_id: str, method: Callable[[ArticleReader], StoredPassage | None]
    ) -> StoredPassage | None:
        part = self._holder(article_id)
        stored = method(part) if part else None
        if part is None or stored is None:
            return None
        return replace(stored, key=stored.key + int(self._first[self._parts.index(part)]))

    def _by_segment(self, keys: Sequence[int] | IntArray) -> Iterator[tuple[int, list[int]]]:
        """The numbers of the segments that these passages are in, each with its own ones."""
        rows = np.asarray(keys, dtype=np.int64)
        if len(rows) and (rows.min() < 0 or rows.max() >= self._first[-1]):
            raise IndexError(f"no passage has row {rows.min()} or {rows.max()}")
        numbers = np.searchsorted(self._first, rows, side="right") - 1
        for number in np.unique(numbers):
            yield int(number), rows[numbers == number].tolist()


class SegmentedGeneration(SegmentedArticles):
    """Segments opened for questions; see `index.store.withdrawals.StoredGeneration`."""

    def __init__(
        self, manifest: Manifest, segments: Sequence[Generation], tombstones: Tombstones
    ) -> None:
        self.facts = manifest
        self.segments = tuple(segments)
        gone = [tombstones.of(each.facts.id) for each in segments]
        super().__init__(self.segments, gone, [each.facts.passages for each in segments])
        rows = [each.passage_keys(ids) for each, ids in zip(self.segments, gone, strict=True)]
        self._gone_rows: dict[RowKind, list[IntArray]] = {
            "passages": rows,
            "sentences": [
                each.rows_of_sentences(own) for each, own in zip(self.segments, rows, strict=True)
            ],
        }
        self._terms: dict[RowKind, SegmentedTerms] = {
            kind: SegmentedTerms([each.term_statistics(kind) for each in self.segments], rows)
            for kind, rows in self._gone_rows.items()
        }
        self._few_gone = [len(each) <= _FEW_GONE for each in self._gone_rows["sentences"]]

    def term_statistics(self, kind: RowKind) -> SegmentedTerms:
        return self._terms[kind]

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        if within is None and among is None:
            return self.facts.articles
        return super().count(within, among)

    def candidates(
        self,
        query: CandidateQuery,
        passages: int,
        sentences: int,
        within: Period | None = None,
        among: Selection | None = None,
        without: IntArray | None = None,
    ) -> CandidateFeatures:
        words = [each.passage_words.match_as_segment(query.passage_terms) for each in self.segments]
        ranked = [
            self._nominate(number, query.vector, matches, passages, sentences, eligible)
            for number, (matches, eligible) in enumerate(
                zip(words, self._eligible(within, among, without), strict=True)
            )
        ]
        best = [
            self._best(each, most)
            for each, most in zip(
                zip(*ranked, strict=True), (passages, sentences, passages), strict=True
            )
        ]
        features = [
            self._features(number, np.array(rows), query, words[number])
            for number, rows in self._by_segment(nominated_rows(best))
        ]
        return _joined(features)

    def sentence_vectors_of(self, key: int) -> Vectors:
        ((number, (key,)),) = self._by_segment([key])
        return self.segments[number].sentence_vectors_of(key - int(self._first[number]))

    def close(self) -> None:
        """Others may still ask the segments: each ends with the last generation that it is of."""
        self.segments = self._parts = ()

    def _eligible(
        self, within: Period | None, among: Selection | None, without: IntArray | None
    ) -> Iterator[BoolArray | None]:
        """By segment, and there by passage row, whether it may be found; None where all may that
        are not gone."""
        apart = dict(self._by_segment(without)) if without is not None else {}
        for number, segment in enumerate(self.segments):
            hidden = np.array(apart.get(number, []), dtype=np.int64) - self._first[number]
            few = within is None and among is None and without is None and self._few_gone[number]
            if not few:
                hidden = np.concatenate([hidden, self._gone_rows["passages"][number]])
            yield segment.eligible(within, among, hidden if len(hidden) else None)

    def _nominate(
        self,
        number: int,
        vector: Vectors,
        words: WordMatch,
        passages: int,
        sentences: int,
        eligible: BoolArray | None,
    ) -> Sequence[Ranked]:
        """As a segment does, without what is gone of it: of few, that many more are looked for,
        which is sooner done than having FAISS ask of each row whether it may be found."""
        segment, gone = self.segments[number], self._gone_rows["passages"][number]
        if eligible is not None or not len(gone):
            return segment.nominate(vector, words, passages, sentences, eligible)
        more = len(self._gone_rows["sentences"][number])
        ranked = segment.nominate(vector, words, passages + len(gone), sentences + more, None)
        kept = [~np.isin(rows, gone) for rows, _ in ranked]
        return [(rows[own], scores[own]) for (rows, scores), own in zip(ranked, kept, strict=True)]

    def _best(self, ranked: Sequence[Ranked], most: int) -> Ranked:
        """The first of several rankings, numbered through."""
        firsts = self._first[:-1]
        rows = np.concatenate(
            [each + first for (each, _), first in zip(ranked, firsts, strict=True)]
        )
        scores = np.concatenate([each for _, each in ranked])
        order = np.lexsort((rows, -scores))[:most]
        return rows[order], scores[order]

    def _features(
        self, number: int, keys: IntArray, query: CandidateQuery, words: WordMatch
    ) -> CandidateFeatures:
        segment, first = self.segments[number], self._first[number]
        of_sentences = segment.sentence_words.match_as_segment(query.sentence_terms)
        features = segment.features(query.vector, words, of_sentences, keys - first)
        return replace(features, keys=features.keys + first)


class SegmentedTerms:
    """See `index.store.reader.TermStatistics`: of what is in segments and not gone.

    `gone` are, by segment, the rows of passages, or of sentences, that are there no more.
    """

    def __init__(self, parts: Sequence[WordIndex], gone: Sequence[IntArray]) -> None:
        self._parts = parts
        self._gone = gone

    def __len__(self) -> int:
        return sum(map(len, self._parts)) - sum(map(len, self._gone))

    def frequencies(self, terms: Collection[str]) -> dict[str, int]:
        hashes = hash_terms(terms)
        counts = np.zeros(len(hashes), dtype=np.int64)
        for part, gone in zip(self._parts, self._gone, strict=True):
            counts += part.count(hashes)
            if len(gone):
                counts -= part.count_among(gone, hashes)
        return nonzero_counts(terms, counts)

    def letters(self, language: str) -> str:
        return "".join(sorted(set().union(*(part.letters(language) for part in self._parts))))


class JoinedVectors:
    """Vectors of several segments, numbered through."""

    def __init__(self, parts: Sequence[Any], sizes: Sequence[int]) -> None:
        self._parts = parts
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def vectors(self, rows: IntArray) -> Vectors:
        numbers = np.searchsorted(self._first, rows, side="right") - 1
        joined: Vectors | None = None
        for number in np.unique(numbers):
            here = numbers == number
            vectors = self._parts[number].vectors(rows[here] - self._first[number])
            if joined is None:
                joined = np.empty((len(rows), vectors.shape[1]), dtype=np.float32)
            joined[here] = vectors
        return self._parts[0].vectors(rows) if joined is None else joined


def _joined(features: Sequence[CandidateFeatures]) -> CandidateFeatures:
    if not features:
        empty, numbers = np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)
        return CandidateFeatures(
            numbers, empty, empty, np.empty(0, dtype=np.bool_), empty, empty, numbers
        )
    if len(features) == 1:
        return features[0]
    shifts = np.cumsum([0, *(len(each.sentence_cosines) for each in features[:-1])])
    names = ("keys", "cosines", "bm25", "openings", "sentence_cosines", "sentence_bm25")
    joined = {name: np.concatenate([getattr(each, name) for each in features]) for name in names}
    offsets = [each.offsets + shift for each, shift in zip(features, shifts, strict=True)]
    return CandidateFeatures(**joined, offsets=np.concatenate(offsets))


def newest_sources(parts: Sequence[ArticleReader], gone: Collection[str]) -> Iterator[SourceRow]:
    """The files that the articles of segments came from, each as the newest segment has it."""
    rows = {row.location: row for part in parts for row in part.sources()}
    return (row for location, row in sorted(rows.items()) if location not in gone)
