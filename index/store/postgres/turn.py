"""One build at work in a database, from the lease to the last generation removed.

A generation is written into files on this machine first, as any other (`index.store.files`), then
goes to the servers whole, in one transaction each: a build that is killed leaves nothing there but
the vectors of its finished batches.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from filelock import FileLock, Timeout
from psycopg.pq import TransactionStatus

from index.errors import BuildLocked, DamagedIndex, StoreError
from index.store.build_turn import (
    GenerationWriter,
    SourceRow,
    StopCheck,
    VectorSource,
    as_hashes,
)
from index.store.disk import translate_disk_errors
from index.store.files.article_writer import ArticleDatabase
from index.store.files.articles import BulkReader
from index.store.files.draft import FileDraft
from index.store.files.layout import new_id
from index.store.postgres.articles import fetch
from index.store.postgres.cluster import claim_cluster
from index.store.postgres.connections import (
    Connection,
    Server,
    lease_holder,
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
    stream,
    unload_articles,
)
from index.store.postgres.schema import (
    VectorTables,
    composed,
)
from index.store.postgres.vectors import PostgresKept, PostgresVectors, SharedVectors
from index.store.reader import GenerationFacts, RowKind

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
        if not take_lease(connections[0]):
            raise _locked(connections[0], first)
        yield PostgresTurn(servers, connections, workplace)


@contextmanager
def open_connections(servers: Sequence[Server]) -> Iterator[list[Connection]]:
    """A connection for writing to each, in their order, all of one cluster and prepared."""
    with ExitStack() as opened:
        connections = []
        for server in servers:
            connection = server.connect(writing=True)
            opened.callback(connection.close)
            connections.append(connection)
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


def _locked(connection: Connection, shown: str) -> BuildLocked:
    holder = lease_holder(connection)
    if holder is None:
        return BuildLocked("build-locked", shown=shown)
    name, since = holder
    moment = since.astimezone()
    return BuildLocked(
        "build-locked-by", shown=shown, process=name, since=f"{moment:%Y-%m-%d %H:%M:%S}"
    )


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
        self.previous = self._trusted()

    def _trusted(self) -> PostgresKnown | None:
        """The generation in service if it is as it was written, whatever its model."""
        current = self.known.get(self.current or 0)
        if current is None:
            return None
        try:
            verify_generation(self._servers, self.connections, current)
        except DamagedIndex as error:
            logger.warning("%s; nothing of it is reused", error)
            return None
        return PostgresKnown(self.connections, current[0])

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
        draft: PostgresDraft | None = None
        with work_folder(self._workplace) as folder:
            try:
                before = self._before(folder) if self.previous else None
                place = folder / "generation"
                draft = PostgresDraft(
                    place, generation, before, alike, self.connections, self.next_number
                )
                with translate_errors(self._servers[0].shown):
                    yield draft
            finally:
                if draft is not None:
                    draft.close()
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
        if isinstance(draft, PostgresDraft):
            self._remember(draft)

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
            with suppress(StoreError, ValueError):
                reader = BulkReader(path)
                try:
                    if reader.fingerprint() == facts.fingerprint:
                        return path
                finally:
                    reader.close()
        path = folder / "before.sqlite"
        sheet = ArticleDatabase(path)
        try:
            unload_articles(self.connections, self.previous.number, sheet)
            sheet.finish()
        finally:
            sheet.close()
        return path

    def _remember(self, draft: PostgresDraft) -> None:
        """Keep the file of articles for the next build on this machine, which then need not ask."""
        with suppress(OSError):
            for old in self._workplace.glob("*.sqlite"):
                old.unlink()
            draft.articles_path.rename(self._workplace / f"{draft.id}.sqlite")


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
            query = composed("SELECT hash FROM {v}", v=tables.of(kind))
            for (own,) in stream(connection, query, ["bytea"]):
                joined += own
        hashes = as_hashes(joined)
        return VectorSource(hashes, SharedVectors(self._connections, tables, kind, hashes))


class PostgresDraft(FileDraft):
    """See `index.store.build_turn.GenerationWriter`."""

    def __init__(
        self,
        folder: Path,
        generation: str,
        before: Path | None,
        alike: bool,
        connections: Sequence[Connection],
        number: int,
    ) -> None:
        super().__init__(folder, generation, before, alike=alike)
        self._connections = connections
        self._number = number
        self._placed: WrittenArticles | None = None

    def end_texts(self) -> None:
        super().end_texts()
        self._placed = WrittenArticles.open(self.articles_path, len(self._connections))

    def vectors(self, kind: RowKind, model: str, dimension: int) -> PostgresVectors:
        tables = VectorTables(model, dimension)
        written = self._written_articles
        return PostgresVectors(self._connections, tables, kind, self.hashes(kind), written)

    def seal(
        self,
        *,
        model: str,
        dimension: int,
        built_at: datetime,
        roots: Sequence[str],
        rules: str,
        copies: int,
        check: StopCheck,
    ) -> GenerationFacts:
        reader = self.written
        facts = GenerationFacts(
            id=self.id,
            model=model,
            dimension=dimension,
            built_at=built_at,
            articles=reader.own(),
            passages=self.passages.passages,
            sentences=self.passages.sentences,
            languages=reader.languages(),
            fingerprint=reader.fingerprint(),
            roots=tuple(roots),
            rules=rules,
            copies=copies,
        )
        words = {kind: self.build_words(kind, check) for kind in KINDS}
        loader = GenerationLoader(self._connections, self._number, self._written_articles)
        loader.load(facts, words, check)
        return facts

    @property
    def _written_articles(self) -> WrittenArticles:
        assert self._placed is not None, "rows have their places once the texts have ended"
        return self._placed
