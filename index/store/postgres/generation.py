"""A generation of an index in PostgreSQL, on one server or on several, opened for questions.

On several, each holds the articles whose ids fall to it, with their passages, sentences, words and
vectors, under the keys that they have in the whole generation, and knows how often a term stands in
all. Each is asked for its best, side by side; the best of all are then scored.
"""

from __future__ import annotations

import heapq
import json
import weakref
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Protocol, TypeVar

import numpy as np

from index.article import Article, ArticleEntry, Period, Selection
from index.errors import DamagedIndex, StoreError
from index.models.base import IntArray, Vectors
from index.store.postgres.articles import ArticleRows
from index.store.postgres.connections import GENERATION_LOCK, Connection, Connections, Server, hold
from index.store.postgres.nearest import (
    ArticleFilter,
    NearRow,
    ServerVectors,
    prepare_session,
    vector_text,
)
from index.store.postgres.schema import VectorTables
from index.store.postgres.words import PostgresTerms, PostgresWords
from index.store.postings import WordMatch
from index.store.reader import (
    CandidateFeatures,
    CandidateQuery,
    ClosedOnExit,
    FacetKind,
    GenerationFacts,
    RowKind,
    StoredPassage,
)

Result = TypeVar("Result")

QUESTION_SECONDS = 20.0  # that a statement of a question may take
_AT_ONCE = 4  # jobs that wait for one server; each question brings it two
_CHECKED_AT_ONCE = 500  # passages whose article a filter is asked about together


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """A generation as one of its servers has it: `place` of `servers`, with so many rows."""

    facts: GenerationFacts
    number: int
    place: int
    servers: int
    articles: int
    passages: int
    sentences: int

    def as_json(self) -> str:
        rows = [self.articles, self.passages, self.sentences]
        placed = {"place": self.place, "servers": self.servers, "rows": rows}
        return json.dumps({"facts": self.facts.as_json(), **placed})

    @classmethod
    def from_json(cls, number: int, written: str) -> ServerFacts:
        """Raises ValueError, KeyError or TypeError for what was not written so."""
        told = json.loads(written)
        facts = GenerationFacts.from_json(told["facts"])
        return cls(facts, number, told["place"], told["servers"], *told["rows"])


def place_of(article_id: str, servers: int) -> int:
    """The server that an article lies on, the same for ever."""
    digest = blake2b(article_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % servers


class _ServerReader:
    """What one server has of a generation."""

    def __init__(self, server: Server, own: ServerFacts) -> None:
        self.own = own
        self.articles = ArticleRows(own.number)
        tables = VectorTables(own.facts.model, own.facts.dimension)
        sizes: dict[RowKind, int] = {"passages": own.passages, "sentences": own.sentences}
        self.vectors = ServerVectors(server.shown, own.number, tables, sizes)
        self.connections = Connections(server, self._prepare, QUESTION_SECONDS)

    def check(self) -> None:
        """Raises StoreError where searches would not be what they should."""
        self.ask(partial(self.vectors.check_plan, kind="passages"))
        self.ask(partial(self.vectors.check_plan, kind="sentences"))

    def ask(self, job: Callable[[Connection], Result]) -> Result:
        return self.connections.ask(job)

    def _prepare(self, connection: Connection) -> None:
        # Held first: what is seen then stays.
        hold(connection, GENERATION_LOCK, self.own.number)
        there = connection.execute(
            "SELECT FROM selon.generations WHERE number = %s AND id = %s",
            [self.own.number, self.own.facts.id],
        ).fetchone()
        if there is None:
            shown, generation = self.connections.server.shown, self.own.facts.id
            raise DamagedIndex("generation-missing", shown=shown, generation=generation)
        prepare_session(connection, self.connections.server.shown)


_Search = tuple[_ServerReader, Callable[[Connection], list[NearRow]]]


class _Servers:
    """All servers of a generation, asked side by side."""

    def __init__(self, readers: list[_ServerReader]) -> None:
        self.readers = readers
        self._pool = ThreadPoolExecutor(_AT_ONCE * len(readers))

    def ask(
        self, jobs: Sequence[tuple[_ServerReader, Callable[[Connection], Result]]]
    ) -> list[Result]:
        """What each job says, in their order. Raises StoreError where a server does not answer: an
        answer of the others would pass for that of all."""
        if len(jobs) == 1:
            return [each.ask(job) for each, job in jobs]
        asked = [self._pool.submit(each.ask, job) for each, job in jobs]
        return [each.result() for each in asked]

    def ask_each(self, job: Callable[[Connection], Result]) -> list[Result]:
        return self.ask([(each, job) for each in self.readers])

    def each(self, job: Callable[[_ServerReader, Connection], Result]) -> list[Result]:
        return self.ask([(each, partial(job, each)) for each in self.readers])

    def home(self, article_id: str) -> _ServerReader:
        """The one that an article lies on."""
        return self.readers[place_of(article_id, len(self.readers))]

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
        self._servers = _Servers([_ServerReader(server, own) for server, own in servers])
        self._words = PostgresWords(
            servers[0][1].number, self._servers.ask_each, self.facts.passages
        )
        self._closing = weakref.finalize(self, self._servers.close)
        try:
            for each in self._servers.readers:
                each.check()
        except BaseException:
            self.close()
            raise

    def term_statistics(self, kind: RowKind) -> PostgresTerms:
        size = self.facts.passages if kind == "passages" else self.facts.sentences
        return PostgresTerms(self._words, kind, size)

    def candidates(
        self,
        query: CandidateQuery,
        passages: int,
        sentences: int,
        within: Period | None = None,
        among: Selection | None = None,
        without: IntArray | None = None,
    ) -> CandidateFeatures:
        vector = vector_text(query.vector)
        filters: list[ArticleFilter | None] = [None] * len(self._servers.readers)
        if within is not None or among is not None:
            filters = self._servers.each(lambda e, c: e.vectors.filter(c, within, among))

        def search(place: int, kind: RowKind, count: int) -> _Search:
            each, only = self._servers.readers[place], filters[place]
            return each, lambda c: each.vectors.nearest(c, kind, vector, count, only, without)

        places = range(len(filters))
        found = self._servers.ask(
            [search(each, "passages", passages) for each in places]
            + [search(each, "sentences", sentences) for each in places]
        )
        near = _merged(found[: len(places)], passages)
        told = _merged(found[len(places) :], sentences)
        words = self._words.match(query.passage_terms)
        worded = self._worded(words, passages, filters, without)
        keys = np.unique(np.concatenate([near, told, worded]))
        return self._features(keys, vector, query, words)

    def _worded(
        self,
        words: WordMatch,
        count: int,
        filters: list[ArticleFilter | None],
        without: IntArray | None,
    ) -> IntArray:
        """The passages that may be found and meet the words best."""
        shown = np.ones(self.facts.passages, dtype=bool)
        if without is not None:
            shown[without] = False
        if any(each is None for each in filters):
            return words.best(count, shown)
        few = [each.passages for each in filters if each and each.passages is not None]
        if len(few) == len(filters):
            chosen = np.zeros(self.facts.passages, dtype=bool)
            for each in few:
                chosen[each] = True
            return words.best(count, chosen & shown)
        rows = np.flatnonzero(words.scores * shown)
        rows = rows[np.lexsort((rows, -words.scores[rows]))]
        kept: list[int] = []
        for start in range(0, len(rows), _CHECKED_AT_ONCE):
            some = rows[start : start + _CHECKED_AT_ONCE].tolist()

            def allowed(e: _ServerReader, c: Connection, keys: list[int] = some) -> list[int]:
                only = filters[e.own.place]
                return e.vectors.rows_among(c, keys, only) if only else []

            among = set().union(*self._servers.each(allowed))
            kept += [key for key in some if key in among]
            if len(kept) >= count:
                break
        return np.array(kept[:count], dtype=np.int64)

    def _features(
        self, keys: IntArray, vector: str, query: CandidateQuery, words: WordMatch
    ) -> CandidateFeatures:
        asked = keys.tolist()

        found = self._servers.each(
            lambda e, c: (
                e.vectors.passage_features(c, asked, vector),
                e.vectors.sentence_features(c, asked, vector),
            )
        )
        # Ascending keys of passages are ascending keys of their sentences too.
        passages = list(heapq.merge(*(each[0] for each in found)))
        sentences = list(heapq.merge(*(each[1] for each in found)))
        counts = np.array([row[3] for row in passages], dtype=np.int64)
        if len(passages) != len(keys) or counts.sum() != len(sentences):
            raise DamagedIndex(
                "damaged-rows",
                shown=self.facts.id,
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
                query.sentence_terms, [row[2] for row in sentences]
            ),
            offsets=np.cumsum(counts) - counts,
        )

    def stored(self, keys: Sequence[int]) -> list[StoredPassage]:
        asked = [int(key) for key in keys]
        spans: dict[int, list[tuple[int, int]]] = {}
        found = self._servers.each(
            lambda e, c: (e.articles.passage_texts(c, asked), e.articles.sentence_spans(c, asked))
        )
        for _, sentences in found:
            for passage, start, stop in sentences:
                spans.setdefault(passage, []).append((start, stop))
        return StoredPassage.in_order(asked, (row for texts, _ in found for row in texts), spans)

    def entries(self, ids: Collection[str]) -> list[ArticleEntry]:
        asked = list(ids)
        found = self._servers.each(lambda e, c: e.articles.entries_of(c, asked)) if asked else []
        return [entry for entries in found for _, entry in entries]

    def passage_keys(self, ids: Collection[str]) -> IntArray:
        asked = list(ids)
        found = self._servers.each(lambda e, c: e.articles.passage_keys(c, asked)) if asked else []
        return np.array([key for keys in found for key in keys], dtype=np.int64)

    def sentence_vectors_of(self, key: int) -> Vectors:
        found = self._servers.each(lambda e, c: e.vectors.sentence_vectors(c, key))
        rows = [row for each in found for row in each]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.facts.dimension)

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        return self._passage(article_id, start)

    def opening(self, article_id: str) -> StoredPassage | None:
        return self._passage(article_id, None)

    def _passage(self, article_id: str, at: int | None) -> StoredPassage | None:
        one = self._servers.home(article_id)
        key = one.ask(lambda c: one.articles.passage_key(c, article_id, at))
        return None if key is None else self.stored([key])[0]

    def count_passages(self, article_id: str) -> int:
        one = self._servers.home(article_id)
        return one.ask(lambda c: one.articles.count_passages(c, article_id))

    def article(self, article_id: str) -> Article | None:
        return self.articles_by_id([article_id]).get(article_id)

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        homes = {self._servers.home(each).own.place: self._servers.home(each) for each in ids}
        asked = list(ids)
        found = self._servers.ask(
            [(each, partial(each.articles.articles, ids=asked)) for each in homes.values()]
        )
        return {article.id: article for articles in found for article in articles}

    def find(self, reference: str) -> list[ArticleEntry]:
        found = self._servers.each(lambda e, c: e.articles.find(c, reference))
        first = min(way for way, _ in found)
        return _by_number(entries for way, entries in found if way == first)

    def articles(
        self, within: Period | None = None, limit: int = -1, among: Selection | None = None
    ) -> list[ArticleEntry]:
        found = self._servers.each(lambda e, c: e.articles.entries(c, within, limit, among))

        def newest_first(row: tuple[int, ArticleEntry]) -> tuple[int, int]:
            day = row[1].published
            return -day.toordinal() if day else 0, row[0]

        entries = [entry for _, entry in heapq.merge(*found, key=newest_first)]
        return entries if limit < 0 else entries[:limit]

    def copied(self) -> list[ArticleEntry]:
        return _by_number(self._servers.each(lambda e, c: e.articles.copied(c)))

    def count(self, within: Period | None = None, among: Selection | None = None) -> int:
        if within is None and among is None:
            return self.facts.articles
        return sum(self._servers.each(lambda e, c: e.articles.count(c, within, among)))

    def facet(self, kind: FacetKind) -> dict[str, int]:
        total: dict[str, int] = {}
        for found in self._servers.each(lambda e, c: e.articles.facet(c, kind)):
            for value, count in found.items():
                total[value] = total.get(value, 0) + count
        return dict(sorted(total.items(), key=lambda each: (-each[1], each[0])))

    def close(self) -> None:
        self._closing()


class Placed(Protocol):
    """What was written on a server as the one at `place`, from 0, of so many."""

    @property
    def place(self) -> int: ...
    @property
    def servers(self) -> int: ...


def check_place(server: Server, place: int, servers: int, written: Placed) -> None:
    """Raises StoreError where that was written on another server, or of other servers."""
    if (written.place, written.servers) != (place, servers):
        raise StoreError(
            "postgres-servers",
            shown=server.shown,
            place=place + 1,
            servers=servers,
            built_place=written.place + 1,
            built_servers=written.servers,
        )


def _merged(found: Iterable[list[NearRow]], count: int) -> IntArray:
    """The passages of the `count` nearest rows of all servers."""
    rows = heapq.nsmallest(
        count, (row for each in found for row in each), key=lambda row: (row.distance, row.key)
    )
    return np.array([row.passage for row in rows], dtype=np.int64)


def _by_number(found: Iterable[list[tuple[int, ArticleEntry]]]) -> list[ArticleEntry]:
    rows = sorted((row for each in found for row in each), key=lambda row: row[0])
    return [entry for _, entry in rows]
