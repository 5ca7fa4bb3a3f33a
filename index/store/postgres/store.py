"""The store that is PostgreSQL: generations in tables of their own, switched by one row."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import numpy as np
from psycopg import errors

from index.errors import DamagedIndex, NoIndex, Problem, StoreError
from index.store.base import Removable, RemovedArticle, RemovedArticles, StoreCheck
from index.store.build_turn import BuildPart, StopCheck
from index.store.builder_status import BuilderStatus
from index.store.files.draft import FileDraft, build_postings
from index.store.files.generation import ARTICLES_FILE, Generation
from index.store.files.known import read_likeness
from index.store.files.layout import Hold, new_id
from index.store.files.manifest import Manifest
from index.store.files.transfer import check_export, may_hold_an_export, replace_folder
from index.store.postgres.cluster import ServerState, check_first, identify, read_server_state
from index.store.postgres.connections import (
    GENERATION_LOCK,
    Connection,
    Connections,
    Server,
    connect_all,
    hold,
    translate_errors,
)
from index.store.postgres.generation import QUESTION_SECONDS, PostgresGeneration
from index.store.postgres.generations import (
    VerifiedGeneration,
    put_in_service,
    verify_generation,
)
from index.store.postgres.load import GenerationLoader
from index.store.postgres.new_rows import WrittenArticles
from index.store.postgres.part import PostgresPart, postgres_part
from index.store.postgres.reshard import OldIndex, copy_generation
from index.store.postgres.schema import PREPARING, is_prepared, prepare_database
from index.store.postgres.server_facts import ServerFacts
from index.store.postgres.turn import PostgresTurn, postgres_turn
from index.store.postgres.unload import StoredRows
from index.store.postgres.vector_tables import KINDS, VectorTables
from index.store.postgres.vectors import PostgresVectors
from index.store.reader import GenerationFacts, check_model
from index.store.withdrawals import VisibleGeneration, refuse_withdrawn

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
    """The index of a database; see `index.store.base.IndexStore`.

    `addresses` are those of one server, or of several among which the articles are shared out, in
    an order that must not change: another is refused (see `index.store.postgres.cluster`).
    `workplace` is a folder of this machine for what builds write first. Raises StoreError for an
    address that is none.
    """

    folder: Path | None = None

    def __init__(self, addresses: Sequence[str], workplace: Path) -> None:
        self._addresses = tuple(addresses)
        self._servers = [Server.at(each) for each in addresses]
        self.workplace = workplace
        self._asking = [Connections(each, seconds=QUESTION_SECONDS) for each in self._servers]
        self._closing = weakref.finalize(self, _close, self._asking)

    def __reduce__(self) -> tuple[type[PostgresStore], tuple[tuple[str, ...], Path]]:
        """For a process of its own, which connects itself."""
        return PostgresStore, (self._addresses, self.workplace)

    @property
    def shown(self) -> str:
        """Its addresses, without what is secret in them."""
        return " ".join(each.shown for each in self._servers)

    def current_id(self) -> str | None:
        def ask(connection: Connection) -> str | None:
            query = "SELECT id FROM selon.current JOIN selon.generations USING (number)"
            try:
                generation = connection.execute(query).fetchone()
            except _ABSENT:
                return None
            return str(generation[0]) if generation else None

        generation = self._asking[0].ask(ask)
        if generation is None:  # perhaps since this server is not the first one
            identify(self._servers, self._states())
        return generation

    def facts(self) -> GenerationFacts:
        return self._in_service()[0].facts

    def open(self, *, model: str, dimension: int) -> VisibleGeneration:
        own = self._in_service()
        check_model(own[0].facts, self.shown, model, dimension)
        return self._visible(own)

    def browse(self) -> VisibleGeneration:
        return self._visible(self._in_service())

    def _visible(self, own: list[ServerFacts]) -> VisibleGeneration:
        return VisibleGeneration(self._opened(own), self._withdrawn_ids)

    def _opened(self, own: list[ServerFacts]) -> PostgresGeneration:
        try:
            return PostgresGeneration(list(zip(self._servers, own, strict=True)))
        except DamagedIndex:
            if self.current_id() == own[0].facts.id:
                raise
            # Builds have ended since it was looked up, and this generation is gone.
            return self._opened(self._in_service())

    def check(self) -> StoreCheck:
        own = self._in_service()
        facts, number = own[0].facts, own[0].number
        damage: DamagedIndex | None = None
        try:
            with translate_errors(self.shown), self._hold(number) as connections:
                verify_generation(self._servers, connections, own)
        except DamagedIndex as error:
            damage = error
            VerifiedGeneration(self.workplace).forget()
        before = "SELECT id FROM selon.generations WHERE number < %s ORDER BY number DESC LIMIT 1"
        row = self._asking[0].ask(lambda c: c.execute(before, [number]).fetchone())
        size = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
            r"AND n.nspname ~ '^selon(_rows)?(_\d+)?$'"
        )
        sizes = [each.ask(lambda c: c.execute(size).fetchone() or [0]) for each in self._asking]
        return StoreCheck(facts, row[0] if row else None, sum(int(s[0]) for s in sizes), damage)

    def roll_back(self) -> GenerationFacts:
        if self.current_id() is None:
            raise NoIndex("no-index", shown=self.shown)
        with postgres_turn(self._servers, self.workplace) as turn:
            current = turn.current
            before = max((n for n in turn.known if n < (current or 0)), default=None)
            if current is None or before is None:
                generation = turn.known[current][0].facts.id if current in turn.known else ""
                raise StoreError("generation-first", shown=self.shown, generation=generation)
            verify_generation(self._servers, turn.connections, turn.known[before])
            put_in_service(turn.connections[0], before)
            return turn.known[before][0].facts

    def export(self, folder: Path) -> GenerationFacts:
        if not may_hold_an_export(folder):
            raise StoreError("export-not-empty", shown=folder)
        own = self._in_service()
        with self._opened(own) as stored:
            refuse_withdrawn(stored, self._withdrawn_ids(), self.shown)
        facts, number = own[0].facts, own[0].number
        tables = VectorTables(facts.model, facts.dimension)
        with (
            self._hold(number) as connections,
            replace_folder(folder) as partial,
            closing(FileDraft(partial, facts.id, None, alike=False)) as draft,
        ):
            rows = StoredRows(connections, own[0])
            draft.fill(rows.put_articles, facts.passages, facts.sentences)
            for kind in KINDS:
                writer = draft.vectors(kind, facts.model, facts.dimension)
                rows.put_vectors(tables, kind, writer.put)
                writer.finish()
            draft.seal(facts, lambda: None)
            manifest = Manifest.open(partial)
            manifest.check(partial, whole=True, remedy=Problem("remedy-copy"))
            if manifest.fingerprint != facts.fingerprint:
                raise DamagedIndex("generation-altered", shown=self.shown, generation=facts.id)
        return facts

    def take(self, folder: Path) -> GenerationFacts:
        manifest = check_export(folder)
        with postgres_turn(self._servers, self.workplace) as turn:
            known = [each[0].facts.id for each in turn.known.values()]
            facts = replace(
                GenerationFacts.from_json(manifest.as_json()),
                id=new_id(datetime.now(UTC), max(known, default=None)),
                roots=(),
                rules="",
            )
            with Generation(folder, manifest, Hold(folder)) as source:
                written = WrittenArticles.open(
                    folder / ARTICLES_FILE, len(self._servers), read_likeness(folder)
                )
                tables = VectorTables(facts.model, facts.dimension)
                for kind in KINDS:
                    kept = source.vector_source(kind)
                    writer = PostgresVectors(turn.connections, tables, kind, kept.hashes, written)
                    for start in range(0, len(kept.hashes), _AT_ONCE):
                        rows = np.arange(start, min(start + _AT_ONCE, len(kept.hashes)))
                        writer.put(rows, kept.vectors.vectors(rows))
                    writer.finish()
                words = {kind: build_postings(source.texts(kind), lambda: None) for kind in KINDS}
                try:
                    loader = GenerationLoader(turn.connections, turn.next_number, written)
                    loader.load(facts, words, lambda: None)
                    turn.commit()
                finally:
                    turn.roll_back()
            turn.serve()
            turn.clean()
        return facts

    def reshard(self, old: PostgresStore, check: StopCheck = lambda: None) -> GenerationFacts:
        """Put the index of other servers in service on these; those stay as they are.

        Raises NoIndex, BuildLocked, DamagedIndex, StoreError.
        """
        own = old._in_service()
        removed = old.removed().articles
        with (
            old._hold(own[0].number) as connections,
            postgres_turn(self._servers, self.workplace) as turn,
        ):
            if identify(self._servers, self._states()) == identify(old._servers, old._states()):
                raise StoreError("reshard-same", shown=self.shown)
            index = OldIndex(connections, old.shown, own[0], removed)
            return copy_generation(index, turn, self.workplace, check)

    def removed(self) -> RemovedRows:
        return RemovedRows(self._read_removed, self._write)

    def note_builder(self, status: BuilderStatus) -> None:
        def write(connection: Connection) -> None:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
                connection.execute(_BUILDER)
            connection.execute(_NOTE, [status.to_json()])

        self._write(write)

    def builder_status(self) -> BuilderStatus | None:
        def ask(connection: Connection) -> BuilderStatus | None:
            try:
                row = connection.execute("SELECT status FROM selon.builder").fetchone()
            except _ABSENT:
                return None
            return BuilderStatus.from_json(row[0], self.shown) if row else None

        return self._asking[0].ask(ask)

    def build_turn(self) -> AbstractContextManager[PostgresTurn]:
        return postgres_turn(self._servers, self.workplace)

    def part_turn(
        self, part: BuildPart, model: str, dimension: int
    ) -> AbstractContextManager[PostgresPart]:
        return postgres_part(self._servers, self.workplace, part, model, dimension)

    def close(self) -> None:
        """Closing twice is harmless; it is closed when nobody has it any more, too."""
        self._closing()

    def _states(self) -> list[ServerState]:
        return [
            asking.ask(partial(read_server_state, shown=server.shown))
            for server, asking in zip(self._servers, self._asking, strict=True)
        ]

    def _in_service(self) -> list[ServerFacts]:
        """The generation in service as each server has it. Raises NoIndex, DamagedIndex."""
        states = self._states()
        identify(self._servers, states)
        number = states[0].current
        if number is None:
            raise NoIndex("no-index", shown=self.shown)
        own = []
        for server, state in zip(self._servers, states, strict=True):
            if number not in state.generations:
                raise StoreError("postgres-behind", shown=server.shown)
            own.append(state.generations[number])
        return own

    @contextmanager
    def _hold(self, number: int) -> Iterator[list[Connection]]:
        """A connection to each server, as long as which the generation of this number stays."""
        with connect_all(self._servers, writing=False) as connections:
            for connection in connections:
                hold(connection, GENERATION_LOCK, number)
            yield connections

    def _withdrawn_ids(self) -> frozenset[str]:
        # Asked for every question: no more than the ids.
        query = "SELECT id FROM selon.removed"
        return self._asking[0].ask(lambda c: frozenset(row[0] for row in c.execute(query)))

    def _read_removed(self) -> dict[str, RemovedArticle]:
        def ask(connection: Connection) -> dict[str, RemovedArticle]:
            self._check_first(connection)
            if not is_prepared(connection):
                return {}
            rows = connection.execute("SELECT id, title, path, day FROM selon.removed")
            return {row[0]: RemovedArticle(*row) for row in rows}

        return self._asking[0].ask(ask)

    def _write(self, job: Callable[[Connection], object]) -> None:
        with (
            closing(self._servers[0].connect(writing=True)) as connection,
            translate_errors(self._servers[0].shown),
        ):
            self._check_first(connection)
            prepare_database(connection)
            job(connection)

    def _check_first(self, connection: Connection) -> None:
        check_first(self._servers, read_server_state(connection, self._servers[0].shown))


def _close(asking: list[Connections]) -> None:
    for each in asking:
        each.close()


class RemovedRows(RemovedArticles):
    """See `index.store.base.RemovedArticles`. `write` runs a job on the server."""

    def __init__(
        self,
        read: Callable[[], dict[str, RemovedArticle]],
        write: Callable[[Callable[[Connection], object]], None],
    ) -> None:
        self._write = write
        self._read = read
        self._articles = read()

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        when = day or datetime.now(UTC).astimezone().date()
        rows = [(each.id, each.title, each.path, when) for each in articles]
        statement = "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
        self._write(lambda connection: connection.cursor().executemany(statement, rows))
        self._articles = self._read()

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        self._articles = self._read()
        restored = self.find(reference)
        if restored:
            ids = [each.id for each in restored]
            delete = "DELETE FROM selon.removed WHERE id = ANY(%s)"
            self._write(lambda connection: connection.execute(delete, [ids]))
            self._articles = self._read()
        return restored
