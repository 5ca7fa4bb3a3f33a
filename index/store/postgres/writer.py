"""What a build writes in PostgreSQL: a whole generation, or an addition to the previous one.

It is first written to local files, then loaded in one transaction: a killed build leaves only the
vectors of its finished batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from psycopg import sql

from index.article import lexical_text
from index.models.base import Embedder, Vectors
from index.store.article_writer import ArticleDatabase
from index.store.articles import StoredArticles
from index.store.build import Hashes, MissingVectors, StopCheck
from index.store.generation import ROW_KINDS, BuildFacts, GenerationFacts, RowKind
from index.store.growth import count_to_merge, grown_facts
from index.store.postgres import vectors
from index.store.postgres.connections import Connection
from index.store.postgres.layout import FOR_EVER, column_names, compose, create_views, rows_of
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
from index.store.writer import GenerationWriter
from index.text.language import keyed_terms


@dataclass(frozen=True, slots=True)
class GenerationPlace:
    """The number and id of a generation to load; `switch` commits it and puts it in service."""

    connection: Connection
    number: int
    id: str
    switch: Callable[[], None]


class PostgresWriter(GenerationWriter):
    """See `index.store.writer.GenerationWriter`; `place` is where the generation is loaded."""

    def __init__(
        self,
        place: GenerationPlace,
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


class PostgresAddition(PostgresWriter):
    """See `index.store.writer.GenerationWriter`."""

    def __init__(
        self, place: GenerationPlace, folder: Path, embedder: Embedder, before: PostgresPrevious
    ) -> None:
        assert before.own.growth is not None, "the build has checked it"
        lengths = before.own.growth.average_lengths
        super().__init__(place, folder, embedder, average_lengths=lengths)
        self._before = before
        self._growth = before.own.growth
        self._work_folder = folder

    def take(self, ids: Collection[str]) -> None:
        if not ids:
            return
        self.articles.attach(self._unload(ids, "related.sqlite"))
        self.articles.take(ids)

    def _unload(self, ids: Collection[str], name: str) -> Path:
        """Copy articles of the previous generation to a new database."""
        path = self._work_folder / name
        with closing(ArticleDatabase(path)) as sheet:
            unload_articles(self._place.connection, self._before.own.number, ids, sheet)
            sheet.finish()
        return path

    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        before, growth, place = self._before, self._growth, self._place
        deleted = before.deleted(self.replaced_ids)
        facts = grown_facts(self.id, before.facts, self.facts(build), deleted, build)
        words = self._new_words(check)
        first = FirstRows(growth.next_article - 1, growth.next_passage, growth.next_sentence)
        merge_count = count_to_merge([size for _, size in growth.additions], self.written.articles)
        loader = RowLoader(place.connection, place.number, growth.base, self.written, words, first)
        place.connection.execute("BEGIN")
        create_views(place.connection, place.number, growth.base)
        self._end_deleted()
        loader.stage(check)
        loader.place_rows(self._tables, check)
        self._add_words(loader, merge_count, check)
        for kind in ROW_KINDS:
            if getattr(facts, kind) > vectors.EXACT_ROWS:
                self._tables.index(place.connection, kind)
        new_growth = self._grow(words, merge_count)
        record_generation(place.connection, PostgresManifest(facts, place.number, new_growth))
        place.switch()
        return facts

    def _grow(self, words: NewWords, merge_count: int) -> Growth:
        growth, written = self._growth, self.written
        unmerged = growth.additions[: len(growth.additions) - merge_count]
        size = written.articles + growth.added - sum(articles for _, articles in unmerged)
        return replace(
            growth,
            next_article=growth.next_article + written.last,
            next_passage=growth.next_passage + written.passages,
            next_sentence=growth.next_sentence + written.sentences,
            next_term=max(growth.next_term, words.next_number),
            additions=(*unmerged, (self._place.number, size)),
            gone=growth.gone + len(self.replaced_ids),
        )

    def _new_words(self, check: StopCheck) -> NewWords:
        passages, sentences = (self.build_words(kind, check) for kind in ROW_KINDS)
        deletions = self._count_deleted_terms(self.replaced_ids)
        terms = dict.fromkeys([*passages.vocabulary, *sentences.vocabulary, *deletions])
        query = "SELECT term, number FROM {g}.terms WHERE term = ANY(%s)"
        numbers: dict[str, int] = dict(self._before.rows(query, list(terms)))
        free = self._growth.next_term
        for term in terms.keys() - numbers.keys():
            numbers[term] = free
            free += 1
        return NewWords(passages.without_idf(), sentences.without_idf(), numbers, deletions)

    def _count_deleted_terms(self, ids: Collection[str]) -> dict[str, tuple[int, int]]:
        """By term, the numbers of passages and sentences of these articles that have it."""
        if not ids:
            return {}
        path = self._unload(ids, "gone.sqlite")
        counts = {kind: Counter[str]() for kind in ROW_KINDS}
        with closing(StoredArticles(path)) as stored:
            for kind in ROW_KINDS:
                for article, heading, text in stored.texts(kind):
                    words = lexical_text(article, heading, text)
                    counts[kind].update(set(keyed_terms(words, article.language)))
        passages, sentences = counts["passages"], counts["sentences"]
        return {term: (passages[term], sentences[term]) for term in passages | sentences}

    def _end_deleted(self) -> None:
        """End the rows of deleted articles and of changed or deleted files."""
        articles = self._numbers("articles", "id = ANY(%s)", list(self.replaced_ids))
        passages = self._numbers("passages", "article = ANY(%s)", articles)
        sentences = self._numbers("sentences", "passage = ANY(%s)", passages)
        for table, numbers in (
            ("articles", articles),
            ("passages", passages),
            ("sentences", sentences),
        ):
            self._end(table, "number = ANY(%s)", numbers)
        if passages:
            self._place.connection.execute(
                compose("INSERT INTO {rows}.gone VALUES (%s, %s)", rows=rows_of(self._growth.base)),
                [np.array(passages, dtype="<i4").tobytes(), self._place.number],
            )
        sources = {row.location for row in self.stored.sources()}.union(self.deleted_sources)
        self._end("sources", "location = ANY(%s)", list(sources))

    def _numbers(self, table: str, condition: str, values: Sequence[object]) -> list[int]:
        query = f"SELECT number FROM {{g}}.{table} WHERE {condition}"
        return [row[0] for row in self._before.rows(query, values)]

    def _end(self, table: str, condition: str, values: Sequence[object]) -> None:
        query = compose(
            f"UPDATE {{rows}}.{table} SET until = {self._place.number} "
            f"WHERE {condition} AND until = {FOR_EVER}",
            rows=rows_of(self._growth.base),
        )
        self._place.connection.execute(query, [values])

    def _add_words(self, loader: RowLoader, merge_count: int, check: StopCheck) -> None:
        """Add the words of new passages, merged with those of the newest additions."""
        connection, terms = self._place.connection, loader.table("terms")
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
            f"string_agg(scores, ''::bytea ORDER BY since), {self._place.number} FROM "
            "(SELECT * FROM {terms} WHERE since = ANY(%s) AND until = "
            f"{self._place.number} UNION ALL SELECT * FROM new_terms) AS newest GROUP BY term",
            terms=terms,
        )
        connection.execute(query, [numbers])
