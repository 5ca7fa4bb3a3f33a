"""Builds at work in a database, from the lease to the last generation removed, and parts of builds.

A generation is written into files on this machine first, as any other (`index.store.files`), then
goes to the servers whole, in one transaction each: a build that is killed leaves nothing there but
the vectors of its finished batches.

A part makes no generation and holds no builder's lease: what it embeds is kept, batch by batch, for
the build that comes after. The tables of its model stay as long as it is at work.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psycopg
from filelock import FileLock, Timeout
from psycopg.pq import TransactionStatus

from index.errors import DamagedIndex, StoreError
from index.store.article_writer import ArticleDatabase
from index.store.articles import ArticleReader, SourceRow
from index.store.build_turn import (
    Addition,
    BuildPart,
    GenerationWriter,
    GrowableGeneration,
    Hashes,
    StopCheck,
    VectorSource,
    as_bytes,
    as_hashes,
)
from index.store.disk import translate_disk_errors
from index.store.files.draft import FileDraft
from index.store.files.layout import new_id
from index.store.postgres.cluster import claim_cluster
from index.store.postgres.connections import (
    MODELS_LOCK,
    Connection,
    Server,
    connect_all,
    hold,
    take_lease,
    translate_errors,
)
from index.store.postgres.generation import ServerFacts
from index.store.postgres.generations import (
    KnownGenerations,
    clean,
    current_number,
    put_in_service,
    verify_generation,
)
from index.store.postgres.load import (
    KINDS,
    GenerationLoader,
    WrittenArticles,
    stored_hashes,
    stream,
    unload_articles,
)
from index.store.postgres.schema import VectorTables, compose, fetch
from index.store.postgres.vectors import PostgresKept, PostgresVectors, SharedVectors
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
        found = KnownGenerations.on(connections)
        self.known = found.whole
        self.current = current_number(connections[0])
        self.next_number = found.newest + 1
        self._new: int | None = None
        self.previous: PostgresKnown | None = None
        if (current := self.known.get(self.current or 0)) is not None:
            try:
                verify_generation(servers, connections, current)
                self.previous = PostgresKnown(connections, current[0])
            except DamagedIndex as error:
                logger.warning("%s; nothing of it is reused", error)

    @property
    def growable(self) -> GrowableGeneration | None:
        return None  # a generation is written whole

    def addition(self) -> AbstractContextManager[Addition]:
        raise NotImplementedError

    @property
    def shown(self) -> str:
        """The servers' addresses, without what is secret in them."""
        return " ".join(each.shown for each in self._servers)

    @contextmanager
    def put_aside(self) -> Iterator[PostgresKnown | None]:
        newest = max(self.known, default=0)
        newer = self.known[newest] if newest > (self.current or newest) else None
        yield PostgresKnown(self.connections, newer[0]) if newer else None

    def kept_vectors(self, model: str, dimension: int) -> PostgresKept:
        return PostgresKept(self.connections, VectorTables(model, dimension))

    @contextmanager
    def draft(self, *, alike: bool) -> Iterator[PostgresDraft]:
        known = [each[0].facts.id for each in self.known.values()]
        generation = new_id(datetime.now(UTC), max(known, default=None))
        with work_folder(self._workplace) as folder:
            try:
                before = self._before(folder) if self.previous else None
                with (
                    closing(PostgresDraft(folder, generation, before, alike, self)) as draft,
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
            unload_articles(self.connections, self.previous.number, sheet)
            sheet.finish()
        return path


class PostgresKnown:
    """See `index.store.build_turn.KnownGeneration`."""

    def __init__(self, connections: Sequence[Connection], own: ServerFacts) -> None:
        self.facts: GenerationFacts = own.facts
        self.number = own.number
        self._connections = connections

    def sources(self) -> Iterator[SourceRow]:
        query = "SELECT location, shown, url, digest, articles, skipped FROM {g}.sources ORDER BY 1"
        return map(SourceRow._make, fetch(self._connections[0], self.number, query))

    def left_out(self) -> frozenset[str]:
        rows = fetch(self._connections[0], self.number, "SELECT id FROM {g}.left_out")
        return frozenset(row[0] for row in rows)

    def holds(self, article_id: str) -> bool:
        query = "SELECT FROM {g}.articles WHERE id = %s"
        return any(fetch(each, self.number, query, article_id) for each in self._connections)

    def vector_source(self, kind: RowKind) -> VectorSource:
        """All that the servers have of its model, those of other generations too."""
        tables = VectorTables(self.facts.model, self.facts.dimension)
        joined = bytearray()
        for connection in self._connections:
            query = compose("SELECT hash FROM {v}", v=tables.of(kind))
            for (own,) in stream(connection, query, ["bytea"]):
                joined += own
        hashes = as_hashes(joined)
        return VectorSource(hashes, SharedVectors(self._connections, tables, kind, hashes))


class PostgresDraft(FileDraft):
    """See `index.store.build_turn.GenerationWriter`."""

    def __init__(
        self, folder: Path, generation: str, before: Path | None, alike: bool, turn: PostgresTurn
    ) -> None:
        super().__init__(folder / "generation", generation, before, alike=alike)
        self._connections = turn.connections
        self._number = turn.next_number

    @cached_property
    def _placed(self) -> WrittenArticles:
        """Asked for once the texts have ended."""
        return WrittenArticles.open(self.articles_path, len(self._connections))

    def vectors(self, kind: RowKind, model: str, dimension: int) -> PostgresVectors:
        tables = VectorTables(model, dimension)
        return PostgresVectors(self._connections, tables, kind, self.hashes(kind), self._placed)

    def seal(self, terms: BuildTerms, check: StopCheck) -> GenerationFacts:
        facts = self.facts(terms)
        words = {kind: self.build_words(kind, check) for kind in KINDS}
        loader = GenerationLoader(self._connections, self._number, self._placed)
        loader.load(facts, words, check)
        return facts


@contextmanager
def postgres_part(
    servers: Sequence[Server], workplace: Path, part: BuildPart, model: str, dimension: int
) -> Iterator[PostgresPart]:
    """At work on a part, of which nobody else is. `workplace` is a folder for what is read first.

    Raises BuildLocked, StoreError.
    """
    first, tables = servers[0].shown, VectorTables(model, dimension)
    named = f"{part.number}/{part.of}"
    # A lease of this part's own among those of all models, never that of a build.
    digest = blake2b(f"{tables.tag} {named}".encode(), digest_size=4).digest()
    number = int.from_bytes(digest) % (2**31 - 1) + 1
    with translate_errors(first), open_connections(servers) as connections:
        take_lease(connections[0], first, number, named)
        for connection in connections:
            hold(connection, MODELS_LOCK)
        yield PostgresPart(connections, workplace, tables)


class PostgresPart:
    """See `index.store.build_turn.PartTurn`; `connections` are to the servers, in their order."""

    def __init__(
        self, connections: Sequence[Connection], workplace: Path, tables: VectorTables
    ) -> None:
        self.kept = PostgresKept(connections, tables)
        self._connections = connections
        self._workplace = workplace
        self._tables = tables
        # A build takes the vectors of the generation in service again, where it is of this model.
        whole = KnownGenerations.on(connections).whole
        current = whole.get(current_number(connections[0]) or 0)
        self._reused = current is not None and tables.are_of(current[0].facts)

    @contextmanager
    def draft(self) -> Iterator[FileDraft]:
        with (
            work_folder(self._workplace) as folder,
            closing(FileDraft(folder / "generation", "part", None, alike=False)) as draft,
        ):
            yield draft

    def stored(self, kind: RowKind, hashes: Hashes) -> npt.NDArray[np.bool_]:
        wanted = as_bytes(hashes)
        stored = self.kept.stored(hashes)
        if self._reused:
            for each in self._connections:
                stored |= stored_hashes(each, self._tables, [kind], wanted)
        return np.array([each in stored for each in wanted], dtype=bool)
