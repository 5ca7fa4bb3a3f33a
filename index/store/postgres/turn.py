"""Builds in PostgreSQL, from the lease to removing old generations.

A generation is first written to local files (`index.store.files`), then loaded in one transaction:
a killed build leaves only the vectors of its finished batches.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import psycopg
from filelock import FileLock, Timeout
from psycopg.pq import TransactionStatus

from index.errors import DamagedIndex, StoreError
from index.store.article_writer import ArticleDatabase
from index.store.articles import ArticleReader
from index.store.build_turn import BuildPart, StopCheck
from index.store.disk import translate_disk_errors
from index.store.draft import Draft
from index.store.files.layout import new_id
from index.store.generation import ROW_KINDS, BuildFacts, GenerationFacts, RowKind
from index.store.growth import grown_facts, may_grow
from index.store.postgres.addition import AdditionLoader, Change
from index.store.postgres.connections import (
    MODELS_LOCK,
    Connection,
    Server,
    hold,
    take_lease,
    translate_errors,
)
from index.store.postgres.generations import (
    VerifiedGeneration,
    clean,
    current_number,
    put_in_service,
    read_generations,
    remove_generations,
    verify_generation,
)
from index.store.postgres.load import load_generation
from index.store.postgres.new_rows import WrittenArticles
from index.store.postgres.reusable import ReusableTables
from index.store.postgres.schema import is_prepared, prepare_database
from index.store.postgres.unload import StoredRows, unload_articles
from index.store.postgres.vector_tables import VectorTables
from index.store.postgres.vectors import PostgresCheckpoint, PostgresVectors

logger = logging.getLogger(__name__)

_DRAFT = "draft-"
_LOCK = "lock"


@contextmanager
def postgres_turn(
    server: Server, workplace: Path, part: BuildPart | None = None
) -> Iterator[PostgresTurn]:
    """Take the builder's lease, or that of a part of a build, whose vectors are saved batch by
    batch for the build that follows; `workplace` is a folder for drafts and caches. Raises
    BuildLocked, StoreError."""
    with connect_to_build(server) as connection:
        if part is None:
            take_lease(connection)
        else:
            take_lease(connection, part)
            hold(connection, MODELS_LOCK)  # the tables that its vectors are saved in
        yield PostgresTurn(connection, workplace)


@contextmanager
def connect_to_build(server: Server) -> Iterator[Connection]:
    """A connection for writing; creates the shared tables."""
    with closing(server.connect(writing=True)) as connection, translate_errors(server.label):
        if is_prepared(connection):
            read_generations(connection)  # refuses a part of an index on several servers
        else:
            prepare_database(connection)
        yield connection


@contextmanager
def work_folder(workplace: Path) -> Iterator[Path]:
    """A temporary folder; removes folders of killed processes."""
    with translate_disk_errors(workplace):
        workplace.mkdir(parents=True, exist_ok=True)
        with FileLock(workplace / "lock"):
            for orphan in workplace.glob(f"{_DRAFT}*"):
                with suppress(Timeout), FileLock(orphan / _LOCK, blocking=False):
                    shutil.rmtree(orphan, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=workplace))
            lock = FileLock(folder / _LOCK)
            lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


class PostgresTurn:
    """See `index.store.base.BuildTurn`."""

    def __init__(self, connection: Connection, workplace: Path) -> None:
        self.connection = connection
        self._workplace = workplace
        self.verified_generation = VerifiedGeneration(workplace)
        self.generations = read_generations(connection)
        self.current = current_number(connection)
        self.next_number = max(self.generations, default=0) + 1
        self._new: int | None = None
        self.previous: ReusableTables | None = None
        if (current := self.generations.get(self.current or 0)) is not None:
            generation = current.facts.id
            try:
                if not self.verified_generation.is_recent(generation):
                    verify_generation(connection, current)
                    self.verified_generation.note(generation)
                self.previous = ReusableTables(connection, current)
            except DamagedIndex as error:
                logger.warning("%s; nothing of it is reused", error)

    @property
    def growable(self) -> ReusableTables | None:
        growth = self.previous.own.growth if self.previous else None
        if self.current is None or growth is None or not growth.comparable:
            return None
        if not may_grow(growth.articles, growth.added, growth.gone):
            return None
        # Generations that a rollback put aside or a killed build left block an addition.
        generations = read_generations(self.connection)
        newer = [number for number in generations if number > self.current]
        if newer:
            remove_generations(self.connection, generations, newer)
            if max(read_generations(self.connection)) > self.current:
                return None
        return self.previous

    @contextmanager
    def addition(self) -> Iterator[PostgresAddition]:
        assert self.previous is not None, "growable is checked first"
        with work_folder(self._workplace) as folder:
            try:
                with closing(PostgresAddition(self, self.previous, folder)) as addition:
                    yield addition
            finally:
                self.roll_back()

    @contextmanager
    def put_aside(self) -> Iterator[ReusableTables | None]:
        newest = max(self.generations, default=0)
        newer = self.generations[newest] if newest > (self.current or newest) else None
        yield ReusableTables(self.connection, newer) if newer else None

    def checkpoint(self, model: str, dimension: int) -> nullcontext[PostgresCheckpoint]:
        return nullcontext(PostgresCheckpoint(self.connection, VectorTables(model, dimension)))

    @contextmanager
    def draft(self, *, alike: bool) -> Iterator[PostgresDraft]:
        with work_folder(self._workplace) as folder:
            try:
                before = self._previous_articles(folder) if self.previous else None
                with closing(PostgresDraft(self, folder, before, alike=alike)) as draft:
                    yield draft
            finally:
                self.roll_back()

    def commit(self) -> None:
        """Commit what was loaded; it is not in service yet."""
        self.connection.execute("COMMIT")
        self._new = self.next_number

    def switch(self, draft: Draft) -> None:
        self.commit()
        self.serve()
        self.verified_generation.note(draft.id)
        # Cached for the next build on this machine.
        with suppress(OSError):
            for old in self._workplace.glob("*.sqlite"):
                old.unlink()
            if isinstance(draft, PostgresDraft):
                draft.articles_path.rename(self._workplace / f"{draft.id}.sqlite")

    def serve(self) -> None:
        """Put the committed generation in service."""
        assert self._new is not None, "commit() comes before serve()"
        put_in_service(self.connection, self._new)

    def clean(self) -> None:
        if self._new is not None:
            clean(self.connection, self._new, self.current)
        elif self.current in self.generations:
            before = max((n for n in self.generations if n < self.current), default=None)
            clean(self.connection, self.current, before)

    def new_id(self) -> str:
        ids = [own.facts.id for own in self.generations.values()]
        return new_id(datetime.now(UTC), max(ids, default=None))

    def roll_back(self) -> None:
        """Roll back an open transaction."""
        with suppress(psycopg.Error):
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                self.connection.execute("ROLLBACK")

    def _previous_articles(self, folder: Path) -> Path:
        """The `articles.sqlite` of the generation in service: cached, or downloaded."""
        assert self.previous is not None
        facts = self.previous.facts
        path = self._workplace / f"{facts.id}.sqlite"
        if path.is_file():
            with suppress(StoreError, ValueError), closing(ArticleReader(path)) as reader:
                if reader.fingerprint() == facts.fingerprint:
                    return path
        path = folder / "before.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            StoredRows(self.connection, self.previous.own).write_articles(sheet)
            sheet.finish()
        return path


class PostgresDraft(Draft):
    """See `index.store.draft.Draft`."""

    def __init__(
        self,
        turn: PostgresTurn,
        folder: Path,
        before: Path | None = None,
        *,
        alike: bool = False,
        average_lengths: Mapping[RowKind, float] | None = None,
    ) -> None:
        folder /= "generation"
        super().__init__(
            folder, turn.new_id(), before, alike=alike, average_lengths=average_lengths
        )
        self._connection = turn.connection
        self._number = turn.next_number

    @cached_property
    def written(self) -> WrittenArticles:
        """The articles; needs `end_texts()`."""
        return WrittenArticles.open(self.articles_path, self.articles.likeness)

    def vectors(self, kind: RowKind, model: str, dimension: int) -> PostgresVectors:
        tables = VectorTables(model, dimension)
        return PostgresVectors(self._connection, tables, kind, self.hashes(kind))

    def seal(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        facts = self.facts(build)
        words = {kind: self.build_words(kind, check) for kind in ROW_KINDS}
        load_generation(self._connection, self._number, self.written, facts, words, check)
        return facts


class PostgresAddition:
    """See `index.store.base.Addition`."""

    def __init__(self, turn: PostgresTurn, before: ReusableTables, folder: Path) -> None:
        growth = before.own.growth
        assert growth is not None, "growable is checked first"
        self.writer = PostgresDraft(turn, folder, average_lengths=growth.average_lengths)
        self._turn = turn
        self._before = before
        self._folder = folder

    def take(self, ids: Collection[str]) -> None:
        if not ids:
            return
        path = self._folder / "related.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            unload_articles(self._turn.connection, self._before.own.number, ids, sheet)
            sheet.finish()
        self.writer.attach(path)
        self.writer.articles.take(ids)

    def seal(
        self,
        deleted_ids: Collection[str],
        deleted_sources: Collection[str],
        build: BuildFacts,
        check: StopCheck,
    ) -> GenerationFacts:
        writer, turn = self.writer, self._turn
        sources = {row.location for row in writer.reader.sources()} | set(deleted_sources)
        before = self._before
        facts = grown_facts(
            writer.id, before.facts, writer.facts(build), before.deleted(deleted_ids), build
        )
        words = {kind: writer.build_words(kind, check) for kind in ROW_KINDS}
        change = Change(facts, writer.written, words, deleted_ids, sources)
        loader = AdditionLoader(turn.connection, before.own, turn.next_number, self._folder)
        loader.load(change, check)
        turn.commit()
        return facts

    def switch(self) -> None:
        self._turn.serve()
        self._turn.verified_generation.note_addition(self.writer.id, self._before.facts.id)

    def close(self) -> None:
        self.writer.close()
