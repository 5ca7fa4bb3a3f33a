"""What it costs to lose a server of an index, or to change how many there are.

    python bench/topology.py [PASSAGES] [--rounds 5]

A server is stopped (SIGSTOP) under eight concurrent questions, without a standby and with one: how
long the slowest error and the slowest answer took, and the first answer after it goes on. Then an
index of so many passages, with stand-in vectors, goes from one server to two and back.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import _clone  # noqa: F401
from _prose import Prose, StandIn

from index.article import Article
from index.errors import StoreError
from index.ingestion.builder import build_articles
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import article
from tests.postgres import server as clusters

QUESTIONS = 8
QUESTION = "Quelle marque du jour ?"
ARTICLES = [article(f"a{number}", f"La marque une du jour {number}.") for number in range(60)]
HITS = 10


def ask_at_once(index: LiveIndex) -> tuple[int, list[float]]:
    """How many of the questions got an error, and the seconds that each took."""

    def ask(_: int) -> tuple[bool, float]:
        start = time.perf_counter()
        failed = False
        try:
            assert len(index.search(QUESTION, HITS).hits) == HITS, "a wrong answer"
        except StoreError:
            failed = True
        return failed, time.perf_counter() - start

    with ThreadPoolExecutor(QUESTIONS) as pool:
        outcomes = list(pool.map(ask, range(QUESTIONS)))
    return sum(failed for failed, _ in outcomes), [seconds for _, seconds in outcomes]


def measure_stops(rounds: int, folder: Path) -> None:
    errors, answers, recoveries = [], [], []
    for number in range(rounds):
        with clusters.running() as first, clusters.running() as second, ExitStack() as stack:
            addresses = [first.url("postgres"), second.url("postgres")]
            alone = _opened(stack, addresses, folder / f"{number}")
            build_articles(ARTICLES, alone, FakeEmbedder())
            standby = stack.enter_context(clusters.running(standby_of=second))
            hosts = f"127.0.0.1:{second.port},127.0.0.1:{standby.port}"
            either = f"postgresql://selon:selon@{hosts}/postgres?target_session_attrs=any"
            both = _opened(stack, [addresses[0], either], folder / f"{number}")
            lonely, covered = (
                LiveIndex(each, FakeEmbedder(), ConfidenceModel.load()) for each in (alone, both)
            )
            for each in (lonely, covered):
                assert ask_at_once(each)[0] == 0
            with second.frozen():
                failed, seconds = ask_at_once(lonely)
                assert failed == QUESTIONS
                errors += seconds
                failed, seconds = ask_at_once(covered)
                assert failed == 0
                answers += seconds
            start = time.perf_counter()
            while ask_at_once(lonely)[0]:
                time.sleep(0.05)
            recoveries.append(time.perf_counter() - start)
    print(
        f"A server stopped {rounds} times under {QUESTIONS} concurrent questions: the slowest "
        f"error by its name {max(errors):.1f} s, with a standby the slowest right answer "
        f"{max(answers):.1f} s; answers again {max(recoveries):.1f} s after it went on, at most."
    )


def measure_reshard(passages: int, folder: Path) -> None:
    settings = {"shared_buffers": "256MB", "maintenance_work_mem": "512MB"}
    articles: list[Article] = list(Prose().articles(passages))
    embedder = StandIn()
    with clusters.running(settings=settings) as server, ExitStack() as stack:
        one, *two = (stack.enter_context(server.database()) for _ in range(3))
        single, double = _opened(stack, [one], folder), _opened(stack, two, folder)

        def timed(name: str, work: Callable[[], object]) -> None:
            start, cpu = time.perf_counter(), time.process_time()
            work()
            seconds, own = time.perf_counter() - start, time.process_time() - cpu
            print(f"{name}: {seconds:.1f} s, of which {own:.1f} s of Selon's own processor time")

        print(f"{passages:,} passages, {len(articles):,} articles:")
        timed("  built on one server", lambda: build_articles(articles, single, embedder))
        timed("  to two servers", lambda: double.reshard(single))
        report = build_articles(articles, double, embedder)
        assert not report.switched
        timed("  back to one", lambda: single.reshard(double))
        print(f"  texts embedded on the way: {report.embedded}")


def _opened(stack: ExitStack, addresses: Sequence[str], folder: Path) -> PostgresStore:
    store = PostgresStore(addresses, folder)
    stack.callback(store.close)
    return store


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int, nargs="?", default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if (reason := clusters.absent() or clusters.without_vectors()) is not None:
        print(f"skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        measure_stops(options.rounds, Path(folder))
        measure_reshard(options.passages, Path(folder) / "reshard")
    load = os.getloadavg()[0]
    print(f"Load of the machine at the end: {load:.0f}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
