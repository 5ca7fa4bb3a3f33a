"""What a build writes in PostgreSQL: a whole generation, or an addition to the previous one.

It is first written to local files, then loaded in one transaction: a killed build leaves only the
vectors of its finished batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from psycopg import sql

from index.article import lexical_text
from index.models.base import Embedder, IntArray, Vectors
from index.store.article_writer import ArticleDatabase
from index.store.articles import ArticleReader
from index.store.build_turn import Hashes, MissingVectors, StopCheck
from index.store.draft import Draft
from index.store.generation import ROW_KINDS, BuildFacts, GenerationFacts, RowKind
from index.store.growth import count_to_merge, grown_facts
from index.store.postgres import vectors
from index.store.postgres.connections import Connection
from index.store.postgres.layout import (
    FOR_EVER,
    column_names,
    compose,
    create_views,
    fetch,
    rows_of,
)
from index.store.postgres.load import (
    FirstRows,
    NewWords,
    RowLoader,
    WrittenArticles,
    load_generation,
    record_generation,
)
from index.store.postgres.manifest import Growth, PostgresManifest
from index.store.postgres.previous import PostgresPrevious
from index.store.postgres.saved_vectors import find_missing
from index.store.postgres.unload import unload_articles
from index.store.postgres.vector_tables import VectorTables, send_rows
from index.store.postings import Postings
from index.text.language import keyed_terms


@dataclass(frozen=True, slots=True)
class NewGeneration:
    """The number and id of a generation to load; `switch` commits it and puts it in service."""

    connection: Connection
    number: int
    id: str
    switch: Callable[[], None]


class PostgresDraft(Draft):
    """See `index.store.draft.Draft`; `place` is where the generation is loaded."""

    def __init__(
        self,
        place: NewGeneration,
        folder: Path,
        embedder: Embedder,
        before: Path | None = None,
        *,
        alike: bool = False,
        average_lengths: Mapping[RowKind, float] | None = None,
    ) -> None:
        folder /= "generation"
        super().__init__(folder, place.id, before, alike=alike, average_lengths=average_lengths)
        self._place = place
        self._tables = VectorTables(embedder.id, embedder.dimension)

    def take(self, ids: Collection[str]) -> None:
        raise NotImplementedError

    def find_vectors(self, kind: RowKind) -> MissingVectors:
        return find_missing(self._place.connection, self._tables, kind, self.hashes(kind))

    def save_vectors(self, hashes: Hashes, vectors: Vectors) -> None:
        send_rows(self._place.connection, self._tables.kept, hashes, vectors)

    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        facts, place = self.facts(build), self._place
        words = {kind: self.build_words(kind, check) for kind in ROW_KINDS}
        load_generation(place.connection, place.number, self.written, facts, words, check)
        place.switch()
        return facts

    @cached_property
    def written(self) -> WrittenArticles:
        """The articles; needs `end_texts()`."""
        return WrittenArticles.open(self.articles_path, self.articles.likeness)


class PostgresAddition(PostgresDraft):
    """See `index.store.draft.Draft`."""

    def __init__(
        self, place: NewGeneration, folder: Path, embedder: Embedder, before: PostgresPrevious
    ) -> None:
        assert before.own.growth is not None, "the turn has checked it"
        lengths = before.own.growth.average_lengths
        super().__init__(place, folder, embedder, average_lengths=lengths)
        self._before = before
        self._work_folder = folder

    def take(self, ids: Collection[str]) -> None:
        if not ids:
            return
        path = self._work_folder / "related.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            unload_articles(self._place.connection, self._before.own.number, ids, sheet)
            sheet.finish()
        self.attach(path)
        self.articles.take(ids)

    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        before, place = self._before, self._place
        sources = {row.location for row in self.reader.sources()}.union(self.deleted_sources)
        deleted = before.deleted(self.replaced_ids)
        facts = grown_facts(self.id, before.facts, self.facts(build), deleted, build)
        words = {kind: self.build_words(kind, check) for kind in ROW_KINDS}
        change = Change(facts, self.written, words, self.replaced_ids, sources)
        loader = AdditionLoader(place.connection, before.own, place.number, self._work_folder)
        loader.load(change, check)
        place.switch()
        return facts


@dataclass(frozen=True, slots=True)
class Change:
    """An addition: the facts after it, what was written, ids of deleted or replaced articles and
    copies, and locations of changed or deleted `sources`."""

    facts: GenerationFacts
    written: WrittenArticles
    words: Mapping[RowKind, Postings]
    deleted_ids: Collection[str]
    sources: Collection[str]


class AdditionLoader:
    """Loads an addition in a transaction that is left open. Raises psycopg.Error, DamagedIndex."""

    def __init__(
        self, connection: Connection, before: PostgresManifest, number: int, workplace: Path
    ) -> None:
        assert before.growth is not None, "growable is checked first"
        self._connection = connection
        self._before = before
        self._growth = before.growth
        self._number = number
        self._workplace = workplace

    def load(self, change: Change, check: StopCheck) -> None:
        connection, growth, facts = self._connection, self._growth, change.facts
        tables = VectorTables(facts.model, facts.dimension)
        words = self._new_words(change)
        first = FirstRows(growth.next_article - 1, growth.next_passage, growth.next_sentence)
        merge_count = count_to_merge(
            [size for _, size in growth.additions], change.written.articles
        )
        loader = RowLoader(connection, self._number, growth.base, change.written, words, first)
        connection.execute("BEGIN")
        create_views(connection, self._number, growth.base)
        self._end_deleted(change)
        loader.stage(check)
        loader.place_rows(tables, check)
        self._add_words(loader, words, merge_count, check)
        for kind in ROW_KINDS:
            if getattr(facts, kind) > vectors.EXACT_ROWS:
                tables.index(connection, kind)
        new_growth = self._grow(change, words, merge_count)
        record_generation(connection, PostgresManifest(facts, self._number, new_growth))

    def _grow(self, change: Change, words: NewWords, merge_count: int) -> Growth:
        growth, written = self._growth, change.written
        unmerged = growth.additions[: len(growth.additions) - merge_count]
        size = written.articles + growth.added - sum(articles for _, articles in unmerged)
        return replace(
            growth,
            next_article=growth.next_article + written.last,
            next_passage=growth.next_passage + written.passages,
            next_sentence=growth.next_sentence + written.sentences,
            next_term=max(growth.next_term, words.next_number),
            additions=(*unmerged, (self._number, size)),
            gone=growth.gone + len(change.deleted_ids),
        )

    def _new_words(self, change: Change) -> NewWords:
        passages, sentences = change.words["passages"], change.words["sentences"]
        deletions = self._count_deleted_terms(change.deleted_ids)
        terms = dict.fromkeys([*passages.vocabulary, *sentences.vocabulary, *deletions])
        query = "SELECT term, number FROM {g}.terms WHERE term = ANY(%s)"
        numbers: dict[str, int] = dict(
            fetch(self._connection, self._before.number, query, list(terms))
        )
        free = self._growth.next_term
        for term in terms.keys() - numbers.keys():
            numbers[term] = free
            free += 1
        return NewWords(passages.without_idf(), sentences.without_idf(), numbers, deletions)

    def _count_deleted_terms(self, ids: Collection[str]) -> dict[str, tuple[int, int]]:
        """By term, the numbers of passages and sentences of these articles that have it."""
        if not ids:
            return {}
        path = self._workplace / "gone.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            unload_articles(self._connection, self._before.number, ids, sheet)
            sheet.finish()
        counts = {kind: Counter[str]() for kind in ROW_KINDS}
        with closing(ArticleReader(path)) as reader:
            for kind in ROW_KINDS:
                for article, heading, text in reader.texts(kind):
                    words = lexical_text(article, heading, text)
                    counts[kind].update(set(keyed_terms(words, article.language)))
        passages, sentences = counts["passages"], counts["sentences"]
        return {term: (passages[term], sentences[term]) for term in passages | sentences}

    def _end_deleted(self, change: Change) -> None:
        """End the rows of deleted articles and changed files."""
        articles = self._numbers("articles", "id = ANY(%s)", list(change.deleted_ids))
        passages = self._numbers("passages", "article = ANY(%s)", articles.tolist())
        sentences = self._numbers("sentences", "passage = ANY(%s)", passages.tolist())
        for table, numbers in (
            ("articles", articles),
            ("passages", passages),
            ("sentences", sentences),
        ):
            self._end(table, "number = ANY(%s)", numbers.tolist())
        if len(passages):
            self._connection.execute(
                compose("INSERT INTO {rows}.gone VALUES (%s, %s)", rows=rows_of(self._growth.base)),
                [passages.astype("<i4").tobytes(), self._number],
            )
        self._end("sources", "location = ANY(%s)", list(change.sources))

    def _numbers(self, table: str, condition: str, values: list[object]) -> IntArray:
        query = f"SELECT number FROM {{g}}.{table} WHERE {condition}"
        rows = fetch(self._connection, self._before.number, query, values)
        return np.array([row[0] for row in rows], dtype=np.int64)

    def _end(self, table: str, condition: str, values: list[object]) -> None:
        query = compose(
            f"UPDATE {{rows}}.{table} SET until = {self._number} "
            f"WHERE {condition} AND until = {FOR_EVER}",
            rows=rows_of(self._growth.base),
        )
        self._connection.execute(query, [values])

    def _add_words(
        self, loader: RowLoader, words: NewWords, merge_count: int, check: StopCheck
    ) -> None:
        """Add the words of new passages, merged with those of the newest additions."""
        connection, terms = self._connection, loader.table("terms")
        connection.execute(
            compose("CREATE TEMPORARY TABLE new_terms (LIKE {terms}) ON COMMIT DROP", terms=terms)
        )
        connection.execute("ALTER TABLE new_terms ALTER until SET DEFAULT 0")
        loader.copy_terms(sql.Identifier("new_terms"), check)
        additions = self._growth.additions
        numbers = [number for number, _ in additions[len(additions) - merge_count :]]
        self._end("terms", "since = ANY(%s)", list(numbers))
        columns = ", ".join(column_names("terms"))
        query = compose(
            f"INSERT INTO {{terms}} ({columns}, since) "
            "SELECT term, min(number), sum(passages)::integer, sum(sentences)::integer, "
            "string_agg(rows, ''::bytea ORDER BY since), "
            f"string_agg(scores, ''::bytea ORDER BY since), {self._number} FROM "
            "(SELECT * FROM {terms} WHERE since = ANY(%s) AND until = "
            f"{self._number} UNION ALL SELECT * FROM new_terms) AS newest GROUP BY term",
            terms=terms,
        )
        connection.execute(query, [numbers])
