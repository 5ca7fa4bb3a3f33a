"""Stores in PostgreSQL, each in databases of its own: several stand for several servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

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
