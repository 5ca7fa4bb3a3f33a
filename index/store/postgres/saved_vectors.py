"""Vectors kept by the hashes of their texts: of generations, or saved by unfinished builds."""

from __future__ import annotations

import numpy as np
from psycopg import sql

from index.models.base import IntArray
from index.store.build import Hashes, MissingVectors, as_hashes
from index.store.generation import RowKind
from index.store.postgres.connections import Connection
from index.store.postgres.layout import compose
from index.store.postgres.vector_tables import VectorTables, send_rows, stream

_WANTED = sql.Identifier("pg_temp", "wanted")


def find_missing(
    connection: Connection, tables: VectorTables, kind: RowKind, hashes: Hashes
) -> MissingVectors:
    """The texts whose vectors are neither in a generation nor saved; the tables are created."""
    tables.create(connection)
    unique, first = np.unique(hashes, return_index=True)
    connection.execute("CREATE TEMPORARY TABLE wanted (hash bytea NOT NULL)")
    try:
        send_rows(connection, _WANTED, unique)
        connection.execute("ANALYZE pg_temp.wanted")
        query = compose(
            "SELECT w.hash, EXISTS (SELECT FROM {kept} k WHERE k.hash = w.hash) FROM {wanted} w "
            "WHERE NOT EXISTS (SELECT FROM {v} v WHERE v.hash = w.hash)",
            kept=tables.kept,
            wanted=_WANTED,
            v=tables.of(kind),
        )
        unknown, saved_texts = bytearray(), 0
        for own, is_saved in stream(connection, query, ["bytea", "bool"]):
            if is_saved:
                saved_texts += 1
            else:
                unknown += own
    finally:
        connection.execute("DROP TABLE pg_temp.wanted")
    rows: IntArray = first[np.searchsorted(unique, as_hashes(unknown))]
    return MissingVectors(np.sort(rows).astype(np.int64), saved_texts)


def place_saved(connection: Connection, tables: VectorTables, kind: RowKind) -> None:
    """Copy the saved vectors that the staged rows lack to those of generations."""
    query = (
        "INSERT INTO {v} (hash, vector) SELECT DISTINCT ON (k.hash) k.hash, k.vector FROM {kept} k "
        "WHERE k.hash IN (SELECT hash FROM {rows}) ON CONFLICT DO NOTHING"
    )
    rows = sql.Identifier(f"rows_{kind}")
    connection.execute(compose(query, v=tables.of(kind), kept=tables.kept, rows=rows))
