"""What it costs to add an article to an index, to change and to remove one, as the index grows.

Articles are invented and vectors a stand-in's (`_prose.py`), so that the store itself is measured;
every build runs in a process of its own. Processor time is that of the build without embedding.

    python bench/additions.py [PASSAGES …] [--files N] [--folder DIR] [--postgres]

Without a size: 2,000 and 20,000 passages. A file has `--files` articles (500; 1 is a folder as
people have them). With `--postgres`, in a database of a server of its own: what is written is then
its write-ahead log, and `server_cpu_s` its processor time.

    python bench/additions.py 4000 --segments 1 10 50 [--squad FILE]

Instead, as many additions follow without being written together, and questions are asked of the
segments and of one index of the same articles: whether the first five are the same, and how long
they take. With `--squad`, of its paragraphs and questions, with the bundled model.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _clone  # noqa: F401
import numpy as np
import psycopg
from _prose import PASSAGES, Prose, StandIn

from bot.assembly import open_embedder
from bot.evaluation.measures import quantile
from bot.settings import Settings
from index.article import Article
from index.ingestion.builder import build
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.factory import open_store
from index.store.files import writer
from index.store.files.integrity import find_current
from index.store.files.opening import open_generation
from index.store.open_generation import OpenGeneration
from index.store.postgres.connections import Server
from tests.postgres import server as clusters

SIZES = (2_000, 20_000)
AT_ONCE = 500  # articles of a file
FIRST = 5
LASTING: dict[str, Any] = {"durable": True, "settings": {"shared_buffers": "256MB"}}

Figures = dict[str, Any]


class Timed(StandIn):
    """The stand-in, its own processor time kept apart from the store's."""

    seconds = 0.0

    def embed_passages(self, texts: Any, *, progress: Any = None) -> Any:
        began = time.process_time()
        vectors = super().embed_passages(texts, progress=progress)
        self.seconds += time.process_time() - began
        return vectors


EMBEDDERS: dict[str, Callable[[], Any]] = {
    "stand-in": Timed,
    "bundled": lambda: open_embedder(Settings()),
}


def invent(folder: Path, first: int, count: int, at_once: int = AT_ONCE) -> None:
    """Write articles as JSON Lines, some to a file."""
    prose = Prose()
    for start in range(first, first + count, at_once):
        numbers = range(start, min(start + at_once, first + count))
        lines = [_line(prose.article(number)) for number in numbers]
        (folder / f"{start:07}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(article: Article) -> str:
    facts = {"title": article.title, "text": article.text, "url": article.url}
    return json.dumps({**facts, "date": str(article.published), "language": "fr"})


def build_once(corpus: Path, data_dir: Path, embedder: Any, url: str | None = None) -> Figures:
    """One build in this process, and what it cost."""
    before = _written(data_dir) if url is None else {}
    server_before = _server_costs(url) if url else {}
    began, busy = time.perf_counter(), time.process_time()
    report = build([corpus], open_store(data_dir, url), embedder)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures: Figures = {
        "passages": report.passages,
        "added": report.added,
        "removed": report.removed,
        "cpu_s": round(busy - getattr(embedder, "seconds", 0.0), 2),
        "parser_cpu_s": round(children.ru_utime + children.ru_stime, 2),
        "wall_s": round(seconds, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if url is not None:
        after = _server_costs(url)
        return figures | {name: round(after[name] - server_before[name], 2) for name in after}
    written = sum(n for path, n in _written(data_dir).items() if before.get(path) != n)
    segments = len(find_current(data_dir)[1].segments)
    return figures | {"segments": segments, "written_mb": round(written / 1e6, 2)}


def _server_costs(url: str) -> dict[str, float]:
    """What a server has cost until now: megabytes of write-ahead log, and processor seconds of it
    and of the processes that served connections."""
    with psycopg.connect(Server.at(url).url) as connection:
        query = "SELECT pg_current_wal_insert_lsn() - '0/0', current_setting('data_directory')"
        [(logged, folder)] = connection.execute(query)
    time.sleep(0.5)  # until the connection's process has ended
    main = Path(folder, "postmaster.pid").read_text(encoding="ascii").split()[0]
    children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
    # User and system time of each, and of those that have ended.
    times = [
        Path(f"/proc/{process}/stat").read_text().split()[13:17] for process in (main, *children)
    ]
    ticks = sum(int(ticks) for own in times for ticks in own)
    seconds = ticks / os.sysconf("SC_CLK_TCK")
    return {"written_mb": float(logged) / 1e6, "server_cpu_s": seconds}


def _written(data_dir: Path) -> dict[tuple[str, int], int]:
    files = [path for path in (data_dir / "index").rglob("*") if path.is_file()]
    states = [(str(file), file.stat()) for file in files]
    return {(path, state.st_mtime_ns): state.st_size for path, state in states}


def apart(corpus: Path, data_dir: Path, *more: str) -> Figures:
    command = [sys.executable, __file__, "--once", str(corpus), str(data_dir), *more]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def grow(size: int, folder: Path, at_once: int, url: str | None) -> None:
    """Print what each kind of change costs an index of this size."""
    more = ["--url", url] if url else []
    corpus, data_dir = folder / f"corpus{size}", folder / f"data{size}"
    articles = size // PASSAGES
    if not corpus.exists():
        corpus.mkdir(parents=True)
        invent(corpus, 0, articles, at_once)
    rows = {"built": apart(corpus, data_dir, *more)}
    time.sleep(2.1)  # until the files count as settled
    rows["nothing changed"] = apart(corpus, data_dir, *more)
    invent(corpus, 10_000_000, 1)
    rows["one added"] = apart(corpus, data_dir, *more)
    new = corpus / "10000000.jsonl"
    new.write_text(new.read_text(encoding="utf-8").replace(" le ", " la ", 3), encoding="utf-8")
    rows["one changed"] = apart(corpus, data_dir, *more)
    new.unlink()
    rows["one removed"] = apart(corpus, data_dir, *more)
    for name, row in rows.items():
        print(f"{size:>9,} {name:16} {json.dumps(row)}", flush=True)


@dataclass(frozen=True)
class Sample:
    """Articles, as lines of JSON, questions about them, and what embeds both."""

    lines: Sequence[str]
    questions: Sequence[str]
    embedder: str

    @classmethod
    def invented(cls, passages: int, questions: int) -> Sample:
        prose = Prose()
        lines = [_line(prose.article(number)) for number in range(passages // PASSAGES)]
        return cls(lines, prose.questions(passages, questions), "stand-in")

    @classmethod
    def of_squad(cls, path: Path) -> Sample:
        """Each paragraph of a file of questions as an article, with the bundled model."""
        lines, questions = [], []
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            for number, paragraph in enumerate(article["paragraphs"]):
                title = f"{article['title']} {number}"
                lines.append(json.dumps({"title": title, "text": paragraph["context"]}))
                questions += [question["question"] for question in paragraph["qas"]]
        return cls(lines, questions, "bundled")


def compare(sample: Sample, counts: Sequence[int], folder: Path) -> None:
    """Print, for each number of segments of two articles, how the first five and the time of a
    question differ from those of one index of the same articles.

    The segments are not written together, and one article of the base is gone for each.
    """
    for count in counts:
        corpus, data_dir, whole = (folder / f"{name}{count}" for name in ("c", "d", "w"))
        corpus.mkdir(parents=True)
        base = sample.lines[: len(sample.lines) - 2 * count]
        for number, line in enumerate(base):
            (corpus / f"{number:06}.jsonl").write_text(line, encoding="utf-8")
        apart(corpus, data_dir, "--embedder", sample.embedder)
        for number in range(count):
            (corpus / f"{number:06}.jsonl").unlink()
            new = sample.lines[len(base) + 2 * number : len(base) + 2 * number + 2]
            (corpus / f"new{number:06}.jsonl").write_text("\n".join(new), encoding="utf-8")
            apart(corpus, data_dir, "--apart", "--embedder", sample.embedder)
        apart(corpus, whole, "--embedder", sample.embedder)
        ours, theirs = (
            _ask(folder, sample.questions, EMBEDDERS[sample.embedder]())
            for folder in (data_dir, whole)
        )
        pairs = list(zip(ours[0], theirs[0], strict=True))
        figures = {
            "segments": len(find_current(data_dir)[1].segments) - 1,
            "questions": len(pairs),
            "same_first_five": round(float(np.mean([one == other for one, other in pairs])), 4),
            "same_first": round(float(np.mean([one[:1] == other[:1] for one, other in pairs])), 4),
            "p50_ratio": round(quantile(ours[1], 0.5) / quantile(theirs[1], 0.5), 2),
            "p95_ratio": round(quantile(ours[1], 0.95) / quantile(theirs[1], 0.95), 2),
            "p95_ms": round(quantile(ours[1], 0.95), 1),
        }
        print(json.dumps(figures), flush=True)


def _ask(
    data_dir: Path, questions: Sequence[str], embedder: Embedder
) -> tuple[list[list[Any]], list[float]]:
    """The first five passages for each question, and the milliseconds of processor time."""
    generation = open_generation(data_dir, embedder)
    visible = OpenGeneration(generation, frozenset)
    searcher = Searcher(visible, embedder, ConfidenceModel.load())
    hits, times = [], []
    for question in questions:
        searcher.search(question, FIRST)  # its vector is known from now on
        began = time.thread_time()
        found = searcher.search(question, FIRST)
        times.append((time.thread_time() - began) * 1000)
        hits.append([(hit.article.title, hit.passage.start) for hit in found.hits])
    return hits, times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    parser.add_argument("--files", type=int, default=AT_ONCE)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--segments", nargs="*", type=int, default=[])
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--once", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--squad", type=Path)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--embedder", default="stand-in", help=argparse.SUPPRESS)
    parser.add_argument("--apart", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        if options.apart:
            writer.count_to_merge = lambda sizes, added: 0
        embedder = EMBEDDERS[options.embedder]()
        print(json.dumps(build_once(*options.once, embedder, options.url)))
        return
    folder = options.folder or Path(tempfile.mkdtemp())
    try:
        if options.squad:
            compare(Sample.of_squad(options.squad), options.segments, folder)
        elif options.segments:
            sample = Sample.invented(max(options.sizes), options.questions)
            compare(sample, options.segments, folder)
        else:
            for size in options.sizes:
                with clusters.running(**LASTING) if options.postgres else nullcontext() as server:
                    url = server.url("postgres") if server else None
                    grow(size, folder, options.files, url)
    finally:
        if options.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
