"""The vectors of a build: stored, saved by earlier builds, or new."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from psycopg import sql

from index.models.base import IntArray, Vectors
from index.store.build_turn import (
    Hashes,
    VectorSource,
    as_hashes,
)
from index.store.generation import RowKind
from index.store.postgres.connections import Connection
from index.store.postgres.schema import compose
from index.store.postgres.vector_tables import (
    VectorTables,
    parse_vector,
    send_vectors,
    stage_table,
    stage_vectors,
    stream,
)


class PostgresCheckpoint:
    """See `index.store.build_turn.VectorCheckpoint`."""

    def __init__(self, connection: Connection, tables: VectorTables) -> None:
        self._connection = connection
        self._tables = tables
        tables.create(connection)
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def source(self) -> VectorSource:
        hashes, ids = bytearray(), array("q")
        query = compose("SELECT id, hash FROM {kept} ORDER BY id", kept=self._tables.kept)
        for number, own in stream(self._connection, query, ["int8", "bytea"]):
            ids.append(number)
            hashes += own
        self._rows = len(ids)
        rows = _KeptRows(self._connection, self._tables, np.array(ids))
        return VectorSource(as_hashes(hashes), rows.vectors)

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        send_vectors(self._connection, self._tables.kept, as_hashes(hashes), vectors)
        self._rows += len(vectors)


@dataclass(frozen=True, slots=True)
class _KeptRows:
    """Saved vectors by row, from their ids."""

    connection: Connection
    tables: VectorTables
    ids: IntArray

    def vectors(self, rows: IntArray) -> Vectors:
        query = compose(
            "SELECT id, vector FROM {kept} WHERE id = ANY(%s::bigint[])", kept=self.tables.kept
        )
        ids = self.ids[rows].tolist()
        by_id = dict(self.connection.execute(query, [ids], binary=True).fetchall())
        vectors = [parse_vector(by_id[number]) for number in ids]
        return np.array(vectors, dtype=np.float32).reshape(len(ids), self.tables.dimension)


class PostgresVectors:
    """See `index.store.build_turn.VectorWriter`."""

    def __init__(
        self, connection: Connection, tables: VectorTables, kind: RowKind, hashes: Hashes
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._kind: RowKind = kind
        self._hashes = hashes
        tables.create(connection)
        stage_vectors(connection, kind, tables.dimension)

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        send_vectors(self._connection, stage_table(self._kind), self._hashes[rows], vectors)

    def finish(self) -> None:
        query = sql.SQL("ANALYZE pg_temp.{}").format(stage_table(self._kind))
        self._connection.execute(query)
