"""The store in PostgreSQL: generations are schemas, switched by updating a row."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from psycopg import errors

from index.errors import DamagedIndex, NoIndex, Problem, StoreError
from index.models.base import Embedder
from index.store.articles import ARTICLES_FILE
from index.store.base import RemovedArticle, StoreCheck
from index.store.build import batches
from index.store.builder_status import BuilderStatus
from index.store.files.manifest import FileManifest
from index.store.files.opening import open_folder
from index.store.files.previous import read_likeness
from index.store.files.segment_writer import SegmentWriter
from index.store.files.transfer import check_export, may_hold_export, replace_folder
from index.store.generation import ROW_KINDS, GenerationFacts, check_model
from index.store.open_generation import OpenGeneration, refuse_withdrawn
from index.store.postgres.build import PostgresBuild, open_build
from index.store.postgres.connections import (
    Connection,
    Connections,
    Server,
    hold,
    translate_errors,
)
from index.store.postgres.generation import QUESTION_SECONDS, PostgresGeneration
from index.store.postgres.integrity import (
    VerifiedGeneration,
    connect_to_build,
    current_number,
    put_in_service,
    read_generations,
    verify_generation,
)
from index.store.postgres.layout import PREPARING, is_prepared
from index.store.postgres.load import AT_ONCE, WrittenArticles, load_generation
from index.store.postgres.manifest import PostgresManifest
from index.store.postgres.previous import PostgresPrevious
from index.store.postgres.saved_vectors import find_missing
from index.store.postgres.unload import StoredRows
from index.store.postgres.vector_tables import VectorTables, send_rows
from index.store.writer import build_postings

_ABSENT = (errors.UndefinedTable, errors.InvalidSchemaName)
_BUILDER = """
CREATE TABLE IF NOT EXISTS selon.builder (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    status text NOT NULL
)
"""
_NOTE = (
    "INSERT INTO selon.builder (status) VALUES (%s) "
    "ON CONFLICT (only_row) DO UPDATE SET status = excluded.status"
)


class PostgresStore:
    """The index in a database; see `index.store.base.IndexStore`.

    `workplace` is a local folder for work and caches. Raises StoreError for an invalid address.
    """

    def __init__(self, address: str, workplace: Path) -> None:
        self._address = address
        self._server = Server.at(address)
        self.workplace = workplace
        self._pool = Connections(self._server, seconds=QUESTION_SECONDS)
        self._closing = weakref.finalize(self, self._pool.close)

    def __reduce__(self) -> tuple[type[PostgresStore], tuple[str, Path]]:
        """Pickle the address: another process makes its own connections."""
        return PostgresStore, (self._address, self.workplace)

    @property
    def label(self) -> str:
        """Its address without credentials."""
        return self._server.label

    def current_id(self) -> str | None:
        generation: str | None = self._read_value(
            "SELECT id FROM selon.current JOIN selon.generations USING (number)"
        )
        if generation is None:  # perhaps a part of an index that lay on several servers
            self._read_current()
        return generation

    def _read_value(self, query: str) -> Any:
        """First value of a query; None without a row or without tables."""

        def read(connection: Connection) -> Any:
            try:
                row = connection.execute(query).fetchone()
            except _ABSENT:
                return None
            return row[0] if row else None

        return self._pool.ask(read)

    def facts(self) -> GenerationFacts:
        return self._in_service().facts

    def open(self, embedder: Embedder | None = None) -> OpenGeneration:
        own = self._in_service()
        check_model(own.facts, self.label, embedder)
        return OpenGeneration(self._open(own), self._removed_ids)

    def _open(self, own: PostgresManifest) -> PostgresGeneration:
        try:
            return PostgresGeneration(self._server, own)
        except DamagedIndex:
            if self.current_id() == own.facts.id:
                raise
            # Builds have ended since it was looked up, and removed this generation.
            return self._open(self._in_service())

    def check(self) -> StoreCheck:
        own = self._in_service()
        facts, number = own.facts, own.number
        damage: DamagedIndex | None = None
        try:
            with self._hold(number) as connection:
                verify_generation(connection, own)
        except DamagedIndex as error:
            damage = error
            VerifiedGeneration(self.workplace).forget()
        before = "SELECT id FROM selon.generations WHERE number < %s ORDER BY number DESC LIMIT 1"
        row = self._pool.ask(lambda c: c.execute(before, [number]).fetchone())
        size = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
            r"AND n.nspname ~ '^selon(_rows)?(_\d+)?$'"
        )
        return StoreCheck(facts, row[0] if row else None, self._read_value(size), damage)

    def roll_back(self) -> GenerationFacts:
        if self.current_id() is None:
            raise NoIndex("no-index", subject=self.label)
        with open_build(self._server, self.workplace) as build:
            current = build.current
            before = max((n for n in build.generations if n < (current or 0)), default=None)
            if current is None or before is None:
                own = build.generations.get(current or 0)
                generation = own.facts.id if own else ""
                raise StoreError("generation-first", subject=self.label, generation=generation)
            verify_generation(build.connection, build.generations[before])
            put_in_service(build.connection, before)
            return build.generations[before].facts

    def export(self, folder: Path) -> GenerationFacts:
        own = self._in_service()
        with self._hold(own.number) as connection:
            return export_generation(connection, own, self._removed_ids(), folder)

    def take(self, folder: Path) -> GenerationFacts:
        manifest = check_export(folder)
        with open_build(self._server, self.workplace) as build:
            return import_generation(build, folder, manifest)

    def removed(self) -> dict[str, RemovedArticle]:
        def read(connection: Connection) -> dict[str, RemovedArticle]:
            if not is_prepared(connection):
                return {}
            rows = connection.execute("SELECT id, title, path, day FROM selon.removed")
            return {row[0]: RemovedArticle(*row) for row in rows}

        return self._pool.ask(read)

    def _removed_ids(self) -> frozenset[str]:
        """Read for every question, so only the ids."""
        query = "SELECT id FROM selon.removed"
        return self._pool.ask(lambda c: frozenset(row[0] for row in c.execute(query)))

    def change_removed(
        self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]
    ) -> None:
        rows = [(article.id, article.title, article.path, article.day) for article in additions]
        insert = "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
        with connect_to_build(self._server) as connection, connection.transaction():
            if rows:
                connection.cursor().executemany(insert, rows)
            if restored_ids:
                delete = "DELETE FROM selon.removed WHERE id = ANY(%s)"
                connection.execute(delete, [list(restored_ids)])

    def note_builder(self, status: BuilderStatus) -> None:
        with connect_to_build(self._server) as connection:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
                connection.execute(_BUILDER)
            connection.execute(_NOTE, [status.to_json()])

    def builder_status(self) -> BuilderStatus | None:
        status = self._read_value("SELECT status FROM selon.builder")
        return BuilderStatus.from_json(status, self.label) if status is not None else None

    @contextmanager
    def start_build(self) -> Iterator[PostgresBuild]:
        with open_build(self._server, self.workplace) as build:
            yield build
            build.clean()

    def close(self) -> None:
        """Closing twice is harmless; garbage collection closes it too."""
        self._closing()

    def _in_service(self) -> PostgresManifest:
        """The generation in service. Raises NoIndex, DamagedIndex."""
        own = self._read_current()
        if own is None:
            raise NoIndex("no-index", subject=self.label)
        return own

    def _read_current(self) -> PostgresManifest | None:
        def read(connection: Connection) -> PostgresManifest | None:
            if not is_prepared(connection):
                return None
            # Before the generations, so that one put in service in between is not missed.
            current = current_number(connection)
            return read_generations(connection).get(current or 0)

        return self._pool.ask(read)

    @contextmanager
    def _hold(self, number: int) -> Iterator[Connection]:
        """A connection that keeps the generation of this number from being removed."""
        with (
            closing(self._server.connect(writing=False)) as connection,
            translate_errors(self.label),
        ):
            hold(connection, number)
            yield connection


def export_generation(
    connection: Connection, own: PostgresManifest, withdrawn_ids: Collection[str], folder: Path
) -> GenerationFacts:
    """See `index.store.base.IndexStore.export`."""
    if not may_hold_export(folder):
        raise StoreError("export-not-empty", subject=folder)
    facts, label = own.facts, connection.label
    tables = VectorTables(facts.model, facts.dimension)
    refuse_withdrawn(PostgresPrevious(connection, own).entries(withdrawn_ids), label)
    with replace_folder(folder) as partial, closing(SegmentWriter(partial, facts.id)) as segment:
        rows = StoredRows(connection, own)
        segment.fill(rows.write_articles, facts.passages, facts.sentences)
        for kind in ROW_KINDS:
            writer = segment.vector_writer(kind, facts.dimension)
            rows.send_vectors(tables, kind, writer.put)
            writer.finish()
        manifest = segment.write(facts, lambda: None)
        manifest.check(partial, whole=True, remedy=Problem("remedy-copy"))
        if manifest.fingerprint != facts.fingerprint:
            raise DamagedIndex("generation-altered", subject=label, generation=facts.id)
    return facts


def import_generation(
    build: PostgresBuild, folder: Path, manifest: FileManifest
) -> GenerationFacts:
    """Load a verified export and put it in service; see `index.store.base.IndexStore.take`."""
    facts = GenerationFacts.from_json(manifest.as_json())
    facts = replace(facts, id=build.new_id(), roots=(), rules="")
    with open_folder(folder, manifest) as source:
        articles = WrittenArticles.open(folder / ARTICLES_FILE, read_likeness(folder))
        tables = VectorTables(facts.model, facts.dimension)
        for kind in ROW_KINDS:
            vectors = source.vector_source(kind)
            missing = find_missing(build.connection, tables, kind, vectors.hashes).rows
            for batch in batches(len(missing), AT_ONCE):
                rows = missing[batch]
                own = vectors.hashes[rows]
                send_rows(build.connection, tables.kept, own, vectors.vectors(rows))
        words = {kind: build_postings(source.texts(kind), lambda: None) for kind in ROW_KINDS}
        try:
            number = build.next_number
            load_generation(build.connection, number, articles, facts, words, lambda: None)
            build.commit()
        finally:
            build.roll_back()
    build.serve()
    build.clean()
    return facts
