"""A server goes while questions come: it hangs (SIGSTOP: its kernel acknowledges what is sent, and
nothing is answered), or it is killed."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.errors import StoreError
from index.ingestion.builder import build_articles
from index.models.base import Vectors
from index.search.live import LiveIndex
from index.store.postgres import connections
from index.store.postgres.connections import Connections
from index.store.postgres.connections import Server as Address
from tests.fakes import FakeEmbedder
from tests.index.samples import live
from tests.index.store.postgres_stores import WAIT_SECONDS, opened, with_standby
from tests.index.store.test_postgres_store import made, many
from tests.postgres.deployed import until
from tests.postgres.server import Server, running

QUESTIONS = 8
ANSWER_SECONDS = 15  # 3 where nothing else runs; statements themselves may take 20
ARTICLES = many(40)
TITLE, QUESTION = ARTICLES[17].title, " ".join(ARTICLES[17].text.split()[2:8])


def ask_at_once(index: LiveIndex) -> set[str]:
    """What 8 concurrent questions are answered, each in time: the best article's title, or the code
    and the server of the error."""
    together = threading.Barrier(QUESTIONS)

    def ask(_: int) -> str:
        together.wait(WAIT_SECONDS)
        start = time.monotonic()
        try:
            return index.search(QUESTION).hits[0].article.title
        except StoreError as error:
            return f"{error.code} {error.subject}"
        finally:
            assert time.monotonic() - start < ANSWER_SECONDS

    with ThreadPoolExecutor(QUESTIONS) as pool:
        return set(pool.map(ask, range(QUESTIONS)))


def test_questions_to_a_server_that_is_away_end_with_its_name_and_it_recovers_by_itself(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vector_server: Server,
) -> None:
    monkeypatch.setattr(connections, "BREAKER_SECONDS", 1.0)
    with running() as first, opened(first.url("postgres"), tmp_path) as store:
        made(ARTICLES, store)
        index = live(store)
        assert ask_at_once(index) == {TITLE}
        for stop in (first.frozen, first.stopped):  # it hangs, then it is down
            with stop():
                expected = f"postgres-unreachable postgresql://127.0.0.1:{first.port}/postgres"
                assert ask_at_once(index) == {expected}
                with pytest.raises(StoreError):
                    index.check()
            until(lambda: ask_at_once(index) == {TITLE})


def test_a_server_that_goes_amid_a_pipeline_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    def ask(connection: psycopg.Connection[Any]) -> None:
        with connection.pipeline():
            rows = connection.execute("SELECT pg_sleep(60)")
            threading.Timer(0.3, server.kill).start()
            rows.fetchall()

    with running() as server:
        address = server.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address) as connection, pytest.raises(psycopg.Error):
            ask(connection)
    assert [record for record in caplog.records if record.name.startswith("psycopg")] == []


def test_the_standby_answers_for_a_server_that_hangs_and_for_one_killed_amid_questions(
    tmp_path: Path, vector_server: Server
) -> None:
    with running() as primary, opened(primary.url("postgres"), tmp_path) as builds:
        made(ARTICLES, builds)
        with (
            running(standby_of=primary) as standby,
            opened(standby.url("postgres"), tmp_path) as follows,
        ):
            until(lambda: follows.current_id() == builds.current_id())
            both = with_standby(primary, standby)
            with opened(both, tmp_path) as store:
                index = live(store)
                assert ask_at_once(index) == {TITLE}
                with primary.frozen():
                    assert ask_at_once(index) == {TITLE}
            with opened(both, tmp_path) as store:
                index = live(store)
                killer = threading.Timer(0.3, primary.kill)
                killer.start()
                titles = []
                while killer.is_alive() or len(titles) < 20:
                    titles.append(index.search(QUESTION).hits[0].article.title)
                assert set(titles) == {TITLE}
                with pytest.raises(StoreError) as refused:
                    made(ARTICLES[:1], store)
                assert refused.value.code == "postgres-unreachable"


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
    monkeypatch.setattr(connections, "BREAKER_SECONDS", 0.0)  # each ping is sent
    with (
        running() as other,
        opened(other.url("postgres"), tmp_path) as store,
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
        assert refused.value.subject == f"postgresql://127.0.0.1:{other.port}/postgres"
        frozen.close()
        assert store.current_id() == before.generation
        assert made(ARTICLES, store).switched
