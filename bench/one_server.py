"""What an index in one PostgreSQL server costs: memory, disk, questions, one article more, and a
standby that answers while the primary is down.

Articles are invented, vectors a stand-in's (`_prose.py`). Questions are asked through the address
of the server and its standby, one after the other.

    python bench/one_server.py [PASSAGES] [--questions N]

Without PostgreSQL and pgvector there is nothing to measure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import _clone  # noqa: F401
from _prose import Prose, StandIn
from scale import Steps, Timed, _memory

from bot.evaluation.measures import quantile
from index.errors import StoreError
from index.ingestion.builder import build
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.postgres.store import PostgresStore
from tests.postgres import server as clusters

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "maintenance_work_mem": "8GB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
}
FIRST = 5


def main() -> int:
    options = _options()
    if (reason := clusters.absent() or clusters.without_vectors()) is not None:
        print(f"skipped: {reason}")
        return 0
    with (
        tempfile.TemporaryDirectory() as folder,
        clusters.running(settings=SETTINGS) as primary,
    ):
        corpus, work = Path(folder) / "corpus", Path(folder) / "work"
        corpus.mkdir()
        _write(corpus / "all.jsonl", range(-(-options.passages // 4)))
        store = PostgresStore(primary.url("postgres"), work)
        _print(_built("built", corpus, store))
        facts, size = store.facts(), store.check().size
        _print({"bytes": size, "bytes_per_passage": size // facts.passages})
        questions = Prose().questions(options.passages, options.questions)
        _print({"asked": "the server", **_asked(store, questions), **_server_memory(primary)})
        _write(corpus / "one.jsonl", range(10**6, 10**6 + 1))
        _print(_built("one article more", corpus, store))
        _standby(primary, work, corpus, questions)
        store.close()
    return 0


def _standby(primary: clusters.Server, work: Path, corpus: Path, questions: list[str]) -> None:
    """Ask on while the primary is killed: who answers, and how soon the first time."""
    with clusters.running(standby_of=primary, settings=SETTINGS) as standby:
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        both = f"postgresql://selon:selon@{hosts}/postgres?target_session_attrs=any"
        store = PostgresStore(both, work)
        index = LiveIndex(store, StandIn(), ConfidenceModel.load())
        before = [_keys(index, question) for question in questions]
        primary.kill()
        began = time.perf_counter()
        same = _keys(index, questions[0]) == before[0]
        first = time.perf_counter() - began
        figures = _asked(store, questions, index)
        same &= [_keys(index, question) for question in questions] == before
        refused = ""
        try:
            build([corpus], store, StandIn())
        except StoreError as error:
            refused = error.code
        _print(
            {
                "asked": "the standby, its primary killed",
                "first_answer_ms": round(1000 * first),
                **figures,
                "same_answers": same,
                "a_build_ends_with": refused,
            }
        )
        store.close()


def _print(figures: dict[str, Any]) -> None:
    print(json.dumps({**figures, "load": round(os.getloadavg()[0], 1)}), flush=True)


def _write(path: Path, numbers: range) -> None:
    prose = Prose()
    with path.open("w", encoding="utf-8") as file:
        for number in numbers:
            article = prose.article(number)
            fields = {"title": article.title, "text": article.text, "date": str(article.published)}
            file.write(json.dumps({**fields, "id": article.id, "url": article.url}) + "\n")


def _built(name: str, corpus: Path, store: PostgresStore) -> dict[str, Any]:
    embedder, steps, busy = Timed(), Steps(), time.process_time()
    began = time.perf_counter()
    report = build([corpus], store, embedder, observer=steps)
    seconds = time.perf_counter() - began
    steps.step("end")
    return {
        name: report.passages,
        "sentences": report.sentences,
        "embedded": report.embedded,
        "seconds": round(seconds, 1),
        "stand_in_s": round(embedder.seconds, 1),
        "processor_s": round(time.process_time() - busy, 1),
        "steps": steps.seconds,
        "builder_peak_mb": _memory("VmHWM"),
    }


def _asked(
    store: PostgresStore, questions: list[str], index: LiveIndex | None = None
) -> dict[str, Any]:
    index = index or LiveIndex(store, StandIn(), ConfidenceModel.load())
    index.search(questions[0], FIRST)
    milliseconds = []
    for question in questions:
        began = time.perf_counter()
        index.search(question, FIRST)
        milliseconds.append(1000 * (time.perf_counter() - began))
    return {
        "questions": len(questions),
        **{f"p{share}_ms": round(quantile(milliseconds, share / 100), 1) for share in (50, 95)},
    }


def _keys(index: LiveIndex, question: str) -> list[tuple[str, int]]:
    hits = index.search(question, FIRST).hits
    return [(hit.article.id, hit.passage.start) for hit in hits]


def _server_memory(server: clusters.Server) -> dict[str, int]:
    """Resident memory of the largest of the server's processes, shared buffers included."""
    main = (server.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
    children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
    sizes = [
        Path(f"/proc/{number}/statm").read_text(encoding="ascii").split()[1] for number in children
    ]
    return {"largest_process_mb": max(map(int, sizes)) * os.sysconf("SC_PAGE_SIZE") // 2**20}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("passages", nargs="?", type=int, default=4_000)
    parser.add_argument("--questions", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
