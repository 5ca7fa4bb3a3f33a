"""A generation in PostgreSQL, opened for questions."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from index.article import ArticleEntry, Selection
from index.errors import DamagedIndex
from index.models.base import IntArray, Vectors
from index.store.articles import SqlArticles, selection_clause
from index.store.generation import (
    ROW_KINDS,
    CandidateQuery,
    CandidateSignals,
    ClosedOnExit,
    RowKind,
    StoredPassage,
)
from index.store.postgres.connections import Connection, Connections, Server, hold
from index.store.postgres.layout import Row, fetch
from index.store.postgres.manifest import PostgresManifest
from index.store.postgres.vector_tables import VectorTables
from index.store.postgres.vectors import (
    POSTGRES,
    ArticleFilter,
    NearRow,
    PostgresVectors,
    prepare_session,
    vector_text,
)
from index.store.postgres.words import OpenRows, PostgresWords
from index.store.postings import WordMatch

QUESTION_SECONDS = 20.0  # per statement
_CACHED_MASKS = 32  # one for each set of collections that somebody reads
_AT_ONCE = 4  # concurrent searches of vectors; each question brings two
_CHECKED_FIRST = 500  # passages checked against a filter at once, then twice as many each time


class PostgresGeneration(SqlArticles, ClosedOnExit):
    """See `index.store.generation.StoredGeneration`. Raises DamagedIndex, StoreError."""

    _dialect = POSTGRES

    def __init__(self, server: Server, own: PostgresManifest) -> None:
        self.facts = own.facts
        self._own = own
        sizes: dict[RowKind, int] = {
            "passages": own.facts.passages,
            "sentences": own.facts.sentences,
        }
        tables = VectorTables(own.facts.model, own.facts.dimension)
        self._vectors = PostgresVectors(own.number, tables, sizes)
        # No reference to self, so that the last question that drops it closes it.
        self._connections = Connections(server, partial(_prepare, own), QUESTION_SECONDS)
        self._fetch = partial(_fetch, self._connections, own.number)
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._words = PostgresWords(self._fetch, own)
        self._masks: dict[Selection, OpenRows] = {}
        self._closing = weakref.finalize(self, _close, self._connections, self._pool)
        try:
            for kind in ROW_KINDS:
                self._connections.ask(partial(self._vectors.check_plan, kind=kind))
            self._deleted_keys = self._read_deleted_keys()
        except BaseException:
            self.close()
            raise

    def _read_deleted_keys(self) -> IntArray:
        """Keys of passages that additions deleted; the word index still has them."""
        growth = self._own.growth
        if growth is None or not growth.gone:
            return np.empty(0, dtype=np.int64)
        rows = self._fetch("SELECT passages FROM {g}.gone")
        return np.frombuffer(b"".join(row[0] for row in rows), dtype="<i4").astype(np.int64)

    def frequencies(
        self, kind: RowKind, terms: Collection[str], among: Selection | None = None
    ) -> dict[str, int]:
        if among is None:
            return self._words.frequencies(kind, terms)
        return self._words.frequencies_among(kind, terms, self._open_rows(among))

    def count_rows(self, among: Selection) -> dict[RowKind, int]:
        rows = self._open_rows(among)
        return {"passages": int(np.count_nonzero(rows.passages)), "sentences": rows.sentences}

    def _open_rows(self, among: Selection) -> OpenRows:
        rows = self._masks.get(among)
        if rows is None:
            clause, values = selection_clause(among, POSTGRES)
            query = (
                "SELECT string_agg(int8send(p.number), ''::bytea), coalesce(sum(p.sentences), 0) "
                "FROM {g}.articles a JOIN {g}.passages p ON p.article = a.number "
                f"WHERE {clause}"
            )
            [[content, sentences]] = self._fetch(query, *values)
            mask = np.zeros(self._words.size, dtype=bool)
            mask[np.frombuffer(content or b"", dtype=">i8").astype(np.int64)] = True
            if len(self._masks) >= _CACHED_MASKS:
                self._masks.clear()
            rows = self._masks[among] = OpenRows(mask, int(sentences))
        return rows

    def candidates(self, query: CandidateQuery) -> CandidateSignals:
        vector, among, vectors = vector_text(query.vector), query.among, self._vectors
        only: ArticleFilter | None = None
        if among is not None:
            only = self._connections.ask(lambda c: vectors.filter(c, among))

        def search(kind: RowKind, count: int) -> list[NearRow]:
            return self._connections.ask(
                lambda c: vectors.nearest(c, kind, vector, count, only, query.without)
            )

        near = self._pool.submit(search, "passages", query.passages)
        owners = self._pool.submit(search, "sentences", query.sentences)
        words = self._words.match(query.passage_terms)
        best = self._best_by_words(words, query, only)
        passages = [row.passage for row in (*near.result(), *owners.result())]
        keys = np.unique(np.concatenate([np.array(passages, dtype=np.int64), best]))
        return self._signals(keys, vector, query, words)

    def _best_by_words(
        self, words: WordMatch, query: CandidateQuery, only: ArticleFilter | None
    ) -> IntArray:
        """Keys of the eligible passages with the best BM25."""
        count = query.passages
        eligible = np.ones(words.size, dtype=bool)
        eligible[self._deleted_keys] = False
        if query.without is not None:
            eligible[query.without] = False
        if only is None:
            return words.best(count, eligible)
        if only.passages is not None:
            mask = np.zeros(words.size, dtype=bool)
            mask[only.passages] = True
            return words.best(count, mask & eligible)
        rows = np.flatnonzero(words.scores * eligible)
        rows = rows[np.lexsort((rows, -words.scores[rows]))]
        best_keys: list[int] = []
        start, size = 0, _CHECKED_FIRST
        while start < len(rows) and len(best_keys) < count:
            keys = rows[start : start + size].tolist()
            start, size = start + size, 2 * size  # few rounds even if the filter has none of them
            eligible_keys = set(
                self._connections.ask(partial(self._vectors.rows_among, keys=keys, only=only))
            )
            best_keys += [key for key in keys if key in eligible_keys]
        return np.array(best_keys[:count], dtype=np.int64)

    def _signals(
        self, keys: IntArray, vector: str, query: CandidateQuery, words: WordMatch
    ) -> CandidateSignals:
        numbers, vectors = keys.tolist(), self._vectors
        passages, sentences = self._connections.ask(lambda c: vectors.signals(c, numbers, vector))
        counts = np.array([row[3] for row in passages], dtype=np.int64)
        if len(passages) != len(keys) or counts.sum() != len(sentences):
            raise DamagedIndex(
                "damaged-rows",
                subject=self.facts.id,
                found=len(passages) + len(sentences),
                expected=len(keys) + int(counts.sum()),
            )
        return CandidateSignals(
            keys=keys,
            cosines=np.array([row[1] for row in passages], dtype=np.float32),
            bm25=words.at(keys),
            openings=np.array([row[2] for row in passages], dtype=bool),
            sentence_cosines=np.array([row[1] for row in sentences], dtype=np.float32),
            sentence_bm25=self._words.sentence_scores(
                query.sentence_terms, [row[0] for row in sentences], [row[2] for row in sentences]
            ),
            offsets=np.cumsum(counts) - counts,
        )

    def passages_with(
        self, terms: Sequence[Collection[str]], among: Selection | None = None
    ) -> IntArray:
        keys = np.setdiff1d(self._words.passages_with(terms), self._deleted_keys)
        return keys if among is None else keys[self._open_rows(among).passages[keys]]

    def passages_by_key(self, keys: Sequence[int]) -> list[StoredPassage]:
        numbers = [int(key) for key in keys]
        query = (
            "SELECT p.number, a.id, p.start, p.stop, p.heading, "
            "substr(a.text, p.start + 1, p.stop - p.start) "
            "FROM {g}.passages p JOIN {g}.articles a ON a.number = p.article "
            "WHERE p.number = ANY(%s::bigint[])"
        )
        of_sentences = (
            "SELECT passage, start, stop FROM {g}.sentences "
            "WHERE passage = ANY(%s::bigint[]) ORDER BY number"
        )
        spans: dict[int, list[tuple[int, int]]] = {}
        for passage, start, stop in self._fetch(of_sentences, numbers):
            spans.setdefault(passage, []).append((start, stop))
        return StoredPassage.in_order(numbers, self._fetch(query, numbers), spans)

    def sentence_vectors_of(self, key: int) -> Vectors:
        rows = self._connections.ask(lambda c: self._vectors.sentence_vectors(c, key))
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.facts.dimension)

    def articles(
        self, among: Selection | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        clause, values = selection_clause(among, POSTGRES)
        clause += " ORDER BY published DESC NULLS LAST, number LIMIT %s OFFSET %s"
        return self._entries(clause, *values, None if limit < 0 else limit, skip)

    def count(self, among: Selection | None = None) -> int:
        return self.facts.articles if among is None else super().count(among)

    def rows(self, query: str, *values: object) -> list[Row]:
        return self._fetch(query, *values)

    def close(self) -> None:
        self._closing()


def _prepare(own: PostgresManifest, connection: Connection) -> None:
    # Hold first, so that what is seen stays.
    hold(connection, own.number)
    there = connection.execute(
        "SELECT FROM selon.generations WHERE number = %s AND id = %s", [own.number, own.facts.id]
    ).fetchone()
    if there is None:
        raise DamagedIndex("generation-missing", subject=connection.label, generation=own.facts.id)
    prepare_session(connection)


def _fetch(connections: Connections, number: int, query: str, *values: object) -> list[Row]:
    """Rows of a query; {g} is the generation's schema."""
    return connections.ask(lambda c: fetch(c, number, query, *values))


def _close(connections: Connections, pool: ThreadPoolExecutor) -> None:
    connections.close()
    pool.shutdown(wait=False)
