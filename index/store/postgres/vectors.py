"""Nearest vectors, and vectors by row, of a generation.

HNSW (Malkov & Yashunin, 2018) searches the vectors of all generations in half precision; a join and
the filter keep the eligible ones, and pgvector continues until there are enough ("iterative scan").
The results are re-ranked in full precision. If there are few vectors, or few eligible ones, all of
them are compared instead.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg import sql

from index.article import Selection
from index.errors import StoreError
from index.models.base import IntArray, Vectors
from index.store.articles import SqlDialect, selection_clause
from index.store.generation import RowKind
from index.store.postgres.connections import Connection
from index.store.postgres.layout import Row, compose, fetch, schema_of
from index.store.postgres.vector_tables import VectorTables

logger = logging.getLogger(__name__)

POSTGRES = SqlDialect(
    mark="%s",
    row="number",
    id_prefix="starts_with(id, %s)",
    column_in_list="a.{} = ANY(%s)",
    path_below="strpos(('/' || a.path) COLLATE \"C\", '/' || %s::text || '/') > 0",
    as_list=list,
)
EXACT_ROWS = 10_000  # maximum for exact search; see research/scale.md for its cost
# A selection of `n` passages is searched exactly up to the square root of 2,000 n passages: exact
# search slows down with the size of the selection, HNSW with what the filter rejects. Timings are
# in research/postgres.md.
COMPARED_SQUARE = 2_000

_CACHED_FILTERS = 32
EF_SEARCH = 800  # HNSW's candidate list: a larger one finds more and costs more
# Settings of search sessions.
SETTINGS: Mapping[str, str] = {
    "hnsw.ef_search": str(EF_SEARCH),
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.max_scan_tuples": "2147483647",
    "hnsw.scan_mem_multiplier": "8",
    "work_mem": "64MB",
    "jit": "off",
}

# The planner may underestimate what a filter leaves and prefer comparing all rows.
_BY_INDEX = (
    "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_sort', 'off', false)"
)
_BY_ANY = "SELECT set_config('enable_seqscan', 'on', false), set_config('enable_sort', 'on', false)"
_SPARE = 2  # over-fetch factor for HNSW, which ranks in half precision


class NearRow(NamedTuple):
    """A passage or sentence, its passage, and its negative inner product."""

    key: int
    passage: int
    distance: float


def prepare_session(connection: Connection) -> None:
    """Apply `SETTINGS`. Raises StoreError if the server refuses one: with a lower `ef_search`, HNSW
    would silently return too few rows."""
    connection.execute("SELECT '[1]'::vector")  # loads pgvector, which defines its settings
    for name, value in SETTINGS.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        [current] = connection.execute("SELECT current_setting(%s)", [name]).fetchone() or [""]
        if current != value:
            raise StoreError(
                "postgres-setting", subject=connection.label, name=name, value=value, taken=current
            )


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """A filter on articles; `passages` are the eligible ones if they are few."""

    condition: str
    values: dict[str, object]
    passages: IntArray | None


def vector_text(vector: Vectors) -> str:
    """A vector literal of pgvector, exact in single precision."""
    return f"[{','.join(f'{value:.9g}' for value in vector.tolist())}]"


def _array_text(keys: IntArray) -> str:
    """An array literal of PostgreSQL."""
    return f"{{{','.join(map(str, keys.tolist()))}}}"


@dataclass(frozen=True, slots=True)
class PostgresVectors:
    """The vectors of a generation; `sizes` are their numbers."""

    number: int
    tables: VectorTables
    sizes: Mapping[RowKind, int]
    _filters: dict[Selection, ArticleFilter] = field(default_factory=dict)

    def check_plan(self, connection: Connection, kind: RowKind) -> None:
        """Raise StoreError if PostgreSQL would not use the HNSW index."""
        if self.sizes[kind] <= EXACT_ROWS:
            return
        zero = vector_text(np.zeros(self.tables.dimension, dtype=np.float32))
        query = self._query(kind, approximate=True, only=None, with_exclusions=False)
        values = {"vector": zero, "half_vector": zero, "limit": 1, "spare": _SPARE}
        with psycopg.ClientCursor(connection) as cursor:
            cursor.execute(_BY_INDEX)
            plan = cursor.execute(sql.SQL("EXPLAIN ") + query, values).fetchall()
            cursor.execute(_BY_ANY)
        index = self.tables.nearest(kind)
        if not any(index in str(line[0]) for line in plan):
            raise StoreError("postgres-plan", subject=connection.label, index=index)

    def filter(self, connection: Connection, among: Selection) -> ArticleFilter:
        if (cached := self._filters.get(among)) is not None:
            return cached
        condition, values = selection_clause(among, POSTGRES)
        most = math.isqrt(COMPARED_SQUARE * self.sizes["passages"])
        query = (
            "SELECT string_agg(int8send(number), ''::bytea) FROM (SELECT p.number "
            "FROM {g}.articles a JOIN {g}.passages p ON p.article = a.number "
            f"WHERE {condition} LIMIT {most + 1}) matches"
        )
        [[content]] = fetch(connection, self.number, query, *values)
        keys = np.frombuffer(content or b"", dtype=">i8").astype(np.int64)
        values_by_name = {f"value{at}": value for at, value in enumerate(values)}
        for name in values_by_name:
            condition = condition.replace("%s", f"%({name})s", 1)
        article_filter = ArticleFilter(
            condition, values_by_name, keys if len(keys) <= most else None
        )
        if len(self._filters) >= _CACHED_FILTERS:
            self._filters.clear()
        self._filters[among] = article_filter
        return article_filter

    def nearest(
        self,
        connection: Connection,
        kind: RowKind,
        vector: str,
        count: int,
        only: ArticleFilter | None,
        without: IntArray | None = None,
    ) -> list[NearRow]:
        """The `count` nearest rows, nearest first, ties by key; `without` are passages to skip."""
        narrow = only is not None and only.passages is not None
        if narrow and not len(only.passages):  # type: ignore[union-attr, arg-type]
            return []
        if not narrow and self.sizes[kind] > EXACT_ROWS:
            near = self._search(connection, kind, vector, count, only, without, approximate=True)
            whole = only is None and without is None
            if len(near) >= (min(count, self.sizes[kind]) if whole else count):
                return near
            if whole:
                raise StoreError(
                    "postgres-short", subject=connection.label, found=len(near), asked=count
                )
            # The scan used up its memory before enough rows passed the filter.
            logger.info("HNSW gave %d of %d %s: all are compared", len(near), count, kind)
        return self._search(connection, kind, vector, count, only, without, approximate=False)

    def _search(
        self,
        connection: Connection,
        kind: RowKind,
        vector: str,
        count: int,
        only: ArticleFilter | None,
        without: IntArray | None,
        *,
        approximate: bool,
    ) -> list[NearRow]:
        values: dict[str, Any] = {"vector": vector, "limit": count}
        if approximate:
            values |= {"half_vector": vector, "spare": count * _SPARE}
        if only is not None:
            few = only.passages
            values |= only.values if few is None else {"passages": _array_text(few)}
        if without is not None:
            values["without"] = _array_text(without)
        query = self._query(
            kind, approximate=approximate, only=only, with_exclusions=without is not None
        )
        if not approximate:
            return [NearRow._make(row) for row in connection.execute(query, values, binary=True)]
        with connection.pipeline():  # three statements, one round trip
            connection.execute(_BY_INDEX)
            rows = connection.execute(query, values, binary=True)
            connection.execute(_BY_ANY)
            return [NearRow._make(row) for row in rows.fetchall()]

    def _query(
        self, kind: RowKind, *, approximate: bool, only: ArticleFilter | None, with_exclusions: bool
    ) -> sql.Composed:
        narrow = only is not None and only.passages is not None
        condition = "" if only is None or narrow else only.condition
        passage = "r.number" if kind == "passages" else "r.passage"
        others = f"{passage} <> ALL(%(without)s::bigint[])" if with_exclusions else "TRUE"
        distance = "vector <#> %(vector)s::vector AS distance"
        order = "ORDER BY distance, number LIMIT %(limit)s"
        of_filter = (
            f"JOIN {{g}}.passages p ON p.number = {passage} "
            f"JOIN {{g}}.articles a ON a.number = p.article WHERE {condition} AND {others}"
            if condition
            else f"WHERE {others}"
        )
        if approximate:
            # Materialized, so that the outer order never takes the place of the index's own.
            whole = (
                f"WITH near AS MATERIALIZED (SELECT r.number, {passage} AS passage, v.{distance} "
                f"FROM {{v}} v JOIN {{g}}.{kind} r ON r.vector = v.id {of_filter} "
                "ORDER BY v.vector::{half} <#> %(half_vector)s::{half} LIMIT %(spare)s) "
                f"SELECT * FROM near {order}"
            )
        elif narrow:
            # OFFSET 0 computes distances apart, so that vectors are not carried through the join.
            whole = (
                f"SELECT r.number, {passage} AS passage, v.distance FROM {{g}}.{kind} r "
                f"CROSS JOIN LATERAL (SELECT {distance} FROM {{v}} WHERE id = r.vector OFFSET 0) v "
                f"WHERE {passage} = ANY(%(passages)s::bigint[]) AND {others} {order}"
            )
        else:
            whole = (
                f"SELECT r.number, {passage} AS passage, v.distance "
                f"FROM (SELECT id, {distance} FROM {{v}} OFFSET 0) v "
                f"JOIN {{g}}.{kind} r ON r.vector = v.id {of_filter} {order}"
            )
        return compose(
            whole, g=schema_of(self.number), v=self.tables.of(kind), half=self.tables.half
        )

    def rows_among(self, connection: Connection, keys: list[int], only: ArticleFilter) -> list[int]:
        """The eligible ones of these passages."""
        query = (
            "SELECT p.number FROM {g}.passages p JOIN {g}.articles a ON a.number = p.article "
            f"WHERE p.number = ANY(%(keys)s::bigint[]) AND {only.condition}"
        )
        statement = compose(query, g=schema_of(self.number))
        rows = connection.execute(statement, {"keys": keys, **only.values}, binary=True)
        return [row[0] for row in rows]

    def signals(
        self, connection: Connection, keys: list[int], vector: str
    ) -> tuple[list[Row], list[Row]]:
        """Key, cosine, opening and number of sentences of these passages, by key; and key, cosine
        and words of their sentences."""
        query = (
            "SELECT r.number, -(v.vector <#> %s::vector), {columns} FROM {{g}}.{kind} r "
            "JOIN {{v}} v ON v.id = r.vector WHERE r.{key} = ANY(%s::bigint[]) ORDER BY r.number"
        )
        passages = query.format(columns="r.opening, r.sentences", kind="passages", key="number")
        sentences = query.format(columns="r.words", kind="sentences", key="passage")
        return (
            self._rows(connection, "passages", passages, vector, keys),
            self._rows(connection, "sentences", sentences, vector, keys),
        )

    def sentence_vectors(self, connection: Connection, key: int) -> list[list[float]]:
        """Vectors of a passage's sentences, in reading order."""
        query = (
            "SELECT v.vector::real[] FROM {g}.sentences r JOIN {v} v ON v.id = r.vector "
            "WHERE r.passage = %s ORDER BY r.number"
        )
        return [row[0] for row in self._rows(connection, "sentences", query, key)]

    def _rows(
        self, connection: Connection, kind: RowKind, query: str, *values: object
    ) -> list[Row]:
        statement = compose(query, g=schema_of(self.number), v=self.tables.of(kind))
        return connection.execute(statement, values, binary=True).fetchall()
