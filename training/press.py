"""An index of the press articles of `bench/press`, and its questions for tuning."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.article import Article
from index.formats.conversion import read_source
from index.formats.sources import find_sources
from index.ingestion.builder import build
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.factory import open_store

QUESTIONS = Path(__file__).parents[1] / "bench" / "press" / "questions.jsonl"


def tuning_questions() -> list[dict[str, Any]]:
    """Return the rows of the half of the questions for tuning."""
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["half"] == "tune"]


def read_articles(folder: Path) -> tuple[Article, ...]:
    """Read the articles of a folder."""
    sources, _ = find_sources([folder])
    read = [result for source in sources for result in read_source(source)]
    return tuple(result for result in read if isinstance(result, Article))


@contextmanager
def open_press(folder: Path, embedder: Embedder, judge: ConfidenceModel) -> Iterator[Searcher]:
    """Open a searcher over a temporary index of these articles."""
    with tempfile.TemporaryDirectory(prefix="selon-") as data:
        build([folder], Path(data), embedder)
        store = open_store(Path(data))
        with store.open(embedder) as generation:
            yield Searcher(generation, embedder, judge)
