"""What closed collections cost a question, and whether it finds what an index of the open articles
alone would.

Articles are invented and vectors a stand-in's (`_prose.py`), in as many collections, each a folder.
One reader may read all but one collection, half of them, or one; questions take turns between the
whole index, the bounded one and the index of only these articles.

    python bench/rights.py [PASSAGES] [--collections N] [--questions N] [--short]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from _prose import Prose, StandIn

from bot.evaluation.measures import quantile
from index.article import Article, Selection
from index.ingestion.builder import build_articles
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.factory import open_store

FIRST = 5


def articles(passages: int, collections: int, *, are_short: bool) -> Iterator[Article]:
    prose = Prose()
    short = (prose.article(number, 1) for number in range(passages))
    for number, article in enumerate(short if are_short else prose.articles(passages)):
        yield replace(article, path=f"articles/c{number % collections}/{number}.md")


def open_searcher(folder: Path) -> Searcher:
    embedder = StandIn()
    return Searcher(open_store(folder).open(embedder), embedder, ConfidenceModel.load())


def measure(whole: Searcher, passages: int, count: int, closed: list[str]) -> dict[str, object]:
    """Figures for a reader to whom these collections are closed."""
    selections = tuple(Selection(folders=(name,)) for name in closed)
    began = time.perf_counter()
    bounded = whole.without(selections)
    questions = Prose().questions(passages, count + 1)
    bounded.search(questions[0])
    first_ms = (time.perf_counter() - began) * 1000
    with tempfile.TemporaryDirectory() as folder:
        names = {f"/{name}/" for name in closed}
        every = whole.generation.articles()
        ids = [own.id for own in every if not any(name in own.path for name in names)]
        texts = whole.generation.articles_by_id(ids)
        build_articles(texts.values(), Path(folder), StandIn())
        only = open_searcher(Path(folder))
        searchers = {"whole": whole, "bounded": bounded, "only": only}
        times: dict[str, list[float]] = {name: [] for name in searchers}
        same_all = same_first = 0
        for question in questions[1:]:
            hits = {}
            for name, searcher in searchers.items():
                wall = time.perf_counter()
                found = searcher.search(question, FIRST).hits
                times[name].append((time.perf_counter() - wall) * 1000)
                hits[name] = [(hit.article.id, hit.passage.start) for hit in found]
            same_all += hits["bounded"] == hits["only"]
            same_first += hits["bounded"][:1] == hits["only"][:1]
        only.generation.close()
    medians = {name: quantile(own, 0.5) for name, own in times.items()}
    return {
        "open_articles": len(ids),
        "first_ms": round(first_ms),
        **{f"{name}_p50_ms": round(own, 2) for name, own in medians.items()},
        "ratio": round(medians["bounded"] / medians["whole"], 3),
        "same_five": round(same_all / count, 4),
        "same_first": round(same_first / count, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("passages", nargs="?", type=int, default=10_000)
    parser.add_argument("--collections", type=int, default=50)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--short", action="store_true", help="articles of a passage each")
    options = parser.parse_args()
    names = [f"c{number}" for number in range(options.collections)]
    with tempfile.TemporaryDirectory() as folder:
        invented = articles(options.passages, len(names), are_short=options.short)
        build_articles(invented, Path(folder), StandIn())
        whole = open_searcher(Path(folder))
        facts = whole.generation.facts
        print(json.dumps({"articles": facts.articles, "passages": facts.passages}))
        for closed in (names[:1], names[: len(names) // 2], names[1:]):
            found = measure(whole, options.passages, options.questions, closed)
            print(json.dumps({"closed": len(closed), **found}), flush=True)


if __name__ == "__main__":
    main()
