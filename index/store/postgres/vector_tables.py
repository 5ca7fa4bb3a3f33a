"""The vector tables of a model, and the transfer of vectors."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from psycopg import sql

from index.errors import StoreError
from index.models.base import Vectors
from index.store.build import HASH_SIZE, Hashes
from index.store.generation import ROW_KINDS, GenerationFacts, RowKind
from index.store.postgres.connections import Connection
from index.store.postgres.layout import PREPARING, compose, give_memory

MOST_DIMENSIONS = 4_000  # pgvector's limit for indexes in half precision
_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)  # of binary COPY
_END = struct.pack(">h", -1)
_VECTORS = """
CREATE TABLE {table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    vector vector({dimension}) NOT NULL
)
"""
# Vectors of unfinished builds, two of which may have embedded the same text.
_KEPT = """
CREATE TABLE {table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL,
    vector vector({dimension}) NOT NULL
);
CREATE INDEX ON {table} (hash)
"""
_PLAIN = "ALTER TABLE {table} ALTER vector SET STORAGE PLAIN"
_IN_ROW = 1_900  # maximum dimension of a vector that fits into a page with its row
_NEAREST = """
CREATE INDEX IF NOT EXISTS {index} ON {table}
USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)
"""


@dataclass(frozen=True, slots=True)
class VectorTables:
    """The vector tables of a model."""

    model: str
    dimension: int

    def are_of(self, facts: GenerationFacts) -> bool:
        return (facts.model, facts.dimension) == (self.model, self.dimension)

    @property
    def tag(self) -> str:
        return blake2b(f"{self.model}\0{self.dimension}".encode(), digest_size=8).hexdigest()

    def of(self, kind: RowKind) -> sql.Identifier:
        return sql.Identifier("selon", f"{kind}_{self.tag}")

    def nearest(self, kind: RowKind) -> str:
        """Name of the HNSW index."""
        return f"{kind}_{self.tag}_nearest"

    @property
    def kept(self) -> sql.Identifier:
        return sql.Identifier("selon", f"kept_{self.tag}")

    @property
    def half(self) -> sql.Composable:
        """Type of the indexed vectors."""
        return sql.SQL("halfvec({})").format(sql.Literal(self.dimension))

    def create(self, connection: Connection) -> None:
        """Raises StoreError if pgvector cannot index so many dimensions."""
        if self.dimension > MOST_DIMENSIONS:
            raise StoreError("postgres-dimensions", dimension=self.dimension, most=MOST_DIMENSIONS)
        if self._exists(connection):
            return
        size = sql.Literal(self.dimension)
        tables = [(self.kept, _KEPT), *((self.of(kind), _VECTORS) for kind in ROW_KINDS)]
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
            if self._exists(connection):
                return
            for table, query in tables:
                connection.execute(compose(query, table=table, dimension=size))
                if self.dimension <= _IN_ROW:
                    connection.execute(compose(_PLAIN, table=table))
            connection.execute(
                "INSERT INTO selon.models VALUES (%s, %s, %s)",
                [self.tag, self.model, self.dimension],
            )

    def _exists(self, connection: Connection) -> bool:
        query = "SELECT FROM selon.models WHERE tag = %s"
        return connection.execute(query, [self.tag]).fetchone() is not None

    def drop(self, connection: Connection) -> None:
        for table in (self.kept, *map(self.of, ROW_KINDS)):
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        connection.execute("DELETE FROM selon.models WHERE tag = %s", [self.tag])

    def index(self, connection: Connection, kind: RowKind) -> None:
        """Create the HNSW index; later vectors are added to it one by one."""
        give_memory(connection)
        connection.execute(
            compose(
                _NEAREST,
                index=sql.Identifier(self.nearest(kind)),
                table=self.of(kind),
                dimension=sql.Literal(self.dimension),
            )
        )


def send_rows(
    connection: Connection, table: sql.Composable, hashes: Hashes, vectors: Vectors | None = None
) -> None:
    """COPY hashes to a table, with their vectors, shape (len(hashes), d), or alone."""
    # `V` items, since NumPy would cut the trailing zeros of `S` items.
    fields: list[Any] = [("fields", ">i2"), ("hash_size", ">i4"), ("hash", f"V{HASH_SIZE}")]
    if vectors is not None:
        fields += [("vector_size", ">i4"), ("dimension", ">i2"), ("unused", ">i2")]
        fields += [("vector", ">f4", (vectors.shape[1],))]
    rows = np.zeros(len(hashes), dtype=np.dtype(fields))
    rows["fields"], rows["hash_size"] = 1 if vectors is None else 2, HASH_SIZE
    rows["hash"] = np.ascontiguousarray(hashes).view(f"V{HASH_SIZE}")
    if vectors is not None:  # pgvector's binary form: dimension, 0, values
        dimension = vectors.shape[1]
        rows["vector_size"], rows["dimension"] = 4 + 4 * dimension, dimension
        rows["vector"] = vectors
    columns = sql.SQL("hash" if vectors is None else "hash, vector")
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_HEAD)
        copy.write(rows.tobytes())
        copy.write(_END)


def parse_vector(value: bytes) -> Vectors:
    """Parse pgvector's binary form; the result has shape (d,)."""
    return np.frombuffer(value, dtype=">f4", offset=4).astype(np.float32)


def stream(
    connection: Connection, query: sql.Composable, types: list[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query, for large results; `types` are their types."""
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        yield from copy.rows()
