"""Articles and searchers for tests of the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from index.article import Article
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.files.opening import open_generation
from index.store.open_generation import OpenGeneration
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index


def told(title: str, text: str, day: str = "2025-01-01", **facts: str) -> Article:
    """An article of its title, its text and a day."""
    own = article(f"{day}-{title}", text, title=title)
    return replace(own, published=date.fromisoformat(day), **facts)  # type: ignore[arg-type]


@contextmanager
def searcher_over(*articles: Article) -> Iterator[Searcher]:
    with TemporaryDirectory() as folder:
        index(list(articles), Path(folder))
        with open_generation(Path(folder), FakeEmbedder()) as generation:
            yield Searcher(
                OpenGeneration(generation, frozenset), FakeEmbedder(), ConfidenceModel.load()
            )
