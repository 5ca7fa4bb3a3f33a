"""What it costs to add an article to an index, to change and to remove one, as the index grows.

Articles are invented and vectors a stand-in's (`_prose.py`), so that the store itself is measured;
every build runs in a process of its own. Processor time is that of the build without embedding.

    python bench/additions.py [PASSAGES …] [--folder DIR] [--segments N …] [--questions N]

Without a size: 2,000 and 20,000 passages. With `--segments`, as many additions follow, without
being written together, and questions are asked of the segments and of one index of the same
articles: the same first five, and how long they take.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from _prose import PASSAGES, Prose, StandIn

from bot.evaluation.measures import quantile
from index.build.builder import build
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.files import addition
from index.store.files.opening import find_current, open_generation

SIZES = (2_000, 20_000)
AT_ONCE = 500  # articles of a file of the base
FIRST = 5

Figures = dict[str, Any]


class Timed(StandIn):
    """The stand-in, its own processor time kept apart from the store's."""

    seconds = 0.0

    def embed_passages(self, texts: Any, *, progress: Any = None) -> Any:
        began = time.process_time()
        vectors = super().embed_passages(texts, progress=progress)
        self.seconds += time.process_time() - began
        return vectors


def invent(folder: Path, first: int, count: int) -> None:
    """Write articles as JSON Lines, `AT_ONCE` to a file."""
    prose = Prose()
    for start in range(first, first + count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, first + count))
        articles = [prose.article(number) for number in numbers]
        lines = [
            json.dumps(
                {
                    "title": each.title,
                    "text": each.text,
                    "url": each.url,
                    "date": str(each.published),
                    "language": "fr",
                }
            )
            for each in articles
        ]
        (folder / f"{start:07}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def build_once(corpus: Path, data_dir: Path) -> Figures:
    """One build in this process, and what it cost."""
    embedder = Timed()
    before = _written(data_dir)
    began, busy = time.perf_counter(), time.process_time()
    report = build([corpus], data_dir, embedder)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    after = _written(data_dir)
    return {
        "passages": report.passages,
        "added": report.added,
        "removed": report.removed,
        "segments": len(find_current(data_dir)[1].segments),
        "cpu_s": round(busy - embedder.seconds, 2),
        "parser_cpu_s": round(children.ru_utime + children.ru_stime, 2),
        "wall_s": round(seconds, 2),
        "written_mb": round(sum(n for path, n in after.items() if before.get(path) != n) / 1e6, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _written(data_dir: Path) -> dict[tuple[str, int], int]:
    files = [each for each in (data_dir / "index").rglob("*") if each.is_file()]
    states = [(str(each), each.stat()) for each in files]
    return {(path, state.st_mtime_ns): state.st_size for path, state in states}


def apart(corpus: Path, data_dir: Path, *more: str) -> Figures:
    command = [sys.executable, __file__, "--once", str(corpus), str(data_dir), *more]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def grow(size: int, folder: Path) -> None:
    """Print what each kind of change costs an index of this size."""
    corpus, data_dir = folder / f"corpus{size}", folder / f"data{size}"
    articles = size // PASSAGES
    if not corpus.exists():
        corpus.mkdir()
        invent(corpus, 0, articles)
    rows = {"built": apart(corpus, data_dir)}
    time.sleep(2.1)  # until the files count as settled
    rows["nothing changed"] = apart(corpus, data_dir)
    invent(corpus, 10_000_000, 1)
    rows["one added"] = apart(corpus, data_dir)
    new = corpus / "10000000.jsonl"
    new.write_text(new.read_text(encoding="utf-8").replace(" le ", " la ", 3), encoding="utf-8")
    rows["one changed"] = apart(corpus, data_dir)
    new.unlink()
    rows["one removed"] = apart(corpus, data_dir)
    for name, row in rows.items():
        print(f"{size:>9,} {name:16} {json.dumps(row)}", flush=True)


def compare(size: int, counts: list[int], folder: Path, questions: int) -> None:
    """Print, for each number of segments, how the first five and the time of a question differ
    from those of one index of the same articles."""
    for count in counts:
        corpus, data_dir, whole = (folder / f"{n}{size}-{count}" for n in ("c", "d", "w"))
        corpus.mkdir()
        articles = size // PASSAGES
        invent(corpus, 0, articles)
        apart(corpus, data_dir)
        for number in range(count):
            invent(corpus, articles + AT_ONCE * (number + 1), 2)
            apart(corpus, data_dir, "--apart")
        apart(corpus, whole)
        asked = Prose().questions(size, questions)
        ours, theirs = _ask(data_dir, asked), _ask(whole, asked)
        same = np.mean([one == other for one, other in zip(ours[0], theirs[0], strict=True)])
        figures = {
            "segments": len(find_current(data_dir)[1].segments) - 1,
            "same_first_five": round(float(same), 4),
            "same_first": round(
                float(np.mean([a[:1] == b[:1] for a, b in zip(ours[0], theirs[0], strict=True)])), 4
            ),
            "p50_ratio": round(quantile(ours[1], 0.5) / quantile(theirs[1], 0.5), 2),
            "p95_ratio": round(quantile(ours[1], 0.95) / quantile(theirs[1], 0.95), 2),
            "p95_ms": round(quantile(ours[1], 0.95), 1),
        }
        print(f"{size:>9,} {json.dumps(figures)}", flush=True)


def _ask(data_dir: Path, questions: list[str]) -> tuple[list[list[Any]], list[float]]:
    embedder = StandIn()
    generation = open_generation(data_dir, model=embedder.id, dimension=embedder.dimension)
    searcher = Searcher(generation, embedder, ConfidenceModel.load())
    hits, times = [], []
    for question in questions[:20]:
        searcher.search(question)
    for question in questions:
        began = time.thread_time()
        found = searcher.search(question, FIRST)
        times.append((time.thread_time() - began) * 1000)
        hits.append([(hit.article.id, hit.passage.start) for hit in found.hits])
    return hits, times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--segments", nargs="*", type=int, default=[])
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--once", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--apart", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        if options.apart:
            addition._written_anew = lambda small, added: []
        print(json.dumps(build_once(*options.once)))
        return
    folder = options.folder or Path(tempfile.mkdtemp())
    try:
        for size in options.sizes:
            grow(size, folder)
            if options.segments:
                compare(size, options.segments, folder, options.questions)
    finally:
        if options.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
