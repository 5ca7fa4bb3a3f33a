"""A generation in PostgreSQL, on one or several servers, opened for questions.

Each server has the articles whose ids hash to it, with their passages, sentences, words and vectors
under the keys of the whole generation, and the document frequencies of all servers. All servers are
queried concurrently, and the best of their nominations are scored.
"""

from __future__ import annotations

import heapq
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import TypeVar

import numpy as np

from index.article import Article, ArticleEntry, Selection
from index.errors import DamagedIndex
from index.models.base import IntArray, Vectors
from index.store.articles import (
    ARTICLE_COLUMNS,
    ENTRY_COLUMNS,
    article_of_row,
    entry_of_row,
    selection_clause,
)
from index.store.postgres.cluster import check_place
from index.store.postgres.connections import GENERATION_LOCK, Connection, Connections, Server, hold
from index.store.postgres.nearest import (
    POSTGRES,
    ArticleFilter,
    NearRow,
    ServerVectors,
    prepare_session,
    vector_text,
)
from index.store.postgres.schema import Row, fetch
from index.store.postgres.server_facts import ServerFacts, place_of
from index.store.postgres.vector_tables import VectorTables
from index.store.postgres.words import PostgresTerms, PostgresWords
from index.store.postings import WordMatch
from index.store.reader import (
    ROW_KINDS,
    SHORTEST_PREFIX,
    CandidateFeatures,
    CandidateQuery,
    ClosedOnExit,
    FacetKind,
    RowKind,
    StoredPassage,
    sort_counts,
)

Result = TypeVar("Result")

QUESTION_SECONDS = 20.0  # per statement
_AT_ONCE = 4  # concurrent jobs per server; each question brings two
_OF_ARTICLE = "article = (SELECT number FROM {g}.articles WHERE id = %s)"
_CHECKED_FIRST = 500  # passages checked against a filter at once, then twice as many each time


class _ServerReader:
    """One server's share of a generation."""

    def __init__(self, server: Server, own: ServerFacts) -> None:
        self.own = own
        tables = VectorTables(own.facts.model, own.facts.dimension)
        sizes: dict[RowKind, int] = {"passages": own.passages, "sentences": own.sentences}
        self.vectors = ServerVectors(server.label, own.number, tables, sizes)
        self.connections = Connections(server, self._prepare, QUESTION_SECONDS)

    def check(self) -> None:
        """Raise StoreError if searches would not use the index."""
        for kind in ROW_KINDS:
            self.connections.ask(partial(self.vectors.check_plan, kind=kind))

    def _prepare(self, connection: Connection) -> None:
        # Hold first, so that what is seen stays.
        hold(connection, GENERATION_LOCK, self.own.number)
        there = connection.execute(
            "SELECT FROM selon.generations WHERE number = %s AND id = %s",
            [self.own.number, self.own.facts.id],
        ).fetchone()
        if there is None:
            label, generation = self.connections.server.label, self.own.facts.id
            raise DamagedIndex("generation-missing", subject=label, generation=generation)
        prepare_session(connection, self.connections.server.label)


_Search = tuple[_ServerReader, Callable[[Connection], list[NearRow]]]


class _Servers:
    """All servers of a generation, queried concurrently."""

    def __init__(self, readers: list[_ServerReader]) -> None:
        self.readers = readers
        self._pool = ThreadPoolExecutor(_AT_ONCE * len(readers))

    def ask(
        self, jobs: Sequence[tuple[_ServerReader, Callable[[Connection], Result]]]
    ) -> list[Result]:
        """Results of the jobs, in order. Raises StoreError if any server fails: partial answers
        would pass for complete ones."""
        if len(jobs) == 1:
            return [each.connections.ask(job) for each, job in jobs]
        futures = [self._pool.submit(each.connections.ask, job) for each, job in jobs]
        return [each.result() for each in futures]

    def fetch_each(self, query: str, *values: object) -> list[list[Row]]:
        """Rows of a query on each server; {g} is the generation's schema."""
        return self.ask_each(lambda e, c: fetch(c, e.own.number, query, *values))

    def fetch_all(self, query: str, *values: object) -> list[Row]:
        return list(chain.from_iterable(self.fetch_each(query, *values)))

    def ask_each(self, job: Callable[[_ServerReader, Connection], Result]) -> list[Result]:
        return self.ask([(each, partial(job, each)) for each in self.readers])

    def fetch_home(self, query: str, article_id: str, *values: object) -> list[Row]:
        """Like `fetch_each`, on the server of the article whose id is the first value."""
        home = self.readers[place_of(article_id, len(self.readers))]
        return home.connections.ask(lambda c: fetch(c, home.own.number, query, article_id, *values))

    def close(self) -> None:
        for each in self.readers:
            each.connections.close()
        self._pool.shutdown(wait=False)


class PostgresGeneration(ClosedOnExit):
    """See `index.store.withdrawals.StoredGeneration`. Raises DamagedIndex, StoreError."""

    def __init__(self, servers: Sequence[tuple[Server, ServerFacts]]) -> None:
        for place, (server, own) in enumerate(servers):
            check_place(server, place, len(servers), own)
        self.facts = servers[0][1].facts
        self._number = servers[0][1].number
        self._growth = servers[0][1].growth
        self._servers = _Servers([_ServerReader(server, own) for server, own in servers])
        self._words = PostgresWords(self._servers.fetch_each, servers[0][1])
        self._closing = weakref.finalize(self, self._servers.close)
        try:
            for each in self._servers.readers:
                each.check()
            self._deleted_keys = self._read_deleted_keys()
        except BaseException:
            self.close()
            raise

    def _read_deleted_keys(self) -> IntArray:
        """Keys of passages that additions deleted; the word index still has them."""
        if self._growth is None or not self._growth.gone:
            return np.empty(0, dtype=np.int64)
        rows = self._servers.fetch_all("SELECT passages FROM {g}.gone")
        return np.frombuffer(b"".join(row[0] for row in rows), dtype="<i4").astype(np.int64)

    def term_statistics(self, kind: RowKind) -> PostgresTerms:
        size = self.facts.passages if kind == "passages" else self.facts.sentences
        return PostgresTerms(self._words, kind, size)

    def candidates(self, query: CandidateQuery) -> CandidateFeatures:
        vector = vector_text(query.vector)
        filters: list[ArticleFilter | None] = [None] * len(self._servers.readers)
        if (among := query.among) is not None:
            filters = self._servers.ask_each(lambda e, c: e.vectors.filter(c, among))

        def search(place: int, kind: RowKind, count: int) -> _Search:
            each, only = self._servers.readers[place], filters[place]
            return each, lambda c: each.vectors.nearest(c, kind, vector, count, only, query.without)

        places = range(len(filters))
        rankings = self._servers.ask(
            [search(each, "passages", query.passages) for each in places]
            + [search(each, "sentences", query.sentences) for each in places]
        )
        near = _merge(rankings[: len(places)], query.passages)
        owners = _merge(rankings[len(places) :], query.sentences)
        words = self._words.match(query.passage_terms)
        best = self._best_by_words(words, query, filters)
        keys = np.unique(np.concatenate([near, owners, best]))
        return self._features(keys, vector, query, words)

    def _best_by_words(
        self, words: WordMatch, query: CandidateQuery, filters: list[ArticleFilter | None]
    ) -> IntArray:
        """Keys of the eligible passages with the best BM25."""
        count = query.passages
        eligible = np.ones(words.size, dtype=bool)
        eligible[self._deleted_keys] = False
        if query.without is not None:
            eligible[query.without] = False
        if any(each is None for each in filters):
            return words.best(count, eligible)
        few = [each.passages for each in filters if each and each.passages is not None]
        if len(few) == len(filters):
            mask = np.zeros(words.size, dtype=bool)
            for each in few:
                mask[each] = True
            return words.best(count, mask & eligible)
        rows = np.flatnonzero(words.scores * eligible)
        rows = rows[np.lexsort((rows, -words.scores[rows]))]
        best_keys: list[int] = []
        start, size = 0, _CHECKED_FIRST
        while start < len(rows) and len(best_keys) < count:
            some = rows[start : start + size].tolist()
            start, size = start + size, 2 * size  # few rounds even if the filter has none of them

            def check(e: _ServerReader, c: Connection, keys: list[int] = some) -> list[int]:
                only = filters[e.own.place]
                return e.vectors.rows_among(c, keys, only) if only else []

            eligible_keys = set[int]().union(*self._servers.ask_each(check))
            best_keys += [key for key in some if key in eligible_keys]
        return np.array(best_keys[:count], dtype=np.int64)

    def _features(
        self, keys: IntArray, vector: str, query: CandidateQuery, words: WordMatch
    ) -> CandidateFeatures:
        numbers = keys.tolist()
        answers = self._servers.ask_each(
            lambda e, c: (
                e.vectors.passage_features(c, numbers, vector),
                e.vectors.sentence_features(c, numbers, vector),
            )
        )
        # Sentence keys ascend with passage keys.
        passages = list(heapq.merge(*(each[0] for each in answers)))
        sentences = list(heapq.merge(*(each[1] for each in answers)))
        counts = np.array([row[3] for row in passages], dtype=np.int64)
        if len(passages) != len(keys) or counts.sum() != len(sentences):
            raise DamagedIndex(
                "damaged-rows",
                subject=self.facts.id,
                found=len(passages) + len(sentences),
                expected=len(keys) + int(counts.sum()),
            )
        return CandidateFeatures(
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

    def passages_with(self, terms: Sequence[Collection[str]]) -> IntArray:
        return np.setdiff1d(self._words.passages_with(terms), self._deleted_keys)

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
        answers = self._servers.ask_each(
            lambda e, c: [fetch(c, e.own.number, q, numbers) for q in (query, of_sentences)]
        )
        spans: dict[int, list[tuple[int, int]]] = {}
        for _, sentences in answers:
            for passage, start, stop in sentences:
                spans.setdefault(passage, []).append((start, stop))
        return StoredPassage.in_order(
            numbers, (row for texts, _ in answers for row in texts), spans
        )

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        return _by_number(self._entries("id = ANY(%s)", list(ids))) if ids else []

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        query = (
            "SELECT p.number FROM {g}.passages p JOIN {g}.articles a ON a.number = p.article "
            "WHERE a.id = ANY(%s)"
        )
        rows = self._servers.fetch_all(query, list(ids)) if ids else []
        return np.array([row[0] for row in rows], dtype=np.int64)

    def sentence_vectors_of(self, key: int) -> Vectors:
        answers = self._servers.ask_each(lambda e, c: e.vectors.sentence_vectors(c, key))
        rows = [row for each in answers for row in each]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.facts.dimension)

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        place = "start <= %s AND stop > %s ORDER BY start DESC"
        return self._passage(article_id, place, start, start)

    def opening(self, article_id: str) -> StoredPassage | None:
        return self._passage(article_id, "TRUE ORDER BY number")

    def _passage(self, article_id: str, place: str, *values: int) -> StoredPassage | None:
        query = f"SELECT number FROM {{g}}.passages WHERE {_OF_ARTICLE} AND {place} LIMIT 1"
        rows = self._servers.fetch_home(query, article_id, *values)
        return self.passages_by_key(rows[0])[0] if rows else None

    def count_passages(self, article_id: str) -> int:
        query = f"SELECT count(*) FROM {{g}}.passages WHERE {_OF_ARTICLE}"
        return int(self._servers.fetch_home(query, article_id)[0][0])

    def article(self, article_id: str) -> Article | None:
        return self.articles_by_id([article_id]).get(article_id)

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        query = f"SELECT {ARTICLE_COLUMNS} FROM {{g}}.articles WHERE id = ANY(%s)"
        readers = self._servers.readers
        homes = [readers[place] for place in {place_of(each, len(readers)) for each in ids}]
        answers = self._servers.ask(
            [(home, lambda c: fetch(c, self._number, query, list(ids))) for home in homes]
        )
        articles = (article_of_row(row) for rows in answers for row in rows)
        return {article.id: article for article in articles}

    def find(self, reference: str) -> list[ArticleEntry]:
        ways = ["id = %s", "path = %s", "url = %s", "title = %s"]
        if len(reference) >= SHORTEST_PREFIX:
            ways.insert(1, "starts_with(id, %s)")
        for way in ways if "\0" not in reference else ():
            if entries := _by_number(self._entries(way, reference)):
                return entries
        return []

    def articles(
        self, among: Selection | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        clause, values = selection_clause(among, POSTGRES)
        clause += " ORDER BY published DESC NULLS LAST, number LIMIT %s"
        listings = self._entries(clause, *values, None if limit < 0 else skip + limit)

        def newest_first(row: tuple[int, ArticleEntry]) -> tuple[int, int]:
            day = row[1].published
            return -day.toordinal() if day else 0, row[0]

        entries = [entry for _, entry in heapq.merge(*listings, key=newest_first)]
        return entries[skip:] if limit < 0 else entries[skip : skip + limit]

    def articles_with_copies(self) -> list[ArticleEntry]:
        return _by_number(self._entries("copies <> '[]'"))

    def _entries(self, clause: str, *values: object) -> list[list[tuple[int, ArticleEntry]]]:
        """Each server's entries with their numbers, which order the articles of a day."""
        query = f"SELECT number, {ENTRY_COLUMNS} FROM {{g}}.articles a WHERE {clause}"
        answers = self._servers.fetch_each(query, *values)
        return [[(row[0], entry_of_row(row[1:])) for row in rows] for rows in answers]

    def count(self, among: Selection | None = None) -> int:
        if among is None:
            return self.facts.articles
        condition, values = selection_clause(among, POSTGRES)
        query = f"SELECT count(*) FROM {{g}}.articles a WHERE {condition}"
        return sum(row[0] for row in self._servers.fetch_all(query, *values))

    def facet(self, kind: FacetKind) -> dict[str, int]:
        query = (
            f"SELECT {kind}, count(*) FROM {{g}}.articles "
            f"WHERE copy_of IS NULL AND {kind} <> '' GROUP BY {kind}"
        )
        total = Counter[str]()
        for value, count in self._servers.fetch_all(query):
            total[value] += count
        return sort_counts(total)

    def close(self) -> None:
        self._closing()


def _merge(rankings: Iterable[list[NearRow]], count: int) -> IntArray:
    """Passages of the `count` nearest rows of all servers."""
    rows = heapq.nsmallest(
        count, (row for each in rankings for row in each), key=lambda row: (row.distance, row.key)
    )
    return np.array([row.passage for row in rows], dtype=np.int64)


def _by_number(listings: Iterable[list[tuple[int, ArticleEntry]]]) -> list[ArticleEntry]:
    rows = sorted((row for each in listings for row in each), key=lambda row: row[0])
    return [entry for _, entry in rows]
