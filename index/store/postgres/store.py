"""The store in PostgreSQL: generations are schemas, switched by updating a row."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from psycopg import errors

from index.errors import DamagedIndex, NoIndex, Problem, StoreError
from index.store.articles import ARTICLES_FILE
from index.store.base import Removable, RemovedArticle, RemovedArticles, StoreCheck
from index.store.build_turn import BuildPart, batches
from index.store.builder_status import BuilderStatus
from index.store.draft import build_postings
from index.store.files.draft import FileDraft
from index.store.files.opening import open_folder
from index.store.files.reusable import read_likeness
from index.store.files.transfer import check_export, may_hold_export, replace_folder
from index.store.generation import ROW_KINDS, GenerationFacts, check_model
from index.store.open_generation import OpenGeneration, refuse_withdrawn
from index.store.postgres.connections import (
    GENERATION_LOCK,
    Connection,
    Connections,
    Server,
    hold,
    translate_errors,
)
from index.store.postgres.generation import QUESTION_SECONDS, PostgresGeneration
from index.store.postgres.generations import (
    VerifiedGeneration,
    current_number,
    put_in_service,
    read_generations,
    verify_generation,
)
from index.store.postgres.load import load_generation
from index.store.postgres.new_rows import WrittenArticles
from index.store.postgres.reusable import ReusableTables
from index.store.postgres.schema import PREPARING, is_prepared
from index.store.postgres.stored_facts import StoredFacts
from index.store.postgres.turn import PostgresTurn, connect_to_build, postgres_turn
from index.store.postgres.unload import StoredRows
from index.store.postgres.vector_tables import VectorTables
from index.store.postgres.vectors import PostgresVectors

_AT_ONCE = 2_048  # vectors
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

    `workplace` is a local folder for drafts and caches. Raises StoreError for an invalid address.
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

    def open(self, *, model: str, dimension: int) -> OpenGeneration:
        own = self._in_service()
        check_model(own.facts, self.label, model, dimension)
        return OpenGeneration(self._open(own), self._withdrawn_ids)

    def browse(self) -> OpenGeneration:
        return OpenGeneration(self._open(self._in_service()), self._withdrawn_ids)

    def _open(self, own: StoredFacts) -> PostgresGeneration:
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
        with self.build_turn() as turn:
            current = turn.current
            before = max((n for n in turn.generations if n < (current or 0)), default=None)
            if current is None or before is None:
                own = turn.generations.get(current or 0)
                generation = own.facts.id if own else ""
                raise StoreError("generation-first", subject=self.label, generation=generation)
            verify_generation(turn.connection, turn.generations[before])
            put_in_service(turn.connection, before)
            return turn.generations[before].facts

    def export(self, folder: Path) -> GenerationFacts:
        if not may_hold_export(folder):
            raise StoreError("export-not-empty", subject=folder)
        own = self._in_service()
        facts = own.facts
        tables = VectorTables(facts.model, facts.dimension)
        with self._hold(own.number) as connection:
            withdrawn = ReusableTables(connection, own).entries(self._withdrawn_ids())
            refuse_withdrawn(withdrawn, self.label)
            with (
                replace_folder(folder) as partial,
                closing(FileDraft(partial, facts.id)) as draft,
            ):
                rows = StoredRows(connection, own)
                draft.fill(rows.write_articles, facts.passages, facts.sentences)
                for kind in ROW_KINDS:
                    writer = draft.vectors(kind, facts.model, facts.dimension)
                    rows.send_vectors(tables, kind, writer.put)
                    writer.finish()
                manifest = draft.seal(facts, lambda: None)
                manifest.check(partial, whole=True, remedy=Problem("remedy-copy"))
                if manifest.fingerprint != facts.fingerprint:
                    raise DamagedIndex(
                        "generation-altered", subject=self.label, generation=facts.id
                    )
        return facts

    def take(self, folder: Path) -> GenerationFacts:
        manifest = check_export(folder)
        with self.build_turn() as turn:
            facts = replace(
                GenerationFacts.from_json(manifest.as_json()), id=turn.new_id(), roots=(), rules=""
            )
            with open_folder(folder, manifest) as source:
                articles = WrittenArticles.open(folder / ARTICLES_FILE, read_likeness(folder))
                tables = VectorTables(facts.model, facts.dimension)
                for kind in ROW_KINDS:
                    vectors = source.vector_source(kind)
                    writer = PostgresVectors(turn.connection, tables, kind, vectors.hashes)
                    for batch in batches(len(vectors.hashes), _AT_ONCE):
                        rows = np.arange(batch.start, batch.stop)
                        writer.put(rows, vectors.vectors(rows))
                    writer.finish()
                words = {
                    kind: build_postings(source.texts(kind), lambda: None) for kind in ROW_KINDS
                }
                try:
                    number = turn.next_number
                    load_generation(turn.connection, number, articles, facts, words, lambda: None)
                    turn.commit()
                finally:
                    turn.roll_back()
            turn.serve()
            turn.clean()
        return facts

    def removals(self) -> RemovedRows:
        return RemovedRows(self._read_removed, self._write)

    def note_builder(self, status: BuilderStatus) -> None:
        def write(connection: Connection) -> None:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
                connection.execute(_BUILDER)
            connection.execute(_NOTE, [status.to_json()])

        self._write(write)

    def builder_status(self) -> BuilderStatus | None:
        status = self._read_value("SELECT status FROM selon.builder")
        return BuilderStatus.from_json(status, self.label) if status is not None else None

    def build_turn(self, part: BuildPart | None = None) -> AbstractContextManager[PostgresTurn]:
        return postgres_turn(self._server, self.workplace, part)

    def close(self) -> None:
        """Closing twice is harmless; garbage collection closes it too."""
        self._closing()

    def _in_service(self) -> StoredFacts:
        """The generation in service. Raises NoIndex, DamagedIndex."""
        own = self._read_current()
        if own is None:
            raise NoIndex("no-index", subject=self.label)
        return own

    def _read_current(self) -> StoredFacts | None:
        def read(connection: Connection) -> StoredFacts | None:
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
            hold(connection, GENERATION_LOCK, number)
            yield connection

    def _withdrawn_ids(self) -> frozenset[str]:
        # Read for every question, so only the ids.
        query = "SELECT id FROM selon.removed"
        return self._pool.ask(lambda c: frozenset(row[0] for row in c.execute(query)))

    def _read_removed(self) -> dict[str, RemovedArticle]:
        def read(connection: Connection) -> dict[str, RemovedArticle]:
            if not is_prepared(connection):
                return {}
            rows = connection.execute("SELECT id, title, path, day FROM selon.removed")
            return {row[0]: RemovedArticle(*row) for row in rows}

        return self._pool.ask(read)

    def _write(self, job: Callable[[Connection], object]) -> None:
        with connect_to_build(self._server) as connection:
            job(connection)


class RemovedRows(RemovedArticles):
    """See `index.store.base.RemovedArticles`; `write` runs a job on the server."""

    def __init__(
        self,
        load: Callable[[], dict[str, RemovedArticle]],
        write: Callable[[Callable[[Connection], object]], None],
    ) -> None:
        self._write = write
        self._read = load
        self._articles = load()

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        when = day or datetime.now(UTC).astimezone().date()
        rows = [(article.id, article.title, article.path, when) for article in articles]
        statement = "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
        self._write(lambda connection: connection.cursor().executemany(statement, rows))
        self._articles = self._read()

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        self._articles = self._read()
        articles = self.find(reference)
        if articles:
            ids = [article.id for article in articles]
            delete = "DELETE FROM selon.removed WHERE id = ANY(%s)"
            self._write(lambda connection: connection.execute(delete, [ids]))
            self._articles = self._read()
        return articles
