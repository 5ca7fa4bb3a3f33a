"""One build at work in a database, from the lease to the last generation removed.

A generation is written into files on this machine first, as any other (`index.store.files`), then
goes to the servers whole, in one transaction each: a build that is killed leaves nothing there but
the vectors of its finished batches.
"""

from __future__ import annotations

import heapq
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from index.article import FINGERPRINTED, corpus_fingerprint
from index.errors import BuildLocked, DamagedIndex, StoreError
from index.models.base import IntArray, Vectors
from index.store.build_turn import (
    HASH_SIZE,
    GenerationWriter,
    Hashes,
    SourceRow,
    StopCheck,
    StoredVectors,
    VectorSource,
    as_hashes,
)
from index.store.disk import translate_disk_errors
from index.store.files.article_writer import ArticleDatabase
from index.store.files.articles import BulkReader
from index.store.files.draft import FileDraft
from index.store.files.layout import new_id
from index.store.postgres.articles import fetch
from index.store.postgres.connections import (
    Connection,
    Server,
    alone,
    lease_holder,
    take_lease,
    translate_errors,
)
from index.store.postgres.generation import ServerFacts
from index.store.postgres.load import (
    KINDS,
    GenerationLoader,
    WrittenArticles,
    send_new_vectors,
    send_vectors,
    stage_vectors,
    unload_articles,
    vectors_by_hash,
)
from index.store.postgres.schema import (
    VectorTables,
    composed,
    drop_generation,
    prepare_database,
    schema_of,
)
from index.store.reader import GenerationFacts, RowKind

logger = logging.getLogger(__name__)

_DRAFT = "draft-"


@contextmanager
def postgres_turn(servers: Sequence[Server], workplace: Path) -> Iterator[PostgresTurn]:
    """Alone in the database. `workplace` is a folder for what is written first.

    Raises BuildLocked, StoreError.
    """
    first = servers[0].shown
    with ExitStack() as opened, translate_errors(first):
        connections = []
        for server in servers:
            connection = server.connect(writing=True)
            opened.callback(connection.close)
            connections.append(connection)
            with translate_errors(server.shown):
                prepare_database(connection)
        if not take_lease(connections[0]):
            raise _locked(connections[0], first)
        with translate_disk_errors(workplace):
            workplace.mkdir(parents=True, exist_ok=True)
        for left in workplace.glob(f"{_DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield PostgresTurn(servers, connections, workplace)


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
            verify(self._servers, self.connections, current)
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
    def draft(self, rules: str) -> Iterator[PostgresDraft]:
        known = [each[0].facts.id for each in self.known.values()]
        generation = new_id(datetime.now(UTC), max(known, default=None))
        with translate_disk_errors(self._workplace):
            folder = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=self._workplace))
        draft: PostgresDraft | None = None
        try:
            before = self._before(folder) if self.previous else None
            alike = self.previous is not None and self.previous.facts.rules == rules
            draft = PostgresDraft(
                folder / "generation", generation, before, alike, self.connections, self.next_number
            )
            with translate_errors(self._servers[0].shown):
                yield draft
        finally:
            if draft is not None:
                draft.close()
            self.roll_back()
            shutil.rmtree(folder, ignore_errors=True)

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
        forget_kept(self.connections)

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
        query = f"SELECT hash FROM {{g}}.{kind}"
        joined = b"".join(
            bytes(row[0]) for each in self._connections for row in fetch(each, self.number, query)
        )
        hashes = as_hashes(joined)
        tables = VectorTables(self.facts.model, self.facts.dimension)
        return VectorSource(hashes, SharedVectors(self._connections, tables, kind, hashes))


class SharedVectors:
    """Vectors that the servers have already, by the hashes of their texts."""

    def __init__(
        self,
        connections: Sequence[Connection],
        tables: VectorTables,
        kind: RowKind,
        hashes: Hashes,
    ) -> None:
        self._connections = connections
        self._tables = tables
        self._kind = kind
        self._hashes = hashes

    def vectors(self, rows: IntArray) -> Vectors:
        return _by_hash(
            self._connections, self._tables, self._kind, self._hashes[rows], staged=False
        )


class PostgresKept:
    """See `index.store.build_turn.KeptVectors`; they lie on the first server."""

    def __init__(self, connections: Sequence[Connection], tables: VectorTables) -> None:
        self._connection = connections[0]
        self._tables = tables
        for connection in connections:
            tables.create(connection)
        rows = self._rows("SELECT id, hash FROM {kept} ORDER BY id")
        self._ids = np.array([row[0] for row in rows], dtype=np.int64)
        self._hashes = as_hashes(b"".join(bytes(row[1]) for row in rows))
        self._added = 0

    def __len__(self) -> int:
        return len(self._ids) + self._added

    def source(self) -> VectorSource:
        return VectorSource(self._hashes, self)

    def vectors(self, rows: IntArray) -> Vectors:
        """Those of some rows of the source."""
        wanted = self._ids[rows].tolist()
        query = "SELECT id, vector::real[] FROM {kept} WHERE id = ANY(%s::bigint[])"
        found = dict(self._rows(query, wanted))
        vectors = np.array([found[each] for each in wanted], dtype=np.float32)
        return vectors.reshape(len(wanted), self._tables.dimension)

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        send_vectors(self._connection, self._tables.kept, as_hashes(hashes), vectors)
        self._added += len(vectors)

    def close(self) -> None:
        pass

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        written = composed(query, kept=self._tables.kept)
        return self._connection.execute(written, values, binary=True).fetchall()


class PostgresVectors:
    """See `index.store.build_turn.VectorWriter`: each text's vector goes where its articles lie."""

    def __init__(
        self,
        connections: Sequence[Connection],
        tables: VectorTables,
        kind: RowKind,
        hashes: Hashes,
        written: WrittenArticles,
    ) -> None:
        self._connections = connections
        self._tables = tables
        self._kind: RowKind = kind
        self._hashes = hashes
        self._places = written.places(kind)
        for connection in connections:
            tables.create(connection)
            stage_vectors(connection, kind, tables.dimension)

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        for place, connection in enumerate(self._connections):
            here = np.flatnonzero(self._places[rows] == place)
            if len(here):
                send_new_vectors(connection, self._kind, self._hashes[rows[here]], vectors[here])

    def put_again(self, rows: IntArray, stored: StoredVectors, kept_from: IntArray) -> None:
        if not isinstance(stored, SharedVectors):
            self.put(rows, stored.vectors(kept_from))

    def get(self, rows: IntArray) -> Vectors:
        hashes = self._hashes[rows]
        return _by_hash(self._connections, self._tables, self._kind, hashes, staged=True)

    def finish(self) -> None:
        for connection in self._connections:
            connection.execute(
                sql.SQL("ANALYZE pg_temp.{}").format(sql.Identifier(f"new_{self._kind}"))
            )


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


def current_number(connection: Connection) -> int | None:
    """The generation in service."""
    found = connection.execute("SELECT number FROM selon.current").fetchone()
    return int(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class KnownGenerations:
    """The generations there are: `whole`, by number, as the servers have those that each has in its
    place; and on which servers there is anything of others."""

    whole: dict[int, list[ServerFacts]]
    partial: dict[int, list[int]]

    @classmethod
    def on(cls, connections: Sequence[Connection]) -> KnownGenerations:
        query = "SELECT number, facts FROM selon.generations"
        found = [
            {number: ServerFacts.from_json(number, told) for number, told in each.execute(query)}
            for each in connections
        ]
        whole: dict[int, list[ServerFacts]] = {}
        partial: dict[int, list[int]] = {}
        for number in sorted(set().union(*found)):
            places = [place for place, each in enumerate(found) if number in each]
            owns = [found[place][number] for place in places]
            if [(own.place, own.servers) for own in owns] == [
                (place, len(found)) for place in range(len(found))
            ]:
                whole[number] = owns
            else:
                partial[number] = places
        return cls(whole, partial)

    @property
    def newest(self) -> int:
        return max([0, *self.whole, *self.partial])


def verify(
    servers: Sequence[Server], connections: Sequence[Connection], own: Sequence[ServerFacts]
) -> None:
    """Count the rows of a generation and compare its articles with what was written.

    PostgreSQL checks its pages itself. Raises DamagedIndex naming the server that differs.
    """
    number, facts = own[0].number, own[0].facts
    articles = []
    for server, connection, each in zip(servers, connections, own, strict=True):
        for table, expected in (
            ("articles", each.articles),
            ("passages", each.passages),
            ("sentences", each.sentences),
        ):
            [(found,)] = fetch(connection, number, f"SELECT count(*) FROM {{g}}.{table}")
            if found != expected:
                raise DamagedIndex(
                    "damaged-rows", shown=server.shown, found=found, expected=expected
                )
        query = f"SELECT {FINGERPRINTED} FROM {{g}}.articles ORDER BY id"
        articles.append(fetch(connection, number, query))
    merged = heapq.merge(*articles, key=lambda row: str(row[0]))
    if corpus_fingerprint(merged) != facts.fingerprint:
        shown = " ".join(each.shown for each in servers)
        raise DamagedIndex("generation-altered", shown=shown, generation=facts.id)


def put_in_service(connection: Connection, number: int) -> None:
    """Readers see the one before or this one, never less: they all ask the first server."""
    connection.execute(
        "INSERT INTO selon.current (number) VALUES (%s) "
        "ON CONFLICT (only_row) DO UPDATE SET number = excluded.number",
        [number],
    )


def forget_kept(connections: Sequence[Connection]) -> None:
    """Remove what was kept, for any model: a generation that is in service has it all."""
    for connection in connections:
        for tables in _models(connection):
            connection.execute(sql.SQL("TRUNCATE {}").format(tables.kept))


def clean(connections: Sequence[Connection], current: int, before: int | None) -> None:
    """Remove all but these that nobody reads, and the vectors that none has any more."""
    known = KnownGenerations.on(connections)
    gone = set()
    everywhere = list(range(len(connections)))
    found = dict.fromkeys(known.whole.keys() - {current, before}, everywhere) | known.partial
    for number, places in found.items():
        with ExitStack() as held:
            holders = [connections[place] for place in places]
            if all(held.enter_context(alone(each, number)) for each in holders):
                for connection in holders:
                    with connection.transaction():
                        drop_generation(connection, number)
                gone.add(number)
    if not gone:
        return
    left = [each[0] for number, each in known.whole.items() if number not in gone]
    for connection in connections:
        for tables in _models(connection):
            _clean_model(connection, tables, [each for each in left if _is_of(each.facts, tables)])


def _clean_model(connection: Connection, tables: VectorTables, own: list[ServerFacts]) -> None:
    if not own:
        tables.drop(connection)
        return
    for kind in KINDS:
        unused = sql.SQL(" AND ").join(
            sql.SQL("NOT EXISTS (SELECT FROM {}.{} r WHERE r.vector = v.id)").format(
                schema_of(each.number), sql.Identifier(kind)
            )
            for each in own
        )
        connection.execute(sql.SQL("DELETE FROM {} v WHERE {}").format(tables.of(kind), unused))


def _is_of(facts: GenerationFacts, tables: VectorTables) -> bool:
    return (facts.model, facts.dimension) == (tables.model, tables.dimension)


def _models(connection: Connection) -> list[VectorTables]:
    rows = connection.execute("SELECT model, dimension FROM selon.models").fetchall()
    return [VectorTables(model, dimension) for model, dimension in rows]


def _by_hash(
    connections: Sequence[Connection],
    tables: VectorTables,
    kind: RowKind,
    hashes: Hashes,
    *,
    staged: bool,
) -> Vectors:
    """Their vectors, shape (len(hashes), d), wherever they lie."""
    found: dict[bytes, Vectors] = {}
    for connection in connections:
        found |= vectors_by_hash(connection, tables, kind, hashes, staged=staged)
    wanted = np.ascontiguousarray(hashes).view(f"V{HASH_SIZE}")
    rows = [found[each.tobytes()] for each in wanted]
    return np.array(rows, dtype=np.float32).reshape(len(rows), tables.dimension)
