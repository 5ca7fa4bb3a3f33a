"""The vectors of a build: those that servers have already, those kept, those on their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg import sql

from index.models.base import IntArray, Vectors
from index.store.build_turn import HASH_SIZE, Hashes, StoredVectors, VectorSource, as_hashes
from index.store.postgres.connections import Connection
from index.store.postgres.load import (
    WrittenArticles,
    send_new_vectors,
    send_vectors,
    stage_vectors,
    vectors_by_hash,
)
from index.store.postgres.schema import VectorTables, composed
from index.store.reader import RowKind


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
