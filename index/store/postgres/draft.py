"""What a build writes in PostgreSQL: a whole generation, or an addition to the previous one.

It is first written to local files, then loaded in one transaction: a killed build leaves only the
vectors of its finished batches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.models.base import Embedder, Vectors
from index.store.article_writer import ArticleDatabase
from index.store.build_turn import Hashes, MissingVectors, StopCheck
from index.store.draft import Draft
from index.store.generation import ROW_KINDS, BuildFacts, GenerationFacts, RowKind
from index.store.growth import grown_facts
from index.store.postgres.addition import AdditionLoader, Change
from index.store.postgres.connections import Connection
from index.store.postgres.load import load_generation
from index.store.postgres.new_rows import WrittenArticles
from index.store.postgres.previous import PostgresPrevious
from index.store.postgres.saved_vectors import find_missing
from index.store.postgres.unload import unload_articles
from index.store.postgres.vector_tables import VectorTables, send_rows


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
