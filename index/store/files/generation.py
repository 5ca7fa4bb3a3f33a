"""A generation in files: a base and the additions since, minus deleted articles.

Passages are numbered consecutively: the base's first, then each addition's. Document frequencies
are those of all segments, as in a single index; only BM25's average length stays the base's.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain, islice
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from index.article import Article, ArticleEntry, Selection, SignedArticle
from index.errors import DamagedIndex, reason_of
from index.models.base import BoolArray, IntArray, Vectors
from index.store.articles import SourceRow, StoredArticles, Way, ways_of
from index.store.files.manifest import FileManifest
from index.store.files.segment import FileSegment, Ranked
from index.store.files.words import hash_terms, nonzero_counts
from index.store.generation import (
    ROW_KINDS,
    CandidateQuery,
    CandidateSignals,
    ClosedOnExit,
    FacetKind,
    RowKind,
    StoredPassage,
    sort_counts,
)
from index.store.postings import WordMatch

TOMBSTONES_FILE = "tombstones.json"
_FEW_DELETED = 1_000  # sentences of a segment
_CACHED_MASKS = 32  # one for each set of collections that somebody reads


@dataclass(frozen=True, slots=True)
class Tombstones:
    """`articles`: by segment, ids of articles and copies that are deleted or replaced by a later
    segment. `sources`: locations of deleted files."""

    articles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return sum(map(len, self.articles.values()))

    def of(self, segment: str) -> frozenset[str]:
        return self.articles.get(segment, frozenset())

    def save(self, folder: Path) -> None:
        articles = {segment: sorted(ids) for segment, ids in sorted(self.articles.items()) if ids}
        content = json.dumps({"articles": articles, "sources": sorted(self.sources)})
        (folder / TOMBSTONES_FILE).write_text(content, encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Tombstones:
        """Raises DamagedIndex."""
        path = folder / TOMBSTONES_FILE
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            articles = {segment: frozenset(ids) for segment, ids in record["articles"].items()}
            return cls(articles, frozenset(record["sources"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedIndex(
                "damaged-unreadable", subject=path, reason=reason_of(error)
            ) from error


class SegmentedArticles(ClosedOnExit):
    """The articles of several segments, oldest first; see `StoredArticles` for the methods.
    `deleted_ids` are, by segment, those of deleted articles and copies."""

    def __init__(
        self,
        parts: Sequence[StoredArticles],
        deleted_ids: Sequence[frozenset[str]],
        passages: Sequence[int],
    ) -> None:
        self._parts = tuple(parts)
        self._deleted = tuple(deleted_ids)
        self._first = np.concatenate([[0], np.cumsum(passages)]).astype(np.int64)  # of each segment

    def article(self, article_id: str) -> Article | None:
        part = self._holder(article_id)
        return part.article(article_id) if part else None

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        return {
            article_id: article
            for article_id in ids
            if (article := self.article(article_id)) is not None
        }

    def articles(
        self, among: Selection | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        def newest(part: StoredArticles, deleted_ids: frozenset[str]) -> list[ArticleEntry]:
            most = -1 if limit < 0 else skip + limit + len(deleted_ids)
            return [
                article for article in part.articles(among, most) if article.id not in deleted_ids
            ]

        def order(entry: ArticleEntry) -> int:
            return -(entry.published or date.min).toordinal()

        entries = heapq.merge(*map(newest, self._parts, self._deleted), key=order)
        return list(islice(entries, skip, None if limit < 0 else skip + limit))

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        return self._from_each(lambda part: part.entries(ids))

    def find(self, reference: str, among: Selection | None = None) -> list[ArticleEntry]:
        def find_by(way: Way) -> list[ArticleEntry]:
            return self._from_each(lambda part: part.find_by(way, reference, among))

        return next(filter(None, map(find_by, ways_of(reference))), [])

    def count(self, among: Selection | None = None) -> int:
        deleted_count = sum(
            among is None or article in among for article in self._deleted_articles()
        )
        return sum(part.count(among) for part in self._parts) - deleted_count

    def facet(self, kind: FacetKind, among: Selection | None = None) -> dict[str, int]:
        counts = Counter[str]()
        for part in self._parts:
            counts.update(part.facet(kind, among))
        counts.subtract(
            value
            for entry in self._deleted_articles()
            if (value := getattr(entry, kind)) and (among is None or entry in among)
        )
        return sort_counts(counts)

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        keys = [
            part.passage_keys([article_id for article_id in ids if article_id not in deleted_ids])
            + first
            for part, deleted_ids, first in zip(
                self._parts, self._deleted, self._first[:-1], strict=True
            )
        ]
        return np.concatenate(keys)

    def passages_by_key(self, keys: Sequence[int]) -> list[StoredPassage]:
        passages: dict[int, StoredPassage] = {}
        for number, own in self._by_segment(keys):
            first = int(self._first[number])
            for passage in self._parts[number].passages_by_key([key - first for key in own]):
                passages[passage.key + first] = replace(passage, key=passage.key + first)
        return [passages[int(key)] for key in keys]

    def holds(self, article_id: str) -> bool:
        return self._holder(article_id) is not None

    def left_out(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(part.left_out() for part in self._parts))

    def signed(self, ids: Collection[str]) -> list[SignedArticle]:
        return self._from_each(lambda part: part.signed(ids))

    def titles(self) -> Iterator[tuple[Any, ...]]:
        return self._each(lambda part: part.titles(), itemgetter(0))

    def close(self) -> None:
        for part in self._parts:
            part.close()

    def _from_each(self, method: Callable[[StoredArticles], Sequence[Any]]) -> list[Any]:
        return list(self._each(method, attrgetter("id")))

    def _each(
        self, method: Callable[[StoredArticles], Iterable[Any]], id_of: Callable[[Any], str]
    ) -> Iterator[Any]:
        """Yield results of all segments, without deleted articles."""
        for part, deleted_ids in zip(self._parts, self._deleted, strict=True):
            yield from (result for result in method(part) if id_of(result) not in deleted_ids)

    def _deleted_articles(self) -> list[ArticleEntry]:
        """Entries of deleted articles, without copies."""
        return [
            entry
            for part, deleted_ids in zip(self._parts, self._deleted, strict=True)
            if deleted_ids
            for entry in part.entries(deleted_ids)
            if entry.copy_of is None
        ]

    def _holder(self, article_id: str) -> StoredArticles | None:
        """The segment that has an article or copy."""
        if (part := self._added.get(article_id)) is not None:
            return part
        base, deleted_ids = self._parts[0], self._deleted[0]
        return base if article_id not in deleted_ids and base.holds(article_id) else None

    @cached_property
    def _added(self) -> dict[str, StoredArticles]:
        """The segment of every article and copy outside the base."""
        additions = list(zip(self._parts[1:], self._deleted[1:], strict=True))
        return {
            article_id: part
            for part, deleted_ids in additions
            for article_id in part.ids()
            if article_id not in deleted_ids
        }

    def _by_segment(self, keys: Sequence[int] | IntArray) -> Iterator[tuple[int, list[int]]]:
        """Yield the number of each segment that has some of these passages, with their keys."""
        rows = np.asarray(keys, dtype=np.int64)
        if len(rows) and (rows.min() < 0 or rows.max() >= self._first[-1]):
            raise IndexError(f"no passage has row {rows.min()} or {rows.max()}")
        numbers = np.searchsorted(self._first, rows, side="right") - 1
        for number in np.unique(numbers):
            yield int(number), rows[numbers == number].tolist()


class FileGeneration(SegmentedArticles):
    """See `index.store.generation.StoredGeneration`."""

    def __init__(
        self, manifest: FileManifest, segments: Sequence[FileSegment], tombstones: Tombstones
    ) -> None:
        self.facts = manifest
        self.segments = tuple(segments)
        deleted_ids = [tombstones.of(segment.facts.id) for segment in segments]
        super().__init__(
            self.segments, deleted_ids, [segment.facts.passages for segment in segments]
        )
        rows = [
            segment.passage_keys(ids) if ids else np.empty(0, dtype=np.int64)
            for segment, ids in zip(self.segments, deleted_ids, strict=True)
        ]
        self._deleted_rows: dict[RowKind, list[IntArray]] = {
            "passages": rows,
            "sentences": [
                segment.rows_of_sentences(own)
                for segment, own in zip(self.segments, rows, strict=True)
            ],
        }
        self._masks: dict[Selection, dict[RowKind, list[BoolArray]]] = {}
        self._few_deleted = [len(row) <= _FEW_DELETED for row in self._deleted_rows["sentences"]]

    def frequencies(
        self, kind: RowKind, terms: Collection[str], among: Selection | None = None
    ) -> dict[str, int]:
        hashes = hash_terms(terms)
        counts = np.zeros(len(hashes), dtype=np.int64)
        if among is not None:
            for segment, is_open in zip(self.segments, self._open_rows(among)[kind], strict=True):
                counts += segment.words(kind).count_open(is_open, hashes)
            return nonzero_counts(terms, counts)
        for segment, deleted_rows in zip(self.segments, self._deleted_rows[kind], strict=True):
            counts += segment.words(kind).count(hashes)
            if len(deleted_rows):
                counts -= segment.words(kind).count_among(deleted_rows, hashes)
        return nonzero_counts(terms, counts)

    def count_rows(self, among: Selection) -> dict[RowKind, int]:
        rows = self._open_rows(among)
        return {kind: sum(map(np.count_nonzero, rows[kind])) for kind in ROW_KINDS}

    def _open_rows(self, among: Selection) -> Mapping[RowKind, list[BoolArray]]:
        """By segment, True for the rows of the selected articles."""
        rows = self._masks.get(among)
        if rows is None:
            query = CandidateQuery(np.empty(0, np.float32), {}, {}, 0, 0, among)
            passages = [mask for mask in self._eligible(query) if mask is not None]
            sentences = [
                segment.sentences_of(mask)
                for segment, mask in zip(self.segments, passages, strict=True)
            ]
            if len(self._masks) >= _CACHED_MASKS:
                self._masks.clear()
            rows = self._masks[among] = {"passages": passages, "sentences": sentences}
        return rows

    def count(self, among: Selection | None = None) -> int:
        return self.facts.articles if among is None else super().count(among)

    def candidates(self, query: CandidateQuery) -> CandidateSignals:
        words = [segment.passage_words.match(query.passage_terms) for segment in self.segments]
        rankings = [
            self._nominate(number, query, matches, eligible)
            for number, (matches, eligible) in enumerate(
                zip(words, self._eligible(query), strict=True)
            )
        ]
        limits = (query.passages, query.sentences, query.passages)
        best = [
            self._merge(ranking, limit)
            for ranking, limit in zip(zip(*rankings, strict=True), limits, strict=True)
        ]
        signals = [
            self._signals(number, np.array(rows), query, words[number])
            for number, rows in self._by_segment(
                np.unique(np.concatenate([rows for rows, _ in best]))
            )
        ]
        return _concatenate(signals)

    def passages_with(
        self, terms: Sequence[Collection[str]], among: Selection | None = None
    ) -> IntArray:
        keys = [
            np.setdiff1d(segment.passage_words.rows_with(terms), deleted_rows) + first
            for segment, deleted_rows, first in zip(
                self.segments, self._deleted_rows["passages"], self._first[:-1], strict=True
            )
        ]
        every: IntArray = np.concatenate(keys)
        if among is not None:
            every = every[np.concatenate(self._open_rows(among)["passages"])[every]]
        return every

    def sentence_vectors_of(self, key: int) -> Vectors:
        ((number, (key,)),) = self._by_segment([key])
        return self.segments[number].sentence_vectors_of(key - int(self._first[number]))

    def close(self) -> None:
        """Other generations may use the segments: each is closed with its last generation."""
        self.segments = self._parts = ()

    def _eligible(self, query: CandidateQuery) -> Iterator[BoolArray | None]:
        """By segment, a mask of the passages that may be nominated, or None for all; few deleted
        passages are left to `_nominate`."""
        among, without = query.among, query.without
        hidden_by_segment = dict(self._by_segment(without)) if without is not None else {}
        for number, segment in enumerate(self.segments):
            hidden = np.array(hidden_by_segment.get(number, []), dtype=np.int64)
            hidden -= self._first[number]
            if among is not None or without is not None or not self._few_deleted[number]:
                hidden = np.concatenate([hidden, self._deleted_rows["passages"][number]])
            yield segment.eligible(among, hidden if len(hidden) else None)

    def _nominate(
        self, number: int, query: CandidateQuery, words: WordMatch, eligible: BoolArray | None
    ) -> Sequence[Ranked]:
        """See `FileSegment.nominate`, minus deleted rows. If few are deleted, over-fetch and
        filter: cheaper than a FAISS ID selector."""
        segment, deleted_rows = self.segments[number], self._deleted_rows["passages"][number]
        if eligible is not None or not len(deleted_rows):
            return segment.nominate(query, words, eligible)
        wider = replace(
            query,
            passages=query.passages + len(deleted_rows),
            sentences=query.sentences + len(self._deleted_rows["sentences"][number]),
        )
        rankings = segment.nominate(wider, words, None)
        masks = [~np.isin(rows, deleted_rows) for rows, _ in rankings]
        return [
            (rows[own], scores[own]) for (rows, scores), own in zip(rankings, masks, strict=True)
        ]

    def _merge(self, rankings: Sequence[Ranked], limit: int) -> Ranked:
        """The best of the segments' rankings, as keys."""
        firsts = self._first[:-1]
        keys = np.concatenate(
            [rows + first for (rows, _), first in zip(rankings, firsts, strict=True)]
        )
        scores = np.concatenate([values for _, values in rankings])
        order = np.lexsort((keys, -scores))[:limit]
        return keys[order], scores[order]

    def _signals(
        self, number: int, keys: IntArray, query: CandidateQuery, words: WordMatch
    ) -> CandidateSignals:
        segment, first = self.segments[number], self._first[number]
        sentence_words = segment.sentence_words.match(query.sentence_terms)
        signals = segment.signals(query.vector, words, sentence_words, keys - first)
        return replace(signals, keys=signals.keys + first)


def _concatenate(signals: Sequence[CandidateSignals]) -> CandidateSignals:
    if not signals:
        empty, numbers = np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)
        return CandidateSignals(
            numbers, empty, empty, np.empty(0, dtype=np.bool_), empty, empty, numbers
        )
    if len(signals) == 1:
        return signals[0]
    shifts = np.cumsum([0, *(len(part.sentence_cosines) for part in signals[:-1])])
    names = ("keys", "cosines", "bm25", "openings", "sentence_cosines", "sentence_bm25")
    columns = {name: np.concatenate([getattr(part, name) for part in signals]) for name in names}
    offsets = [part.offsets + shift for part, shift in zip(signals, shifts, strict=True)]
    return CandidateSignals(**columns, offsets=np.concatenate(offsets))


def newest_sources(
    parts: Sequence[StoredArticles], deleted_locations: Collection[str]
) -> Iterator[SourceRow]:
    """The files that articles came from, each as in the newest segment that has it."""
    rows = {row.location: row for part in parts for row in part.sources()}
    return (row for location, row in sorted(rows.items()) if location not in deleted_locations)
