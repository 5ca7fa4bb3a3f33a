"""An index in PostgreSQL beside the same in files: the same answers, and how long they take.

The articles are invented, and vectors a stand-in's (`_prose.py`), or those of a file of questions
with the bundled model. Every question is asked of both, in turns.

    python bench/postgres.py [PASSAGES | QUESTIONS.json] [--url URL]
    python bench/postgres.py --switches QUESTIONS --kills ROUNDS    # a server under fire

Without --url, a server of its own is started, if PostgreSQL and pgvector are installed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import _clone  # noqa: F401
import numpy as np
from _exhaustive import exhaustive
from _faults import killed, switched
from _prose import Prose, StandIn
from _searches import Remembering

from bot.evaluation.measures import quantile
from bot.evaluation.questions import read_squad
from bot.settings import load_settings
from index.article import Article, Period, Selection
from index.findings import Findings
from index.ingestion.builder import build_articles
from index.models.base import Embedder
from index.models.factory import load_embedder
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.base import IndexStore
from index.store.factory import open_store
from index.store.files.opening import open_generation
from index.store.open_generation import OpenGeneration
from index.store.postgres import vectors
from tests.postgres import server as clusters

FIRST = 5
SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "maintenance_work_mem": "2GB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
}
"""Of the server that is started: as one that is meant to hold an index."""

Filter = tuple[Period | None, Selection | None]


def main() -> int:
    options = _options()
    if options.switches or options.kills:
        return _under_fire(options)
    given = options.corpus.endswith(".json")
    cache_dir = load_settings().cache_dir
    embedder = Remembering(load_embedder("bundled", cache_dir)) if given else StandIn()
    articles, questions = _asked(options.corpus, options.questions)
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = open_store(folder)
        _told({"store": "files", **_built(articles, files, embedder)})
        url = options.url or stack.enter_context(_own_server())
        if url is None:
            return 0
        stores = {"files": files, "postgres": open_store(folder / "postgres", url)}
        _told({"store": "postgres", **_built(articles, stores["postgres"], embedder)})
        filters: dict[str, Filter] = {"all": (None, None)} if given else _filters()
        for name, (within, among) in filters.items():
            figures = _compared(stores, embedder, questions, within, among)
            if not given:
                some = questions[:100]
                figures["recall_at_5"] = _recall(folder, stores, embedder, some, within, among)
            _told({"found": name, **figures})
        if not given:
            _told(_incremental(articles, stores, embedder))
    return 0


def _under_fire(options: argparse.Namespace) -> int:
    if (reason := clusters.absent() or clusters.without_vectors()) is not None:
        print(f"skipped: {reason}")
        return 0
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        if options.switches:
            figures = switched(options.switches, Path(folder))
            _told(figures)
            bad += figures["mixed"]
        if options.kills:
            figures = killed(options.kills, Path(folder))
            _told(figures)
            bad += figures["wrong"]
    return 1 if bad else 0


def _told(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


def _asked(corpus: str, count: int) -> tuple[list[Article], list[str]]:
    if corpus.endswith(".json"):
        read = read_squad(Path(corpus))
        return list(read.articles), [question.text for question in read.questions][:count]
    size = int(corpus)
    return list(Prose().articles(size)), Prose().questions(size, count)


def _filters() -> dict[str, Filter]:
    day = date(2012, 3, 5)
    return {
        "all": (None, None),
        "ten years": (Period(date(2010, 1, 1), date(2019, 12, 31)), None),
        "a year": (Period(date(2012, 1, 1), date(2012, 12, 31)), None),
        "a month": (Period(date(2012, 3, 1), date(2012, 3, 31)), None),
        "a day": (Period(day, day), None),
        "a language": (None, Selection(languages=("fr",))),
        "since": (None, Selection(since=day + timedelta(days=2_000))),
    }


def _built(
    articles: Sequence[Article], store: IndexStore, embedder: Embedder
) -> dict[str, float | int]:
    began = time.perf_counter()
    report = build_articles(articles, store, embedder)
    seconds = time.perf_counter() - began
    size = store.check().size
    return {
        "seconds": round(seconds, 1),
        "passages": report.passages,
        "sentences": report.sentences,
        "bytes_per_passage": size // report.passages,
    }


def _compared(
    stores: dict[str, IndexStore],
    embedder: Embedder,
    questions: Sequence[str],
    within: Period | None,
    among: Selection | None,
) -> dict[str, Any]:
    """How long each store takes, and how often both say the same."""
    walls: dict[str, list[float]] = {name: [] for name in stores}
    found: dict[str, list[Findings]] = {name: [] for name in stores}
    with ExitStack() as opened:
        searchers = {}
        for name, store in stores.items():
            generation = opened.enter_context(store.open())
            searchers[name] = Searcher(generation, embedder, ConfidenceModel.load(), among)
            searchers[name].search(questions[0], FIRST, within)
        for question in questions:
            for name, searcher in searchers.items():
                began = time.perf_counter()
                findings = searcher.search(question, FIRST, within)
                walls[name].append((time.perf_counter() - began) * 1000)
                found[name].append(findings)
    pairs = list(zip(found["files"], found["postgres"], strict=True))
    figures: dict[str, Any] = {
        "questions": len(questions),
        "same_first_five": sum(_keys(one) == _keys(other) for one, other in pairs),
        "same_first": sum(_keys(one)[:1] == _keys(other)[:1] for one, other in pairs),
        "confidence_apart": round(max(abs(a.confidence - b.confidence) for a, b in pairs), 6),
    }
    for name, times in walls.items():
        for share in (50, 95):
            figures[f"{name}_p{share}_ms"] = round(quantile(times, share / 100), 1)
    figures["times_p95"] = round(figures["postgres_p95_ms"] / figures["files_p95_ms"], 2)
    return figures


def _recall(
    folder: Path,
    stores: dict[str, IndexStore],
    embedder: Embedder,
    questions: Sequence[str],
    within: Period | None,
    among: Selection | None,
) -> float:
    """The share of the exact first five, every vector compared, that PostgreSQL has too."""
    judge = ConfidenceModel.load()
    vectors = np.array([embedder.embed_question(question) for question in questions])
    with (
        open_generation(folder, embedder) as files,
        stores["postgres"].open() as postgres,
    ):
        [segment] = files.segments
        allowed = segment.eligible((among or Selection()).during(within), None)
        with exhaustive(segment, vectors, allowed):
            exact = [
                _keys(
                    Searcher(OpenGeneration(files, frozenset), embedder, judge, among).search(
                        question, FIRST, within
                    )
                )
                for question in questions
            ]
        near = [
            _keys(Searcher(postgres, embedder, judge, among).search(question, FIRST, within))
            for question in questions
        ]
    kept = sum(len(set(one) & set(other)) for one, other in zip(exact, near, strict=True))
    return round(kept / max(sum(map(len, exact)), 1), 4)


def _incremental(
    articles: Sequence[Article], stores: dict[str, IndexStore], embedder: Embedder
) -> dict[str, float]:
    """Seconds of a build after which ten articles are new."""
    more = [*articles, *(Prose(2).article(10**6 + number) for number in range(10))]
    figures = {}
    for name, store in stores.items():
        began = time.perf_counter()
        build_articles(more, store, embedder)
        figures[f"{name}_ten_new_s"] = round(time.perf_counter() - began, 1)
    return figures


def _keys(findings: Findings) -> list[tuple[str, int]]:
    return [(hit.article.id, hit.passage.start) for hit in findings.hits]


@contextmanager
def _own_server() -> Iterator[str | None]:
    reason = clusters.absent() or clusters.without_vectors()
    if reason is not None:
        print(f"skipped: {reason}")
        yield None
        return
    with clusters.running(settings=SETTINGS) as server, server.database() as url:
        yield url


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", nargs="?", default="10000", metavar="PASSAGES | QUESTIONS.json")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--url", help="a server that runs already")
    parser.add_argument("--folder", type=Path, help="keep the index in files here")
    parser.add_argument("--switches", type=int, default=0, help="questions during switches")
    parser.add_argument("--kills", type=int, default=0, help="how often a server is killed")
    parser.add_argument("--exact-rows", type=int, help="rows up to which all are compared")
    options = parser.parse_args()
    if options.exact_rows is not None:
        vectors.EXACT_ROWS = options.exact_rows
    return options


if __name__ == "__main__":
    sys.exit(main())
