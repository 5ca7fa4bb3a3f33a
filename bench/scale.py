"""What an index costs and how fast it answers, as it grows.

Articles are invented and vectors a stand-in's (`_prose.py`), so that the store itself is measured.
Each size is built in one process, asked in a second, and compared in a third with an exhaustive
search of the same vectors.

    python bench/scale.py [PASSAGES …] [--questions N] [--folder DIR]

Without a size: 1,000 and 10,000 passages, which take seconds; a million take an hour or more.
With --folder, indexes are kept there, and one that is there already is asked without being built.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from _exhaustive import exhaustive
from _prose import Prose, StandIn

from bot.evaluation.measures import quantile
from index.article import Period, Selection
from index.ingestion.builder import build_articles
from index.models.base import Vectors
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.files.opening import open_generation
from index.store.open_generation import OpenGeneration

SIZES = (1_000, 10_000)
PARTS = ("build", "ask", "compare")
FIRST = 5  # hits that the exhaustive search is compared by

Figures = dict[str, Any]


class Timed(StandIn):
    """The stand-in, its own time kept apart from the store's."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        began = time.perf_counter()
        vectors = super().embed_passages(texts, progress=progress)
        self.seconds += time.perf_counter() - began
        return vectors


class Steps:
    """How long each step of a build took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last, self._began = "", time.perf_counter()

    def step(self, name: str) -> None:
        now = time.perf_counter()
        if self._last:
            self.seconds[self._last] = round(now - self._began, 2)
        self._last, self._began = name, now

    def progress(self, done: int, total: int) -> None:
        pass


def build(size: int, folder: Path) -> Figures:
    embedder, steps = Timed(), Steps()
    invented = 0.0

    def articles() -> Iterator[Any]:
        nonlocal invented
        began = time.perf_counter()
        for article in Prose().articles(size):
            invented += time.perf_counter() - began
            yield article
            began = time.perf_counter()

    began = time.perf_counter()
    report = build_articles(articles(), folder, embedder, observer=steps)
    seconds = time.perf_counter() - began
    steps.step("end")
    files = folder / "index" / "generations" / report.generation
    return {
        "passages": report.passages,
        "sentences": report.sentences,
        "build_s": round(seconds, 1),
        "stand_in_s": round(embedder.seconds + invented, 1),
        "us_per_passage": round((seconds - embedder.seconds - invented) / report.passages * 1e6),
        "steps": steps.seconds,
        "bytes_per_passage": sum(_sizes(files).values()) // report.passages,
        "files": {name: n // report.passages for name, n in sorted(_sizes(files).items())},
        "build_peak_mb": _memory("VmHWM"),
    }


def ask(size: int, folder: Path, count: int) -> Figures:
    embedder = StandIn()
    before = _memory("VmRSS")
    began = time.perf_counter()
    generation = open_generation(folder)
    opened = time.perf_counter() - began
    questions = Prose().questions(size, count + 1)
    searcher = Searcher(OpenGeneration(generation, frozenset), embedder, ConfidenceModel.load())
    found: Figures = {"open_s": round(opened, 2), "open_mb": _memory("VmRSS") - before}
    for name, period in _periods().items():
        searcher.search(questions[0], within=period)
        walls, busy = [], []
        for question in questions[1:]:
            wall, cpu = time.perf_counter(), time.process_time()
            searcher.search(question, within=period)
            walls.append((time.perf_counter() - wall) * 1000)
            busy.append((time.process_time() - cpu) * 1000)
        for share in (50, 95):
            found[f"{name}_p{share}_ms"] = round(quantile(walls, share / 100), 1)
            found[f"{name}_p{share}_cpu_ms"] = round(quantile(busy, share / 100), 1)
    return {**found, "rss_mb": _memory("VmRSS"), "rss_anon_mb": _memory("RssAnon")}


def compare(size: int, folder: Path, count: int) -> Figures:
    """The share of questions whose exact first five are all found, and of those hits."""
    embedder, generation = StandIn(), open_generation(folder)
    [segment] = generation.segments
    if segment.sentence_vectors.exact and segment.passage_vectors.exact:
        return {"exact": True}
    searcher = Searcher(OpenGeneration(generation, frozenset), embedder, ConfidenceModel.load())
    questions = Prose().questions(size, count)
    figures: Figures = {"exact": False}
    for name, period in _periods().items():
        near = [_first(searcher, q, period) for q in questions]
        vectors = np.array([embedder.embed_question(q) for q in questions])
        among = segment.eligible(Selection().during(period), None) if period else None
        with exhaustive(segment, vectors, among):
            exact = [_first(searcher, q, period) for q in questions]
        pairs = list(zip(near, exact, strict=True))
        figures[f"{name}_kept_all"] = round(float(np.mean([set(n) == set(e) for n, e in pairs])), 4)
        figures[f"{name}_same_first"] = round(float(np.mean([n[:1] == e[:1] for n, e in pairs])), 4)
        kept = sum(len(set(n) & set(e)) for n, e in pairs)
        figures[f"{name}_kept"] = round(kept / sum(len(e) for e in exact), 4)
    return figures


def _first(searcher: Searcher, question: str, period: Period | None) -> list[tuple[str, int]]:
    hits = searcher.search(question, FIRST, period).hits
    return [(hit.article.id, hit.passage.start) for hit in hits]


def _periods() -> dict[str, Period | None]:
    return {
        "all": None,
        "year": Period(date(2012, 1, 1), date(2012, 12, 31)),
        "day": Period(date(2012, 3, 5), date(2012, 3, 5)),
    }


def _sizes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }


def _memory(name: str) -> int:
    """A figure of this process that Linux gives, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition(f"{name}:")[2].split()[0]) // 1024


def main() -> int:
    options = _options()
    if options.part:
        parts = {
            "build": lambda: build(options.sizes[0], options.folder),
            "ask": lambda: ask(options.sizes[0], options.folder, options.questions),
            "compare": lambda: compare(options.sizes[0], options.folder, options.questions),
        }
        print(json.dumps(parts[options.part]()))
        return 0
    with tempfile.TemporaryDirectory(prefix="selon-scale-") as scratch:
        for size in options.sizes:
            folder = (options.folder or Path(scratch)) / str(size)
            built = (folder / "index" / "CURRENT").exists()
            found: Figures = {"size": size, "load": round(os.getloadavg()[0], 1)}
            for part in PARTS[1:] if built else PARTS:
                found |= _child(part, size, folder, options.questions)
            print(json.dumps(found, indent=1), flush=True)
    return 0


def _child(part: str, size: int, folder: Path, questions: int) -> Figures:
    command = [sys.executable, __file__, str(size), "--part", part, "--folder", str(folder)]
    command += ["--questions", str(questions)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures: Figures = json.loads(output)
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="PASSAGES")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--folder", type=Path, help="keep the indexes here")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
