"""What happens to the server and to builders while people ask: never a wrong answer, and every
error names the server and says what to do.

The short form has some kinds of events once; `make chaos` draws a hundred of all.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from bot.locale.errors import error_text
from index.article import Article
from index.errors import BuildLocked, IndexingError, StoreError
from index.ingestion.builder import build_articles
from index.search.live import LiveIndex
from index.store.postgres import build, connections
from index.store.postgres.connections import Server as Address
from index.store.removals import RemovedArticles
from tests.fakes import FakeEmbedder
from tests.index.samples import article, live
from tests.index.store.disk import mounted
from tests.index.store.postgres_stores import (
    WAIT_SECONDS,
    once_free,
    opened,
    say,
    with_standby,
)
from tests.index.store.test_postgres_store import made, many
from tests.postgres.deployed import until
from tests.postgres.server import Server, account, running

HITS = 10
GENERATIONS = "SELECT count(*)::integer FROM selon.generations"
LONG = 100  # events of the long form
ANSWER_SECONDS = 15  # or an error: 3 where nothing else runs
REMEDIES = ("SELON_", "selon ", "docs/", "try again", "upgrade Selon")


def marked(mark: int) -> list[Article]:
    """Articles that all bear the mark of their generation."""
    return [article(f"a{n}", f"La marque {mark} du jour {n}.") for n in range(30)]


def build_in_process(articles: list[Article], address: str, folder: Path, doomed: bool) -> None:
    """Build; a `doomed` builder dies between its commit and the switch."""
    if doomed:
        build.put_in_service = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    with suppress(IndexingError), opened(address, folder) as store:
        made(articles, store)


def check_error(error: IndexingError) -> None:
    text = error_text(error, "en")
    assert any(remedy in text for remedy in REMEDIES), text
    assert "postgresql://" in text, text


def check_answer(index: LiveIndex) -> int:
    """The mark of a whole answer, all of one generation."""
    hits = index.search("Quelle marque du jour ?", HITS).hits
    [mark] = {hit.passage.text.split()[2] for hit in hits}
    assert len(hits) == HITS
    return int(mark)


def answers_or_says_why(index: LiveIndex, mark: int) -> bool:
    try:
        return check_answer(index) == mark
    except IndexingError as error:
        check_error(error)
        return False


@dataclass
class Chaos:
    """A server, and what happens to it while people ask."""

    address: str
    server: Server
    seconds: float  # for which it stops, at most
    folder: Path
    chance: random.Random
    processes: ForkServerContext
    mark: int = 1
    answers: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    faults: list[BaseException] = field(default_factory=list)

    @contextmanager
    def people(self) -> Iterator[None]:
        """People who ask until the block ends."""
        ended = threading.Event()

        def ask() -> None:
            with opened(self.address, self.folder) as store:
                index: LiveIndex | None = None
                while not ended.is_set():
                    start = time.monotonic()
                    try:
                        index = index or live(store)
                        assert 1 <= check_answer(index) <= self.mark
                        self.answers += 1
                    except IndexingError as error:
                        self._note(error)
                    except BaseException as fault:
                        self.faults.append(fault)
                        return
                    if time.monotonic() - start > ANSWER_SECONDS:
                        self.faults.append(TimeoutError(f"{time.monotonic() - start:.1f} s"))
                    ended.wait(0.05)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        assert self.faults == []

    def _note(self, error: IndexingError) -> None:
        try:
            check_error(error)
        except AssertionError as fault:
            self.faults.append(fault)
        self.errors[error.code] = self.errors.get(error.code, 0) + 1

    def recover(self) -> None:
        """Wait until a new bot is answered."""

        def is_answered() -> bool:
            try:
                with opened(self.address, self.folder) as store:
                    return check_answer(live(store)) > 0
            except IndexingError:
                return False

        until(is_answered)

    def build(self) -> None:
        self.mark += 1
        with suppress(BuildLocked), opened(self.address, self.folder) as store:
            assert made(marked(self.mark), store).switched

    def roll_back(self) -> None:
        with suppress(IndexingError), opened(self.address, self.folder) as store:
            store.roll_back()

    def kill_builder(self) -> None:
        process = self._builder()
        time.sleep(self.chance.uniform(0, 0.5))
        process.kill()  # unless it is done already
        process.join()

    def kill_before_switch(self) -> None:
        """Kill a builder between its commit and the switch; a locked out one goes as it came."""
        process = self._builder(doomed=True)
        process.join(WAIT_SECONDS)
        assert process.exitcode in (0, -signal.SIGKILL)

    def build_twice_at_once(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(self.build) for _ in range(2)]:
                future.result(WAIT_SECONDS)

    def _builder(self, *, doomed: bool = False) -> BaseProcess:
        self.mark += 1
        work = (marked(self.mark), self.address, self.folder, doomed)
        process = self.processes.Process(target=build_in_process, args=work)
        process.start()
        return process

    def stop(self) -> None:
        with self.server.frozen():
            time.sleep(self.chance.uniform(0, self.seconds))

    def crash(self) -> None:
        with self.server.stopped():
            time.sleep(self.chance.uniform(0, self.seconds))


EVENTS = (
    Chaos.build,
    Chaos.build_twice_at_once,
    Chaos.roll_back,
    Chaos.stop,
    Chaos.crash,
)
MORE_EVENTS = (*EVENTS, Chaos.kill_builder, Chaos.kill_before_switch)


@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_whatever_happens_no_answer_is_wrong_and_each_error_says_what_to_do(
    vector_server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    processes: ForkServerContext,
    long: bool,
) -> None:
    monkeypatch.setattr(connections, "BREAKER_SECONDS", 1.0)
    chance = random.Random(1)
    events = MORE_EVENTS if long else EVENTS
    happening = chance.sample(events, len(events)) + chance.choices(events, k=long and LONG)
    with running() as server:
        address = server.url("postgres")
        chaos = Chaos(address, server, 4 if long else 0.3, tmp_path, chance, processes)
        with opened(address, tmp_path) as store:
            made(marked(1), store)
        with chaos.people():
            for event in happening:
                event(chaos)
                chaos.recover()
                assert chaos.faults == [], event
        assert chaos.answers >= len(happening)


def test_killed_between_commit_and_switch_the_old_index_answers_and_a_build_ends(
    vector_server: Server, tmp_path: Path, processes: ForkServerContext
) -> None:
    with vector_server.database() as address, opened(address, tmp_path) as store:
        made(marked(1), store)
        work = (marked(2), address, tmp_path, True)
        process = processes.Process(target=build_in_process, args=work)
        process.start()
        process.join(WAIT_SECONDS)
        assert process.exitcode == -signal.SIGKILL
        assert say(address, GENERATIONS) == [(2,)]
        assert check_answer(live(store)) == 1
        embedder = FakeEmbedder()
        once_free(lambda: build_articles(marked(2), store, embedder))
        assert embedder.embedded == 0
        assert check_answer(live(store)) == 2
        assert say(address, GENERATIONS) == [(2,)]


def test_a_standby_that_is_behind_answers_from_the_generation_it_has(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BREAKER_SECONDS", 0.0)
    with running() as primary, opened(primary.url("postgres"), tmp_path) as builds:
        made(marked(1), builds)
        with (
            running(standby_of=primary) as standby,
            opened(with_standby(primary, standby), tmp_path) as store,
        ):
            index = live(store)
            assert check_answer(index) == 1
            control = standby.url("postgres")
            say(control, "SELECT pg_wal_replay_pause()")
            made(marked(2), builds)
            assert check_answer(index) == 2
            reached = f"SELECT pg_last_wal_receive_lsn() >= '{written(primary)}'"
            until(lambda: say(control, reached) == [(True,)])
            primary.kill()
            until(lambda: answers_or_says_why(index, 1))  # its last sessions outlive it
            with pytest.raises(IndexingError) as refused:
                made(marked(3), store)
            check_error(refused.value)
            say(control, "SELECT pg_wal_replay_resume()")
            until(lambda: say(control, GENERATIONS) == [(2,)])
            assert check_answer(index) == 2


def written(server: Server) -> str:
    """Up to where a primary has written its log."""
    return str(say(server.url("postgres"), "SELECT pg_current_wal_lsn()")[0][0])


def test_a_full_disk_of_the_server_is_told(tmp_path: Path, vector_server: Server) -> None:
    owner = account()
    options = f"size=11m,mode=700,uid={owner.get('user')},gid={owner.get('group')}"
    with (
        tempfile.TemporaryDirectory(prefix="selon-disk-", dir="/tmp") as folder,
        mounted(folder, options) as disk,
        running() as server,  # its checkpoints fail as long as the disk is full
        server.tablespace(disk) as address,
        opened(address, tmp_path) as store,
    ):
        made(marked(1), store)
        with pytest.raises(StoreError) as refused:
            build_articles(many(500), store, FakeEmbedder(dimension=1_024))
        assert refused.value.code == "postgres-full"
        assert refused.value.subject == Address.at(address).label
        check_error(refused.value)
        assert check_answer(live(store)) == 1
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert made(marked(2), store).switched
        assert check_answer(live(store)) == 2


def test_an_account_that_only_reads_changes_nothing(vector_server: Server, tmp_path: Path) -> None:
    with vector_server.database() as address:
        with opened(address, tmp_path) as store:
            made(marked(0), store)
            made(marked(1), store)
        say(address, "DROP ROLE IF EXISTS reader")
        say(address, "CREATE ROLE reader LOGIN PASSWORD 'reader' IN ROLE pg_read_all_data")
        reading = address.replace("selon:selon@", "reader:reader@")
        with opened(reading, tmp_path) as store:
            index = live(store)
            assert check_answer(index) == 1
            for change in (
                lambda: made(marked(2), store),
                lambda: RemovedArticles(store).add(marked(1)[:1]),
                store.roll_back,
            ):
                with pytest.raises(StoreError) as refused:
                    change()
                assert refused.value.code == "postgres-denied"
                check_error(refused.value)
            assert check_answer(index) == 1
        with opened(address, tmp_path) as store:
            made(marked(3), store)
        with opened(reading, tmp_path) as store:
            assert check_answer(live(store)) == 3
