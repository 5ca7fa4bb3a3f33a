"""A generation in PostgreSQL as a build sees it, to compare with, reuse and add to."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

from index.store.articles import TITLE_COLUMNS, SqlArticles
from index.store.generation import ROW_KINDS, GenerationFacts, RowKind
from index.store.growth import DeletedArticles
from index.store.postgres.connections import Connection
from index.store.postgres.layout import Row, compose, fetch, schema_of
from index.store.postgres.manifest import PostgresManifest
from index.store.postgres.vector_tables import stream
from index.store.postgres.vectors import POSTGRES

_HASHES: dict[RowKind, str] = {
    "passages": "SELECT p.hash FROM {g}.articles a JOIN {g}.passages p ON p.article = a.number",
    "sentences": "SELECT s.hash FROM {g}.articles a JOIN {g}.passages p ON p.article = a.number "
    "JOIN {g}.sentences s ON s.passage = p.number",
}


class PostgresPrevious(SqlArticles):
    """See `index.store.build.PreviousGeneration`."""

    _dialect = POSTGRES

    def __init__(self, connection: Connection, own: PostgresManifest) -> None:
        self.facts: GenerationFacts = own.facts
        self.own = own
        self._connection = connection

    def titles(self) -> Iterator[Row]:
        query = compose(f"SELECT {TITLE_COLUMNS} FROM {{g}}.articles", g=schema_of(self.own.number))
        return stream(self._connection, query, ["text", "text", "bytea", "text"])

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> list[str]:
        query = (
            "SELECT DISTINCT id FROM unnest(%s::bigint[]) AS key CROSS JOIN LATERAL "
            "(SELECT id FROM {g}.articles WHERE likeness @> ARRAY[key] LIMIT %s) AS alike"
        )
        signed_keys = keys.astype(np.int64).tolist()  # PostgreSQL has no unsigned integers
        return [row[0] for row in self.rows(query, signed_keys, most)]

    def deleted(self, ids: Collection[str]) -> DeletedArticles:
        passages, sentences = (len(self._hashes(kind, ids)) for kind in ROW_KINDS)
        return DeletedArticles(self.entries(ids), self.signed(ids), passages, sentences)

    def _hashes(self, kind: RowKind, ids: Collection[str]) -> list[bytes]:
        return [
            bytes(row[0]) for row in self.rows(f"{_HASHES[kind]} WHERE a.id = ANY(%s)", list(ids))
        ]

    def rows(self, query: str, *values: object) -> list[Row]:
        return fetch(self._connection, self.own.number, query, *values)
