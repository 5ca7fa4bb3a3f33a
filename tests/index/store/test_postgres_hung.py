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
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.factory import open_store
from index.store.postgres.connections import BREAKER_SECONDS, Server
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import index, live, three
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
            for each in server._taken:
                each.close()


def test_those_who_ask_a_hung_server_wait_side_by_side_and_then_no_more(tmp_path: Path) -> None:
    now = [0.0]
    with silent() as server, opened([server.url], tmp_path) as store:
        [host] = store._servers[0].hosts
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
        codes = {_code(each.result, WAIT_SECONDS) for each in asked}
    assert codes == {"postgres-unreachable"}


def _code(ask: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(StoreError) as refused:
        ask(*arguments)
    return refused.value.code


def test_a_host_that_refuses_is_not_silent_and_says_why(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"postgresql://selon@127.0.0.1:{deaf.getsockname()[1]}/selon"
        with opened([url], tmp_path) as store:
            with pytest.raises(StoreError, match="refused") as refused:
                store.current_id()
            assert refused.value.code == "postgres-unreachable"
            assert not store._servers[0].hosts[0].rests


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
    assert [(each.name, each.port, each.address) for each in server.hosts] == expected


def test_no_question_waits_for_another_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index(three(), tmp_path)
    store = open_store(tmp_path)
    served = live(store)
    together = threading.Barrier(QUESTIONS)
    current_id = type(store).current_id

    def ask_with_all_others(self: Any) -> str | None:
        together.wait(WAIT_SECONDS)
        return current_id(self)

    monkeypatch.setattr(type(store), "current_id", ask_with_all_others)
    with ThreadPoolExecutor(QUESTIONS) as pool:
        found = [pool.submit(served.search, "le pont") for _ in range(QUESTIONS)]
        assert {len(each.result(WAIT_SECONDS).hits) for each in found} == {3}


def test_a_new_generation_is_opened_once_and_by_all_who_ask_meanwhile_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(three(), tmp_path)
    store = open_store(tmp_path)
    served = live(store)
    report = index(three()[:2], tmp_path)
    seen = threading.Barrier(QUESTIONS)
    openings = []
    current_id, open_it = type(store).current_id, type(store).open

    def see_with_all_others(self: Any) -> str | None:
        found = current_id(self)
        seen.wait(WAIT_SECONDS)
        return found

    def open_counted(self: Any, **asked: Any) -> Any:
        openings.append(asked)
        return open_it(self, **asked)

    monkeypatch.setattr(type(store), "current_id", see_with_all_others)
    monkeypatch.setattr(type(store), "open", open_counted)
    with ThreadPoolExecutor(QUESTIONS) as pool:
        found = [pool.submit(served.generation) for _ in range(QUESTIONS)]
        assert {each.result(WAIT_SECONDS) for each in found} == {report.generation}
    assert len(openings) == 1


def test_a_generation_that_cannot_be_opened_is_an_error_for_all_who_wait(tmp_path: Path) -> None:
    served = LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load(), may_be_missing=True)
    with ThreadPoolExecutor(QUESTIONS) as pool:
        found = [pool.submit(served.generation) for _ in range(QUESTIONS)]
        assert {_code(each.result, WAIT_SECONDS) for each in found} == {"no-index"}
    index(three(), tmp_path)
    assert len(served.search("le pont").hits) == 3
