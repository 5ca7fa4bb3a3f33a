"""Two ways to ask several PostgreSQL servers for the sentences nearest to a question: its own, over
partitions that are foreign tables (postgres_fdw), and Selon's, which asks all side by side.

The articles are invented, vectors a stand-in's (`_prose.py`). Every question is asked both ways, in
turns; `recall` is the share of the exact nearest, every vector compared, that each way finds.

    python bench/foreign.py [PASSAGES] [--servers N] [--url URL]

With --url, of servers that hold such an index already, the first of them must let an extension be
made. Otherwise a server of its own is started; its databases stand for several.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import _clone  # noqa: F401
import psycopg
from _prose import Prose, StandIn
from postgres import _own_servers
from psycopg import conninfo, sql

from bot.evaluation.measures import quantile
from index.ingestion.builder import build_articles
from index.models.base import Vectors
from index.search.searcher import SENTENCE_CANDIDATES
from index.store.factory import open_store
from index.store.postgres.generation import PostgresGeneration
from index.store.postgres.nearest import SETTINGS, vector_text
from index.store.postgres.store import PostgresStore
from index.store.postgres.vector_tables import VectorTables

Ask = Callable[[Vectors], list[float]]
"""The inner products with a question's vector of the nearest sentences, the nearest first."""

WAYS = {"one after the other": "false", "asynchronous": "true"}
"""How postgres_fdw reads the partitions: `async_capable`."""


def main() -> int:
    options = _options()
    embedder = StandIn()
    with ExitStack() as stack:
        urls = options.url or stack.enter_context(_own_servers(options.servers))
        if urls is None:
            return 0
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = open_store(folder, urls)
        if not options.url:
            build_articles(list(Prose().articles(options.passages)), store, embedder)
        assert isinstance(store, PostgresStore)
        generation = stack.enter_context(store._open(store._in_service()))
        tables = VectorTables(embedder.id, embedder.dimension)
        plain = [url.replace("+psycopg", "") for url in urls.split()]
        asked = Prose().questions(options.passages, options.questions)
        vectors = [embedder.embed_question(each) for each in asked]
        exact = [_exact(plain, tables, vector) for vector in vectors]
        ways: dict[str, Ask] = {"Selon": lambda vector: _by_selon(generation, vector)}
        with psycopg.connect(plain[0], autocommit=True) as connection:
            for name, capable in WAYS.items():
                schema = f"foreign_{capable}"
                _partition(connection, schema, plain, tables, capable)
                ways[name] = _by_partitions(plain[0], schema, tables, stack)
                _explain(connection, schema, tables, vectors[0], name)
            try:
                _compare(ways, vectors, exact)
            finally:
                for capable in WAYS.values():
                    connection.execute(f"DROP SCHEMA foreign_{capable} CASCADE")
                connection.execute("DROP EXTENSION postgres_fdw CASCADE")
    return 0


def _compare(ways: dict[str, Ask], vectors: list[Vectors], exact: list[list[float]]) -> None:
    walls: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, int] = dict.fromkeys(ways, 0)
    for ask in ways.values():
        ask(vectors[0])
    for vector, best in zip(vectors, exact, strict=True):
        for name, ask in ways.items():
            began = time.perf_counter()
            near = ask(vector)
            walls[name].append((time.perf_counter() - began) * 1000)
            found[name] += sum(product >= best[-1] - 1e-6 for product in near[: len(best)])
    for name, times in walls.items():
        figures = {
            "way": name,
            "p50_ms": round(quantile(times, 0.5), 1),
            "p95_ms": round(quantile(times, 0.95), 1),
            "recall": round(found[name] / sum(map(len, exact)), 4),
        }
        print(json.dumps(figures), flush=True)


def _partition(
    connection: psycopg.Connection, schema: str, urls: list[str], tables: VectorTables, capable: str
) -> None:
    """A table whose partitions are the sentences' vectors of each server."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw")
    connection.execute(f"CREATE SCHEMA {schema}")
    column = f"id bigint, vector vector({tables.dimension})"
    connection.execute(f"CREATE TABLE {schema}.vectors ({column}) PARTITION BY HASH (id)")
    session = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    for place, url in enumerate(urls):
        known = conninfo.conninfo_to_dict(url)
        told = {
            "host": str(known["host"]),
            "port": str(known["port"]),
            "dbname": str(known["dbname"]),
            "options": f"{session} -c enable_seqscan=off -c enable_sort=off",
            "extensions": "vector",
            "use_remote_estimate": "true",
            "async_capable": capable,
            "fetch_size": str(2 * SENTENCE_CANDIDATES),
        }
        name = f"{schema}_{place}"
        _make(connection, f"CREATE SERVER {name} FOREIGN DATA WRAPPER postgres_fdw", told)
        account = {"user": str(known["user"]), "password": str(known["password"])}
        _make(connection, f"CREATE USER MAPPING FOR CURRENT_USER SERVER {name}", account)
        part = f"FOR VALUES WITH (MODULUS {len(urls)}, REMAINDER {place})"
        there = {"schema_name": "selon", "table_name": f"sentences_{tables.tag}"}
        made = f"CREATE FOREIGN TABLE {schema}.part_{place} PARTITION OF {schema}.vectors {part}"
        _make(connection, f"{made} SERVER {name}", there)


def _make(connection: psycopg.Connection, statement: str, options: dict[str, str]) -> None:
    written = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in options.items()
    ]
    query = sql.SQL("{} OPTIONS ({})")
    connection.execute(query.format(sql.SQL(statement), sql.SQL(", ").join(written)))


def _nearest(table: str, tables: VectorTables) -> str:
    half = f"halfvec({tables.dimension})"
    return (
        f"SELECT -(vector <#> %(vector)s::vector) FROM {table} "
        f"ORDER BY vector::{half} <#> %(vector)s::{half} LIMIT {2 * SENTENCE_CANDIDATES}"
    )


def _by_partitions(url: str, schema: str, tables: VectorTables, stack: ExitStack) -> Ask:
    connection = stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=None))
    query = _nearest(f"{schema}.vectors", tables)

    def ask(vector: Vectors) -> list[float]:
        rows = connection.execute(query, {"vector": vector_text(vector)}).fetchall()
        return sorted((row[0] for row in rows), reverse=True)[:SENTENCE_CANDIDATES]

    return ask


def _by_selon(generation: PostgresGeneration, vector: Vectors) -> list[float]:
    written = vector_text(vector)
    found = generation._servers.each(
        lambda e, c: e.vectors.nearest(c, "sentences", written, SENTENCE_CANDIDATES, None)
    )
    return sorted((-row.distance for rows in found for row in rows), reverse=True)[
        :SENTENCE_CANDIDATES
    ]


def _exact(urls: list[str], tables: VectorTables, vector: Vectors) -> list[float]:
    products: list[float] = []
    for url in urls:
        with psycopg.connect(url) as connection:
            query = sql.SQL(
                "SELECT -(vector <#> %s::vector) AS product FROM {} ORDER BY product DESC LIMIT {}"
            ).format(tables.of("sentences"), sql.Literal(SENTENCE_CANDIDATES))
            products += [row[0] for row in connection.execute(query, [vector_text(vector)])]
    return sorted(products, reverse=True)[:SENTENCE_CANDIDATES]


def _explain(
    connection: psycopg.Connection, schema: str, tables: VectorTables, vector: Vectors, name: str
) -> None:
    query = f"EXPLAIN (ANALYZE, VERBOSE, TIMING OFF) {_nearest(f'{schema}.vectors', tables)}"
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(query, {"vector": vector_text(vector)})
        print(f"-- {name}")
        for (line,) in cursor.fetchall():
            print(str(line)[:150])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("passages", nargs="?", type=int, default=10_000)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--url", help="servers that hold such an index, with spaces between them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
