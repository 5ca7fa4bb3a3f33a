"""Stores in PostgreSQL, each in databases of its own: several stand for several servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from index.store.postgres.connections import Server as Address
from index.store.postgres.store import PostgresStore
from tests.postgres.server import Server


@contextmanager
def databases(server: Server, count: int) -> Iterator[list[str]]:
    """The addresses of so many empty databases, which go with the block."""
    with ExitStack() as opened:
        yield [opened.enter_context(server.database()) for _ in range(count)]


@contextmanager
def postgres_store(server: Server, workplace: Path, servers: int = 1) -> Iterator[PostgresStore]:
    """An empty store, which goes with the block."""
    with databases(server, servers) as addresses:
        store = PostgresStore(addresses, workplace / "postgres")
        try:
            yield store
        finally:
            store.close()


def count_kept(addresses: Sequence[str]) -> int:
    """How many vectors of unfinished work the servers keep."""
    tables = "SELECT relname FROM pg_class WHERE relname LIKE 'kept\\_%' AND relkind = 'r'"
    total = 0
    for address in addresses:
        with psycopg.connect(Address.at(address).url, autocommit=True) as connection:
            for (name,) in connection.execute(tables).fetchall():
                counted = connection.execute(f"SELECT count(*) FROM selon.{name}")  # type: ignore[arg-type]
                total += int((counted.fetchone() or [0])[0])
    return total
