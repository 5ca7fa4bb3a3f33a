"""Read rows from PostgreSQL: a whole generation by COPY, or some of its articles."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from index.errors import DamagedIndex
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleDatabase, LikenessKeys
from index.store.generation import ROW_KINDS, RowKind
from index.store.postgres.connections import Connection
from index.store.postgres.layout import column_names, compose, fetch, schema_of
from index.store.postgres.load import AT_ONCE
from index.store.postgres.manifest import PostgresManifest
from index.store.postgres.vector_tables import VectorTables, parse_vector, stream

_TYPES = {
    "articles": [*("int8", "text", "bytea", "text", "int8"), *["text"] * 14, "bytea", "text"],
    "passages": ["int8", "int8", "int4", "int4", "text", "int8", "int4", "bytea"],
    "sentences": ["int8", "int8", "int4", "int4", "int8", "bytea"],
    "sources": ["text", "text", "text", "bytea", "text", "text"],
    "left_out": ["text"],
}
# The columns that `articles.sqlite` has, which come first and in the same order.
_NAMES = {
    table: [name for name in column_names(table) if name not in ("opening", "vector", "words")]
    for table in _TYPES
} | {"articles": column_names("articles")[:-1]}
_SELECT = {
    table: f"SELECT {', '.join(names)} FROM {{g}}.{table}" for table, names in _NAMES.items()
}


@dataclass(frozen=True)
class StoredRows:
    """The rows of a generation, renumbered without the gaps that additions leave."""

    connection: Connection
    own: PostgresManifest

    def write_articles(self, sheet: ArticleDatabase) -> LikenessKeys | None:
        """Write articles, passages and sentences to a new `articles.sqlite`; return the likeness
        keys, if known."""
        _insert(sheet, "articles", self._rows("articles"))
        passage, sentence = self._number["passages"], self._number["sentences"]
        passages = (
            (passage(number), article, start, stop, heading, sentence(first), count, digest)
            for number, article, start, stop, heading, first, count, digest in self._rows(
                "passages"
            )
        )
        _insert(sheet, "passages", passages)
        sentences = (
            (sentence(number), passage(owner), *span, None if lead is None else sentence(lead), own)
            for number, owner, *span, lead, own in self._rows("sentences")
        )
        _insert(sheet, "sentences", sentences)
        for table in ("sources", "left_out"):
            _insert(sheet, table, self._stream(_SELECT[table], _TYPES[table]))
        return self._likeness()

    def send_vectors(
        self, tables: VectorTables, kind: RowKind, write: Callable[[IntArray, Vectors], None]
    ) -> None:
        """Pass all vectors of a kind to `write`, in batches. Raises DamagedIndex if a vector's hash
        differs from its row's."""
        query = (
            "SELECT r.number, v.hash = r.hash, v.vector "
            f"FROM {{g}}.{kind} r JOIN {{v}} v ON v.id = r.vector"
        )
        number = self._number[kind]
        statement = compose(query, g=schema_of(self.own.number), v=tables.of(kind))
        rows = stream(self.connection, statement, ["int8", "bool", "bytea"])
        while batch := list(islice(rows, AT_ONCE)):
            if not all(matches for _, matches, _ in batch):
                raise DamagedIndex("damaged-vectors", subject=kind)
            vectors = np.stack([parse_vector(value) for _, _, value in batch])
            write(np.array([number(row) for row, _, _ in batch], dtype=np.int64), vectors)

    def _likeness(self) -> LikenessKeys | None:
        growth = self.own.growth
        if growth is None or not growth.comparable:
            return None
        keys, numbers = array("q"), array("I")
        query = "SELECT number, unnest(likeness) FROM {g}.articles"
        for number, key in self._stream(query, ["int8", "int8"]):
            numbers.append(number)
            keys.append(key)
        return LikenessKeys.of(
            np.array(keys, dtype=np.int64).astype(np.uint64), np.array(numbers, dtype=np.uint32)
        )

    @cached_property
    def _number(self) -> dict[RowKind, Callable[[int], int]]:
        """By kind, a function that renumbers a row."""
        growth = self.own.growth
        if growth is None or not (growth.additions or growth.gone):
            return dict.fromkeys(ROW_KINDS, lambda number: number)

        def renumber(kind: RowKind) -> Callable[[int], int]:
            rows = self._stream(f"SELECT number FROM {{g}}.{kind} ORDER BY 1", ["int8"])
            old_numbers = array("q", (row[0] for row in rows))
            return lambda number: bisect_left(old_numbers, number)

        return {kind: renumber(kind) for kind in ROW_KINDS}

    def _rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        return self._stream(f"{_SELECT[table]} ORDER BY number", _TYPES[table])

    def _stream(self, query: str, types: list[str]) -> Iterator[tuple[Any, ...]]:
        return stream(self.connection, compose(query, g=schema_of(self.own.number)), types)


def unload_articles(
    connection: Connection, number: int, ids: Collection[str], sheet: ArticleDatabase
) -> None:
    """Copy articles with their passages and sentences, keeping their numbers, to a new
    `articles.sqlite`."""
    articles = "(SELECT number FROM {g}.articles WHERE id = ANY(%s))"
    passages = f"(SELECT number FROM {{g}}.passages WHERE article IN {articles})"
    conditions = {
        "articles": f"number IN {articles}",
        "passages": f"article IN {articles}",
        "sentences": f"passage IN {passages}",
    }
    for table, condition in conditions.items():
        query = f"{_SELECT[table]} WHERE {condition}"
        _insert(sheet, table, fetch(connection, number, query, list(ids)))


def _insert(sheet: ArticleDatabase, table: str, rows: Iterable[Sequence[Any]]) -> None:
    values = ", ".join("?" * len(_TYPES[table]))
    sheet.run_each(f"INSERT INTO {table} VALUES ({values})", rows)
