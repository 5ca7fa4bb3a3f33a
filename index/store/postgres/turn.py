"""Builds at work in a database, from the lease to the last generation removed.

A generation is written into files on this machine first, as any other (`index.store.files`), then
goes to the servers whole, in one transaction each: a build that is killed leaves nothing there but
the vectors of its finished batches.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import psycopg
from filelock import FileLock, Timeout
from psycopg.pq import TransactionStatus

from index.errors import DamagedIndex, StoreError
from index.store.article_writer import ArticleDatabase
from index.store.articles import ArticleReader
from index.store.build_turn import GenerationWriter, StopCheck
from index.store.disk import translate_disk_errors
from index.store.files.draft import FileDraft
from index.store.files.layout import new_id
from index.store.growth import grown_facts, may_grow
from index.store.postgres.addition import AdditionLoader, Change
from index.store.postgres.cluster import claim_cluster
from index.store.postgres.connections import (
    Connection,
    Server,
    connect_all,
    take_lease,
    translate_errors,
)
from index.store.postgres.generations import (
    KnownGenerations,
    VerifiedGeneration,
    clean,
    current_number,
    put_in_service,
    remove_generations,
    verify_generation,
)
from index.store.postgres.known import PostgresKnown
from index.store.postgres.load import GenerationLoader
from index.store.postgres.new_rows import WrittenArticles
from index.store.postgres.unload import StoredRows, put_some
from index.store.postgres.vector_tables import KINDS, VectorTables
from index.store.postgres.vectors import PostgresKept, PostgresVectors
from index.store.reader import BuildTerms, GenerationFacts, RowKind

logger = logging.getLogger(__name__)

_DRAFT = "draft-"
_LOCK = "lock"


@contextmanager
def postgres_turn(servers: Sequence[Server], workplace: Path) -> Iterator[PostgresTurn]:
    """Alone in the database. `workplace` is a folder for what is written first.

    Raises BuildLocked, StoreError.
    """
    first = servers[0].shown
    with translate_errors(first), open_connections(servers) as connections:
        take_lease(connections[0], first)
        yield PostgresTurn(servers, connections, workplace)


@contextmanager
def open_connections(servers: Sequence[Server]) -> Iterator[list[Connection]]:
    """A connection for writing to each, in their order, all of one cluster and prepared."""
    with connect_all(servers, writing=True) as connections:
        claim_cluster(servers, connections)
        yield connections


@contextmanager
def work_folder(workplace: Path) -> Iterator[Path]:
    """A folder of this work's own; those of work that has ended without tidying go."""
    with translate_disk_errors(workplace):
        workplace.mkdir(parents=True, exist_ok=True)
        with FileLock(workplace / "lock"):
            for left in workplace.glob(f"{_DRAFT}*"):
                with suppress(Timeout), FileLock(left / _LOCK, blocking=False):
                    shutil.rmtree(left, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=workplace))
            lock = FileLock(folder / _LOCK)
            lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


class PostgresTurn:
    """See `index.store.build_turn.BuildTurn`; `connections` are to the servers, in their order."""

    def __init__(
        self, servers: Sequence[Server], connections: Sequence[Connection], workplace: Path
    ) -> None:
        self.connections = connections
        self._servers = servers
        self._workplace = workplace
        self.verified = VerifiedGeneration(workplace)
        generations = KnownGenerations.on(connections)
        self.known = generations.whole
        self.current = current_number(connections[0])
        self.next_number = generations.newest + 1
        self._new: int | None = None
        self.previous: PostgresKnown | None = None
        if (current := self.known.get(self.current or 0)) is not None:
            generation = current[0].facts.id
            try:
                if not self.verified.is_recent(generation):
                    verify_generation(servers, connections, current)
                    self.verified.note(generation)
                self.previous = PostgresKnown(connections, current)
            except DamagedIndex as error:
                logger.warning("%s; nothing of it is reused", error)

    @property
    def growable(self) -> PostgresKnown | None:
        growth = self.previous.own[0].growth if self.previous else None
        if self.current is None or growth is None or not growth.comparable:
            return None
        if not may_grow(growth.articles, growth.added, growth.gone):
            return None
        # What a rollback took out of service, or a killed build left, is in the way.
        generations = KnownGenerations.on(self.connections)
        newer = [
            each
            for each in generations.whole.keys() | generations.partial.keys()
            if each > self.current
        ]
        if newer:
            remove_generations(self.connections, generations, newer)
            if KnownGenerations.on(self.connections).newest > self.current:
                return None
        return self.previous

    @contextmanager
    def addition(self) -> Iterator[PostgresAddition]:
        assert self.previous is not None, "only what can grow is added to"
        with work_folder(self._workplace) as folder:
            try:
                with (
                    closing(PostgresAddition(self, self.previous, self._new_id(), folder)) as it,
                    translate_errors(self._servers[0].shown),
                ):
                    yield it
            finally:
                self.roll_back()

    @property
    def shown(self) -> str:
        """The servers' addresses, without what is secret in them."""
        return " ".join(each.shown for each in self._servers)

    @contextmanager
    def put_aside(self) -> Iterator[PostgresKnown | None]:
        newest = max(self.known, default=0)
        newer = self.known[newest] if newest > (self.current or newest) else None
        yield PostgresKnown(self.connections, newer) if newer else None

    def kept_vectors(self, model: str, dimension: int) -> PostgresKept:
        return PostgresKept(self.connections, VectorTables(model, dimension))

    @contextmanager
    def draft(self, *, alike: bool) -> Iterator[PostgresDraft]:
        with work_folder(self._workplace) as folder:
            try:
                before = self._before(folder) if self.previous else None
                with (
                    closing(PostgresDraft(folder, self._new_id(), before, alike, self)) as draft,
                    translate_errors(self._servers[0].shown),
                ):
                    yield draft
            finally:
                self.roll_back()

    def adopt(self, draft: GenerationWriter) -> None:
        self.commit()

    def commit(self) -> None:
        """Have what was loaded stay; it is not in service yet."""
        for connection in self.connections:
            connection.execute("COMMIT")
        self._new = self.next_number

    def switch(self, draft: GenerationWriter) -> None:
        self.serve()
        self.verified.note(draft.id)
        # Kept for the next build on this machine, which then need not ask the servers.
        with suppress(OSError):
            for old in self._workplace.glob("*.sqlite"):
                old.unlink()
            if isinstance(draft, PostgresDraft):
                draft.articles_path.rename(self._workplace / f"{draft.id}.sqlite")

    def serve(self) -> None:
        """Put what was committed in service."""
        assert self._new is not None, "a generation is committed, then put in service"
        put_in_service(self.connections[0], self._new)

    def clean(self) -> None:
        if self._new is not None:
            clean(self.connections, self._new, self.current)
        elif self.current in self.known:
            before = max((each for each in self.known if each < self.current), default=None)
            clean(self.connections, self.current, before)

    def _new_id(self) -> str:
        known = [each[0].facts.id for each in self.known.values()]
        return new_id(datetime.now(UTC), max(known, default=None))

    def roll_back(self) -> None:
        """Undo what is not committed."""
        for connection in self.connections:
            with suppress(psycopg.Error):
                if connection.info.transaction_status != TransactionStatus.IDLE:
                    connection.execute("ROLLBACK")

    def _before(self, folder: Path) -> Path:
        """The `articles.sqlite` of the generation in service: kept by its build, or made again."""
        assert self.previous is not None
        facts = self.previous.facts
        path = self._workplace / f"{facts.id}.sqlite"
        if path.is_file():
            with suppress(StoreError, ValueError), closing(ArticleReader(path)) as reader:
                if reader.fingerprint() == facts.fingerprint:
                    return path
        path = folder / "before.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            StoredRows(self.connections, self.previous.own[0]).put_articles(sheet)
            sheet.finish()
        return path


class PostgresDraft(FileDraft):
    """See `index.store.build_turn.GenerationWriter`."""

    def __init__(
        self,
        folder: Path,
        generation: str,
        before: Path | None,
        alike: bool,
        turn: PostgresTurn,
        average_lengths: Mapping[RowKind, float] | None = None,
    ) -> None:
        lengths = average_lengths
        super().__init__(
            folder / "generation", generation, before, alike=alike, average_lengths=lengths
        )
        self._connections = turn.connections
        self._number = turn.next_number

    @cached_property
    def placed(self) -> WrittenArticles:
        """Asked for once the texts have ended."""
        servers, likeness = len(self._connections), self.articles.likeness
        return WrittenArticles.open(self.articles_path, servers, likeness)

    def vectors(self, kind: RowKind, model: str, dimension: int) -> PostgresVectors:
        tables = VectorTables(model, dimension)
        return PostgresVectors(self._connections, tables, kind, self.hashes(kind), self.placed)

    def seal(self, terms: BuildTerms, check: StopCheck) -> GenerationFacts:
        facts = self.facts(terms)
        words = {kind: self.build_words(kind, check) for kind in KINDS}
        loader = GenerationLoader(self._connections, self._number, self.placed)
        loader.load(facts, words, check)
        return facts


class PostgresAddition:
    """See `index.store.build_turn.Addition`."""

    def __init__(
        self, turn: PostgresTurn, before: PostgresKnown, generation: str, folder: Path
    ) -> None:
        growth = before.own[0].growth
        assert growth is not None, "only what can grow is added to"
        lengths = growth.average_lengths
        self.writer = PostgresDraft(folder, generation, None, False, turn, lengths)
        self._turn = turn
        self._before = before
        self._folder = folder

    def take(self, ids: Collection[str]) -> None:
        if not ids:
            return
        path = self._folder / "related.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            put_some(self._turn.connections, self._before.number, ids, sheet)
            sheet.finish()
        self.writer.attach(path)
        self.writer.articles.take(ids)

    def seal(
        self,
        gone: Collection[str],
        gone_sources: Collection[str],
        terms: BuildTerms,
        check: StopCheck,
    ) -> GenerationFacts:
        writer, turn = self.writer, self._turn
        own = {row.location for row in writer.written.sources()}
        facts = grown_facts(writer.id, self._before, writer.facts(terms), gone, terms)
        words = {kind: writer.build_words(kind, check) for kind in KINDS}
        change = Change(facts, writer.placed, words, gone, own | set(gone_sources))
        loader = AdditionLoader(turn.connections, self._before, turn.next_number, self._folder)
        loader.load(change, check)
        turn.commit()
        return facts

    def switch(self) -> None:
        self._turn.serve()
        self._turn.verified.note_addition(self.writer.id, self._before.facts.id)

    def close(self) -> None:
        self.writer.close()
