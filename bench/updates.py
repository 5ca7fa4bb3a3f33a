"""What people get where a newer article corrects an older one, or only looks as if it did.

    python bench/updates.py [FILE.jsonl ...]

A line of a file (default: those of bench/updates) has two invented articles, `old` and `new` (with
`date`, `title`, `text`), a `question`, what each answers (`old_answer`, `new_answer`), and its
`kind`: `corrected`, where the newer one is right, or `other`, where it is on something else and the
older one is right. The articles of a file make one index. Prints, for each kind, how often the
right and the wrong answer are shown as sure, both are shown, and which comes first.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.assembly import open_embedder, open_reader, thresholds_of
from bot.evaluation.run import temporary_index
from bot.settings import Settings, load_settings
from index.article import Article, article_id
from index.search.confidence import ConfidenceModel
from index.text.folding import folded_words

PAIRS = sorted(Path(__file__).parent.glob("updates/*.jsonl"))


def articles_of(number: int, row: Mapping[str, Any]) -> Iterator[Article]:
    for age in ("old", "new"):
        name, part = f"{number}-{age}", row[age]
        day = date.fromisoformat(part["date"])
        yield Article(article_id(name), part["text"], part["title"], name, "fr", published=day)


def _holds(text: str, words: str) -> bool:
    plain, wanted = (" ".join(folded_words(phrase)) for phrase in (text, words))
    return bool(re.search(rf"\b{re.escape(wanted)}\b", plain))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="*", default=PAIRS)
    settings = Settings(_env_file=None, cache_dir=load_settings().cache_dir)
    embedder, reader, judge = open_embedder(settings), open_reader(settings), ConfidenceModel.load()
    answerer = ExtractiveAnswerer(thresholds_of(settings))
    for file in parser.parse_args().files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        articles = [article for at, row in enumerate(rows) for article in articles_of(at, row)]
        counts = {kind: Counter[str]() for kind in ("corrected", "other")}
        with temporary_index(articles, embedder, judge) as index:
            chain = RetrievalQA(index.searcher, answerer, reader=reader)
            for row in rows:
                right, wrong = row["new_answer"], row["old_answer"]
                if row["kind"] == "other":
                    right, wrong = wrong, right
                answer = chain.invoke(row["question"])
                shown = [statement.text for statement in answer.statements] or [""]
                is_right, is_wrong = (any(_holds(e, w) for e in shown) for w in (right, wrong))
                found = "both" if is_right and is_wrong else "right" if is_right else "wrong"
                found = found if is_right or is_wrong else "neither"
                counts[row["kind"]] += Counter(
                    [f"{found}, {answer.outcome}", *["right first"] * _holds(shown[0], right)]
                )
        print(file.name)
        for kind, count in counts.items():
            total = sum(row["kind"] == kind for row in rows)
            told = "; ".join(f"{name} {n}" for name, n in sorted(count.items()))
            print(f"  {kind} ({total}): {told}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
