"""The link to one of two servers is cut: a clear error in bounded time, and answers once it is
there again, without anything being started anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import StoreError
from index.search.live import LiveIndex
from index.store.postgres import connections, generation
from index.store.postgres import store as stores
from index.store.postgres.store import PostgresStore
from tests.index.samples import live
from tests.index.store.test_postgres_store import made, many
from tests.postgres.relay import Relay, relayed, relayed_apart, without_namespaces
from tests.postgres.server import Server


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (generation, stores):
        monkeypatch.setattr(module, "QUESTION_SECONDS", 2.0)
    monkeypatch.setattr(connections, "BREAKER_SECONDS", 0.0)
    monkeypatch.setattr(connections, "_LATE_SECONDS", 1)
    monkeypatch.setattr(connections, "_PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(connections, "_PING_SECONDS", 0.5)
    monkeypatch.setitem(connections._ALIVE, "tcp_user_timeout", 1_000)


@contextmanager
def asked_over(relay: Relay, server: Server, folder: Path) -> Iterator[LiveIndex]:
    """An index on two databases, the second by the relay."""
    with server.database() as first, server.database() as second:
        address = second.replace(f"127.0.0.1:{server.port}", f"{relay.host}:{relay.port}")
        store = PostgresStore([first, address], folder)
        made(many(20), store)
        try:
            yield live(store)
        finally:
            store.close()


def found(index: LiveIndex) -> int:
    return len(index.search("phare").hits)


def refused(index: LiveIndex, relay: Relay) -> None:
    with pytest.raises(StoreError) as error:
        found(index)
    assert error.value.code == "postgres-unreachable"
    assert f"{relay.host}:{relay.port}" in str(error.value.subject)


def test_a_server_that_falls_silent_is_an_error_by_name_until_it_speaks(
    vector_server: Server, tmp_path: Path
) -> None:
    with relayed(vector_server.port) as relay, asked_over(relay, vector_server, tmp_path) as index:
        assert found(index) == 10
        with relay.silent():
            refused(index, relay)
            refused(index, relay)
        assert found(index) == 10


def test_a_link_that_is_cut_is_an_error_by_name_until_it_is_mended(
    vector_server: Server, tmp_path: Path
) -> None:
    if (reason := without_namespaces()) is not None:
        pytest.skip(reason)
    with (
        relayed_apart(vector_server.port) as (relay, link),
        asked_over(relay, vector_server, tmp_path) as index,
    ):
        assert found(index) == 10
        link("down")
        refused(index, relay)
        refused(index, relay)
        link("up")
        assert found(index) == 10
