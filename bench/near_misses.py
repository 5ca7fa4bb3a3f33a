"""Whether Selon tells passages that answer from near misses, as people judged them.

    python bench/near_misses.py FILE.jsonl

A line of the file is a question of NoMIRACL with its ten passages (`q`, `answerable`, `passages`
with `id`, `title` and `text`). Each question has an index of its own: its passages, as articles.
Prints how many of the answerable and of the unanswerable are marked sure, perhaps and no, with
Wilson's intervals of 95 %, and how many are answered at all. NoMIRACL publishes the same of chat
models for French: GPT-4 answers 0.88 of the answerable and 0.47 of the unanswerable.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from press import wilson_interval

from bot.answer import Outcome
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.assembly import open_embedder, open_reader, thresholds_of
from bot.evaluation.run import temporary_index
from bot.settings import Settings, load_settings
from index.article import Article, article_id
from index.search.confidence import ConfidenceModel


def articles_of(row: Mapping[str, Any]) -> list[Article]:
    return [
        Article(
            article_id(passage["id"]), passage["text"], passage["title"], passage["id"], row["lang"]
        )
        for passage in row["passages"]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    if not options.file.is_file():
        print(f"near_misses: skipped, no questions at {options.file}")
        return 0
    lines = options.file.read_text(encoding="utf-8").splitlines()
    settings = Settings(_env_file=None, cache_dir=load_settings().cache_dir)
    embedder, reader, judge = open_embedder(settings), open_reader(settings), ConfidenceModel.load()
    answerer = ExtractiveAnswerer(thresholds_of(settings))
    outcomes: dict[bool, list[Outcome]] = {True: [], False: []}
    for row in map(json.loads, lines):
        with temporary_index(articles_of(row), embedder, judge) as index:
            chain = RetrievalQA(index.searcher, answerer, reader=reader)
            outcomes[row["answerable"]].append(chain.invoke(row["q"]).outcome)
    for answerable, name in ((True, "answerable"), (False, "unanswerable")):
        those = outcomes[answerable]
        print(f"{name} ({len(those)})")
        for outcome in get_args(Outcome)[:3]:
            count = those.count(outcome)
            of_all = wilson_interval(count, len(those))
            print(f"  {outcome:<8}{count / len(those):.2f} ({of_all.low:.2f}-{of_all.high:.2f})")
        print(f"  answered {1 - those.count('no') / len(those):.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
