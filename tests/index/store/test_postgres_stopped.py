"""A server is stopped (SIGSTOP) while questions come: its kernel acknowledges what is sent, and
nothing is answered."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.build.builder import build_articles
from index.errors import StoreError
from index.models.base import Vectors
from index.search.live import LiveIndex
from index.store.postgres import connections
from index.store.postgres.connections import Connections
from index.store.postgres.connections import Server as Address
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import live
from tests.index.store.test_postgres_cluster import opened
from tests.index.store.test_postgres_store import made, many
from tests.postgres.server import Server, running

QUESTIONS = 8
ANSWER_SECONDS = 15  # 3 where nothing else runs; statements themselves may take 20
WAIT_SECONDS = 30  # that nothing takes, but where it waits for ever
ARTICLES = many(40)
TITLE, QUESTION = ARTICLES[17].title, " ".join(ARTICLES[17].text.split()[2:8])


@dataclass(frozen=True, slots=True)
class Reply:
    """The best article's title, or the code and server of the error, and the seconds it took."""

    text: str
    seconds: float


def ask(index: LiveIndex) -> Reply:
    start = time.monotonic()
    try:
        text = index.search(QUESTION).hits[0].article.title
    except StoreError as error:
        text = f"{error.code} {error.shown}"
    return Reply(text, time.monotonic() - start)


def ask_at_once(index: LiveIndex) -> set[str]:
    """What 8 concurrent questions are answered, each in time."""
    together = threading.Barrier(QUESTIONS)

    def ask_with_all(_: int) -> Reply:
        together.wait(WAIT_SECONDS)
        return ask(index)

    with ThreadPoolExecutor(QUESTIONS) as pool:
        replies = list(pool.map(ask_with_all, range(QUESTIONS)))
    assert max(each.seconds for each in replies) < ANSWER_SECONDS
    return {each.text for each in replies}


@pytest.mark.parametrize("stopped", [0, 1], ids=["the first", "another"])
def test_questions_to_a_stopped_server_end_with_its_name_and_it_recovers_by_itself(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: int
) -> None:
    with vector_server.database() as first, running() as other:
        addresses = [first, other.url("postgres")]
        store = PostgresStore(addresses[:: 1 if stopped else -1], tmp_path)
        made(ARTICLES, store)
        index = live(store)
        assert ask_at_once(index) == {TITLE}
        monkeypatch.setattr(connections, "BREAKER_SECONDS", 1.0)
        with other.frozen():
            expected = f"postgres-unreachable postgresql://127.0.0.1:{other.port}/postgres"
            if stopped:
                assert ask_at_once(index) == {expected}
            else:  # a question asks the first one several things, one after another
                alone = ask(index)
                assert alone.text == expected
                assert alone.seconds < ANSWER_SECONDS
        deadline = time.monotonic() + WAIT_SECONDS
        while ask_at_once(index) != {TITLE}:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        store.close()


def test_the_standby_answers_for_a_stopped_server(tmp_path: Path, vector_server: Server) -> None:
    with running() as primary:
        builds = PostgresStore([primary.url("postgres")], tmp_path)
        made(ARTICLES, builds)
        with running(standby_of=primary) as standby:
            follows = PostgresStore([standby.url("postgres")], tmp_path)
            while follows.current_id() != builds.current_id():
                time.sleep(0.1)
            hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
            url = f"postgresql://selon:selon@{hosts}/postgres?target_session_attrs=any"
            index = live(store := PostgresStore([url], tmp_path))
            assert ask_at_once(index) == {TITLE}
            with primary.frozen():
                assert ask_at_once(index) == {TITLE}
            for each in (builds, follows, store):
                each.close()


def test_a_question_that_takes_long_on_a_server_that_lives_is_waited_for(
    vector_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_PATIENCE_SECONDS", 0.1)
    with vector_server.database() as url:
        asking = Connections(Address.at(url), seconds=20)
        assert asking.ask(lambda c: c.execute("SELECT 7 FROM pg_sleep(1)").fetchone()) == (7,)
        asking.close()


def test_a_build_ends_with_the_name_of_a_server_that_stays_silent(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_BUILD_PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(connections, "_PING_SECONDS", 0.3)
    with (
        vector_server.database() as first,
        running() as other,
        opened([first, other.url("postgres")], tmp_path) as store,
        ExitStack() as frozen,
    ):
        before = made(ARTICLES[:3], store)

        class Freezing(FakeEmbedder):
            def embed_passages(self, *arguments: Any, **options: Any) -> Vectors:
                if not self.embedded:
                    frozen.enter_context(other.frozen())
                return super().embed_passages(*arguments, **options)

        with pytest.raises(StoreError, match="no reply") as refused:
            build_articles(ARTICLES, store, Freezing())
        assert refused.value.code == "postgres-unreachable"
        assert refused.value.shown == f"postgresql://127.0.0.1:{other.port}/postgres"
        frozen.close()
        assert store.current_id() == before.generation
        assert made(ARTICLES, store).switched
