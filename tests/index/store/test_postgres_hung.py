"""A server that accepts and never answers holds up nobody but those who ask it, and them not for
long."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from index.errors import StoreError
from index.store.postgres.connections import BREAKER_SECONDS, Host, Server
from index.store.postgres.store import PostgresStore
from tests.index.store.postgres_stores import WAIT_SECONDS, opened

QUESTIONS = 8


class Silent:
    """Counts those who connect; none of them ever gets an answer."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._taken: list[socket.socket] = []
        self.url = f"postgresql://selon@127.0.0.1:{listener.getsockname()[1]}/selon"
        self.count = 0

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                self._taken.append(self._listener.accept()[0])
                self.count += 1


@contextmanager
def silent() -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Silent(listener)
        thread = threading.Thread(target=server.accept)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in server._taken:
                connection.close()


def test_a_host_may_answer_another_thread_while_it_is_asked_about() -> None:
    def wake() -> float:
        host._open_until = None
        return 0.0

    host = Host("127.0.0.1", "5432", "", wake)
    host._open_until = BREAKER_SECONDS
    assert host.rests


def test_those_who_ask_a_hung_server_wait_side_by_side_and_then_no_more(tmp_path: Path) -> None:
    now = [0.0]
    with silent() as server, opened(server.url, tmp_path) as store:
        [host] = store._server.hosts
        host._clock = lambda: now[0]
        ask_at_once(store)
        assert server.count == QUESTIONS  # all at once: had one waited, it would not have tried
        assert _code(store.current_id) == "postgres-unreachable"
        assert server.count == QUESTIONS
        now[0] += BREAKER_SECONDS
        ask_at_once(store)
        assert server.count == QUESTIONS + 1  # one has tried for all


def ask_at_once(store: PostgresStore) -> None:
    """So many questions, which all end with an error in time."""
    with ThreadPoolExecutor(QUESTIONS) as pool:
        asked = [pool.submit(store.current_id) for _ in range(QUESTIONS)]
        codes = {_code(future.result, WAIT_SECONDS) for future in asked}
    assert codes == {"postgres-unreachable"}


def _code(ask: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(StoreError) as refused:
        ask(*arguments)
    return refused.value.code


def test_a_host_that_refuses_is_not_silent_and_says_why(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"postgresql://selon@127.0.0.1:{deaf.getsockname()[1]}/selon"
        with opened(url, tmp_path) as store:
            with pytest.raises(StoreError, match="refused") as refused:
                store.current_id()
            assert refused.value.code == "postgres-unreachable"
            assert not store._server.hosts[0].rests


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("selon@a,b/selon", [("a", "5432", ""), ("b", "5432", "")]),
        ("selon@a:1,b:2/selon", [("a", "1", ""), ("b", "2", "")]),
        ("selon@a,b:2/selon", [("a", "5432", ""), ("b", "2", "")]),
        ("selon@/selon", []),
        ("/selon?host=a,/run&hostaddr=1.1.1.1,&port=7", [("a", "7", "1.1.1.1"), ("/run", "7", "")]),
    ],
)
def test_the_hosts_of_an_address_are_those_that_libpq_connects_to(
    address: str, expected: list[tuple[str, str, str]]
) -> None:
    server = Server.at(f"postgresql://{address}")
    assert [(host.name, host.port, host.address) for host in server.hosts] == expected
