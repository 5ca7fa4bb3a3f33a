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
from index.store.postgres import connections
from index.store.postgres.connections import (
    BREAKER_FAILURES,
    BREAKER_SECONDS,
    CircuitBreaker,
)
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import index, three

QUESTIONS = 8
WAIT_SECONDS = 30  # that nothing takes, but where it waits for ever


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


def test_those_who_ask_a_hung_server_wait_side_by_side_and_then_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections._ALIVE, "connect_timeout", 2)  # libpq knows no less
    now = [0.0]
    with silent() as server:
        store = PostgresStore([server.url], tmp_path)
        object.__setattr__(store._servers[0], "breaker", CircuitBreaker(lambda: now[0]))
        with ThreadPoolExecutor(QUESTIONS) as pool:
            asked = [pool.submit(store.current_id) for _ in range(QUESTIONS)]
            codes = {_code(each.result, WAIT_SECONDS) for each in asked}
        assert codes == {"postgres-unreachable"}
        assert server.count == QUESTIONS  # all at once: had one waited, it would not have tried
        assert _code(store.current_id) == "postgres-unreachable"
        assert server.count == QUESTIONS
        now[0] += BREAKER_SECONDS
        assert _code(store.current_id) == "postgres-unreachable"
        assert server.count == QUESTIONS + 1
        store.close()


def _code(ask: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(StoreError) as refused:
        ask(*arguments)
    return refused.value.code


def test_a_breaker_lets_one_question_try_and_closes_when_it_is_answered() -> None:
    now = [0.0]
    breaker = CircuitBreaker(lambda: now[0])
    lost = StoreError("postgres-unreachable", shown="a", reason="x")

    def ask(error: StoreError | None = None) -> None:
        with breaker.guard():
            if error is not None:
                raise error

    for _ in range(BREAKER_FAILURES + 1):
        with pytest.raises(StoreError):
            ask(StoreError("postgres-failed", shown="a", reason="x"))  # it answers
    ask()
    for _ in range(BREAKER_FAILURES):
        with pytest.raises(StoreError):
            ask(lost)
    with pytest.raises(StoreError, match="a: postgres-unreachable") as refused:
        ask()
    assert refused.value is not lost
    now[0] += BREAKER_SECONDS
    with (
        breaker.guard(),
        breaker.guard(),  # a question asks two things at once
        pytest.raises(StoreError, match="postgres-unreachable"),
    ):
        ask()
    ask()


def test_no_question_waits_for_another_to_ask_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(three(), tmp_path)
    store = open_store(tmp_path)
    live = LiveIndex(store, FakeEmbedder(), ConfidenceModel.load())
    together = threading.Barrier(QUESTIONS)
    current_id = type(store).current_id

    def ask_with_all_others(self: Any) -> str | None:
        together.wait(WAIT_SECONDS)
        return current_id(self)

    monkeypatch.setattr(type(store), "current_id", ask_with_all_others)
    with ThreadPoolExecutor(QUESTIONS) as pool:
        found = [pool.submit(live.search, "le pont") for _ in range(QUESTIONS)]
        assert {len(each.result(WAIT_SECONDS).hits) for each in found} == {3}


def test_a_new_generation_is_opened_once_and_by_all_who_ask_meanwhile_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(three(), tmp_path)
    store = open_store(tmp_path)
    live = LiveIndex(store, FakeEmbedder(), ConfidenceModel.load())
    report = index(three()[:2], tmp_path)
    seen = threading.Barrier(QUESTIONS)
    opened = []
    current_id, open_it = type(store).current_id, type(store).open

    def see_with_all_others(self: Any) -> str | None:
        found = current_id(self)
        seen.wait(WAIT_SECONDS)
        return found

    def open_counted(self: Any, **asked: Any) -> Any:
        opened.append(asked)
        return open_it(self, **asked)

    monkeypatch.setattr(type(store), "current_id", see_with_all_others)
    monkeypatch.setattr(type(store), "open", open_counted)
    with ThreadPoolExecutor(QUESTIONS) as pool:
        found = [pool.submit(live.generation) for _ in range(QUESTIONS)]
        assert {each.result(WAIT_SECONDS) for each in found} == {report.generation}
    assert len(opened) == 1


def test_a_generation_that_cannot_be_opened_is_an_error_for_all_who_wait_for_it(
    tmp_path: Path,
) -> None:
    live = LiveIndex(tmp_path, FakeEmbedder(), ConfidenceModel.load(), awaited=True)
    with ThreadPoolExecutor(QUESTIONS) as pool:
        found = [pool.submit(live.generation) for _ in range(QUESTIONS)]
        assert {_code(each.result, WAIT_SECONDS) for each in found} == {"no-index"}
    index(three(), tmp_path)
    assert len(live.search("le pont").hits) == 3
