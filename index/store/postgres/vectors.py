"""The vectors of a build: stored, saved by earlier builds, or new."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from psycopg import sql

from index.models.base import IntArray, Vectors
from index.store.build_turn import (
    Hashes,
    StoredVectors,
    VectorSource,
    as_bytes,
    as_hashes,
    hash_halves,
)
from index.store.postgres.connections import Connection
from index.store.postgres.new_rows import WrittenArticles
from index.store.postgres.schema import compose
from index.store.postgres.vector_tables import (
    VectorTables,
    parse_vector,
    send_vectors,
    stage_table,
    stage_vectors,
    stream,
    vectors_by_hash,
)
from index.store.reader import RowKind


@dataclass(frozen=True, slots=True)
class SharedVectors:
    """Vectors already on the servers, by the hashes of their texts."""

    connections: Sequence[Connection]
    tables: VectorTables
    kind: RowKind
    hashes: Hashes

    def vectors(self, rows: IntArray) -> Vectors:
        return _by_hash(
            self.connections, self.tables, self.kind, self.hashes[rows], with_staged=False
        )


class PostgresCheckpoint:
    """See `index.store.build_turn.VectorCheckpoint`; hashes determine the servers."""

    def __init__(self, connections: Sequence[Connection], tables: VectorTables) -> None:
        self._connections = connections
        self._tables = tables
        for connection in connections:
            tables.create(connection)
        self._saved_rows = 0
        self._added_rows = 0

    def __len__(self) -> int:
        return self._saved_rows + self._added_rows

    def source(self) -> VectorSource:
        hashes, ids, places = bytearray(), array("q"), array("h")
        for place, connection in enumerate(self._connections):
            query = compose("SELECT id, hash FROM {kept} ORDER BY id", kept=self._tables.kept)
            for number, own in stream(connection, query, ["int8", "bytea"]):
                ids.append(number)
                hashes += own
                places.append(place)
        self._saved_rows = len(ids)
        rows = _KeptRows(self._connections, self._tables, np.array(ids), np.array(places))
        return VectorSource(as_hashes(hashes), rows)

    def find_stored(self, hashes: Hashes) -> set[bytes]:
        """The hashes among these whose vectors are saved."""
        query = compose("SELECT hash FROM {kept} WHERE hash = ANY(%s)", kept=self._tables.kept)
        found_hashes: set[bytes] = set()
        for place, connection in enumerate(self._connections):
            hash_list = as_bytes(hashes[self._places(hashes) == place])
            rows = connection.execute(query, [hash_list], binary=True)
            found_hashes.update(bytes(row[0]) for row in rows)
        return found_hashes

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        own = as_hashes(hashes)
        places = self._places(own)
        for place, connection in enumerate(self._connections):
            here = np.flatnonzero(places == place)
            if len(here):
                send_vectors(connection, self._tables.kept, own[here], vectors[here])
        self._added_rows += len(vectors)

    def close(self) -> None:
        pass

    def _places(self, hashes: Hashes) -> IntArray:
        """By the second half of the hash: parts are split by the first."""
        return (hash_halves(hashes)[:, 1] % len(self._connections)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _KeptRows:
    """Saved vectors by row: the place of the server, and the id there."""

    connections: Sequence[Connection]
    tables: VectorTables
    ids: IntArray
    places: npt.NDArray[np.int16]

    def vectors(self, rows: IntArray) -> Vectors:
        query = compose(
            "SELECT id, vector FROM {kept} WHERE id = ANY(%s::bigint[])", kept=self.tables.kept
        )
        vectors = np.empty((len(rows), self.tables.dimension), dtype=np.float32)
        for place, connection in enumerate(self.connections):
            here = np.flatnonzero(self.places[rows] == place)
            ids = self.ids[rows[here]].tolist()
            by_id: dict[int, bytes] = dict(connection.execute(query, [ids], binary=True).fetchall())
            for row, each in zip(here, ids, strict=True):
                vectors[row] = parse_vector(by_id[each])
        return vectors


class PostgresVectors:
    """See `index.store.build_turn.VectorWriter`; vectors go to the servers of their articles."""

    def __init__(
        self,
        connections: Sequence[Connection],
        tables: VectorTables,
        kind: RowKind,
        hashes: Hashes,
        articles: WrittenArticles,
    ) -> None:
        self._connections = connections
        self._tables = tables
        self._kind: RowKind = kind
        self._hashes = hashes
        self._places = articles.places(kind)
        for connection in connections:
            tables.create(connection)
            stage_vectors(connection, kind, tables.dimension)

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        for place, connection in enumerate(self._connections):
            here = np.flatnonzero(self._places[rows] == place)
            if len(here):
                send_vectors(
                    connection, stage_table(self._kind), self._hashes[rows[here]], vectors[here]
                )

    def put_again(self, rows: IntArray, source: StoredVectors, source_rows: IntArray) -> None:
        if not isinstance(source, SharedVectors):
            self.put(rows, source.vectors(source_rows))

    def get(self, rows: IntArray) -> Vectors:
        hashes = self._hashes[rows]
        return _by_hash(self._connections, self._tables, self._kind, hashes, with_staged=True)

    def finish(self) -> None:
        query = sql.SQL("ANALYZE pg_temp.{}").format(stage_table(self._kind))
        for connection in self._connections:
            connection.execute(query)


def _by_hash(
    connections: Sequence[Connection],
    tables: VectorTables,
    kind: RowKind,
    hashes: Hashes,
    *,
    with_staged: bool,
) -> Vectors:
    """Vectors of these hashes, shape (len(hashes), d), from all servers."""
    by_hash: dict[bytes, Vectors] = {}
    for connection in connections:
        by_hash |= vectors_by_hash(connection, tables, kind, hashes, with_staged=with_staged)
    rows = [by_hash[each] for each in as_bytes(hashes)]
    return np.array(rows, dtype=np.float32).reshape(len(rows), tables.dimension)
