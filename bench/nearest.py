"""When short codes pay, and how deep to look behind them: what `index.store.files.vectors`'s
constants rest on.

Vectors of a stand-in (`_prose.py`) or, with a file of questions, of the bundled model: its
sentences, and the halves and middles of these, since real sentences are few. For each number of
rows: how long one search takes when all are compared and when only the best by their codes are, and
how many of the exact nearest that finds, by depth.

    python bench/nearest.py [FILE.json] [--rows N …] [--questions N]
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from _prose import PASSAGES, SENTENCES, Prose, StandIn

from bot.evaluation.questions import read_squad
from bot.settings import load_settings
from index.article import embedding_text
from index.ingestion.passages import cut
from index.models.base import Vectors
from index.models.bundled.embedder import load_bundled
from index.store.files import faiss_vectors
from index.store.files.vectors import FileVectors, VectorWriter

ROWS = (25_000, 50_000, 100_000, 200_000, 400_000)
DEPTHS = (5, 10, 20)
K = 200  # as many sentences as a search asks for
_BATCH = 4_096


def main() -> int:
    options = _options()
    if options.file:
        vectors, questions = _real(options.file, options.questions)
        rows = [len(vectors)]
    else:
        rows = sorted(options.rows)
        vectors, questions = _invented(rows[-1], options.questions)
    print(f"{len(questions)} questions; milliseconds are this thread's own")
    depths = "".join(f"{f'depth {depth}: ms, first 5, 20':>30}" for depth in DEPTHS)
    print(f"{'rows':>9}{'all ms':>9}{depths}")
    for count in rows:
        print(_row(vectors[:count], questions), flush=True)
    return 0


def _row(vectors: Vectors, questions: Vectors) -> str:
    exact = FileVectors.build(vectors)
    nearest, all_ms = _searched(exact, questions)
    line = f"{len(vectors):>9,}{all_ms:>9.2f}"
    with tempfile.TemporaryDirectory(prefix="selon-nearest-") as folder:
        builder = VectorWriter(Path(folder) / "x.faiss", *vectors.shape, exact=0)
        for start in range(0, len(vectors), _BATCH):
            rows = np.arange(start, min(start + _BATCH, len(vectors)))
            builder.put(rows, vectors[rows])
        builder.finish()
        index = FileVectors.open(Path(folder) / "x.faiss")
        for depth in DEPTHS:
            faiss_vectors.CANDIDATE_DEPTH = depth
            found, ms = _searched(index, questions)
            five, twenty = (_kept(nearest, found, top) for top in (5, 20))
            line += f"{f'{ms:.2f}  {five:.4f}  {twenty:.4f}':>30}"
    return line


def _searched(index: FileVectors, questions: Vectors) -> tuple[list[list[int]], float]:
    index.search(questions[0], K)
    began = time.thread_time()
    found = [index.search(question, K)[0].tolist() for question in questions]
    return found, (time.thread_time() - began) * 1000 / len(questions)


def _kept(nearest: list[list[int]], found: list[list[int]], top: int) -> float:
    """The share of the exact nearest that were found."""
    shares = [len({*n[:top]} & {*f}) / top for n, f in zip(nearest, found, strict=True)]
    return float(np.mean(shares))


def _invented(rows: int, count: int) -> tuple[Vectors, Vectors]:
    prose, embedder = Prose(), StandIn()
    passages = rows // SENTENCES + PASSAGES
    texts = (
        f"{article.title}. {sentence}"
        for article in prose.articles(passages + passages // 50)
        for sentence in re.split(r"(?<=\.)\s+", article.text)
    )
    wanted = islice(texts, rows)
    parts = []
    while batch := list(islice(wanted, _BATCH)):
        parts.append(embedder.embed_passages(batch))
    asked = prose.questions(passages, count)
    return np.concatenate(parts), np.array([embedder.embed_question(q) for q in asked])


def _real(file: Path, count: int) -> tuple[Vectors, Vectors]:
    embedder = load_bundled(load_settings().cache_dir)
    read = read_squad(file)
    texts = [
        embedding_text(article, part)
        for article in read.articles
        for passage in cut(article)
        for sentence in passage.sentences
        for part in _parts(sentence.text)
    ]
    asked = [question.text for question in read.questions[:count]]
    vectors = embedder.embed_passages(list(dict.fromkeys(texts)))
    return vectors, np.array([embedder.embed_question(question) for question in asked])


def _parts(sentence: str) -> Iterator[str]:
    words = sentence.split()
    half, quarter = len(words) // 2, len(words) // 4
    yield sentence
    if half >= 4:
        yield " ".join(words[:half])
        yield " ".join(words[half:])
        yield " ".join(words[quarter:-quarter])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE.json")
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--questions", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
