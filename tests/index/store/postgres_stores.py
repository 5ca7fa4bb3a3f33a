"""Stores in PostgreSQL, each in databases of its own: several stand for several servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.errors import BuildLocked
from index.store.base import IndexStore
from index.store.factory import open_store
from index.store.postgres.connections import Server as Address
from index.store.postgres.store import PostgresStore
from tests.postgres.deployed import until
from tests.postgres.server import Server

WAIT_SECONDS = 60  # that nothing takes, but where it waits for ever

KINDS = ("files", "postgres", "three servers")


@contextmanager
def databases(server: Server, count: int) -> Iterator[list[str]]:
    """The addresses of so many empty databases, which go with the block."""
    with ExitStack() as opened:
        yield [opened.enter_context(server.database()) for _ in range(count)]


@contextmanager
def opened(addresses: Sequence[str], workplace: Path) -> Iterator[PostgresStore]:
    store = PostgresStore(addresses, workplace)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def postgres_store(server: Server, workplace: Path, servers: int = 1) -> Iterator[PostgresStore]:
    """An empty store, which goes with the block."""
    with (
        databases(server, servers) as addresses,
        opened(addresses, workplace / "postgres") as store,
    ):
        yield store


def say(address: str, query: str) -> list[tuple[Any, ...]]:
    """The rows that a server answers a query with."""
    with psycopg.connect(Address.at(address).url, autocommit=True) as connection:
        done = connection.execute(query)  # type: ignore[arg-type]
        return done.fetchall() if done.description else []


def with_standby(primary: Server, standby: Server) -> str:
    """The address of a server and of its standby, which answers where the first does not."""
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    return f"postgresql://selon:selon@{hosts}/postgres?target_session_attrs=any"


def count_kept(addresses: Sequence[str]) -> int:
    """How many vectors of unfinished work the servers keep."""
    tables = "SELECT relname FROM pg_class WHERE relname LIKE 'kept\\_%' AND relkind = 'r'"
    return sum(
        say(address, f"SELECT count(*) FROM selon.{name}")[0][0]
        for address in addresses
        for (name,) in say(address, tables)
    )


def once_free(build: Callable[[], object]) -> None:
    """Build as soon as the server has seen that the connection of a dead builder has ended."""

    def is_built() -> bool:
        try:
            build()
        except BuildLocked:
            return False
        return True

    until(is_built)


@contextmanager
def empty_store(request: pytest.FixtureRequest, folder: Path) -> Iterator[IndexStore]:
    """A store of the kind that a fixture is asked for."""
    if request.param == "files":
        yield open_store(folder)
        return
    server = request.getfixturevalue("vector_server")
    with postgres_store(server, folder, 1 if request.param == "postgres" else 3) as found:
        yield found
