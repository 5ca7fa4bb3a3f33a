"""Stores in PostgreSQL, each in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.errors import BuildLocked
from index.store.base import IndexStore
from index.store.factory import open_store
from index.store.postgres.connections import Server as Address
from index.store.postgres.store import PostgresStore
from tests.index.store.memory import MemoryStore
from tests.postgres.deployed import until
from tests.postgres.server import Server

WAIT_SECONDS = 60  # that nothing takes, but where it waits for ever

GROWING = ("files", "postgres")  # that an addition does not write anew
KINDS = (*GROWING, "memory")


@contextmanager
def opened(address: str, workplace: Path) -> Iterator[PostgresStore]:
    store = PostgresStore(address, workplace)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def postgres_store(server: Server, workplace: Path) -> Iterator[PostgresStore]:
    """An empty store, which goes with the block."""
    with server.database() as address, opened(address, workplace / "postgres") as store:
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


def count_kept(address: str) -> int:
    """How many vectors of unfinished builds the server keeps."""
    tables = "SELECT relname FROM pg_class WHERE relname LIKE 'kept\\_%' AND relkind = 'r'"
    return sum(
        say(address, f"SELECT count(*) FROM selon.{name}")[0][0] for (name,) in say(address, tables)
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
    if request.param == "memory":
        yield MemoryStore(folder)
        return
    server = request.getfixturevalue("vector_server")
    with postgres_store(server, folder) as found:
        yield found
