"""The order of a daily beside those of two editors.

    python bench/news_value.py [--articles FOLDER]

`digests/orders.tsv` has 26 spells of up to ten days of the press articles, each ordered by hand as
for the radio, the lead first, by two who did not see the other's orders. Nothing was fitted to
them. Prints, beside the order by length and the other editor's, how often the editor's lead comes
first, how often one of the editor's first two, how often one of the lower half, and Kendall's tau.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import _clone  # noqa: F401
import numpy as np

from bot.digests.stories import news_value
from bot.settings import load_settings
from index.article import embedding_text
from index.ingestion.passages import cut
from index.models.bundled.embedder import load_bundled
from training.press import read_articles

ROOT = Path(__file__).parents[1]
EDITORS = ("1", "2")

Scores = Mapping[str, float]  # by file


def main() -> None:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    evaluation = Path(os.environ.get("SELON_BENCH_EVAL", ROOT.parent / "shared" / "eval"))
    parser.add_argument("--articles", type=Path, default=evaluation / "press")
    folder = parser.parse_args().articles
    if not folder.is_dir():
        print(f"news_value: skipped, no articles at {folder}")
        return
    orders: dict[str, dict[str, list[str]]] = {editor: defaultdict(list) for editor in EDITORS}
    for line in (ROOT / "bench" / "digests" / "orders.tsv").read_text("utf-8").splitlines():
        spell, editor, file = line.split("\t")
        orders[editor][spell].append(file)
    length, value = _scores(folder, {file for order in orders["1"].values() for file in order})
    for editor, other in (EDITORS, EDITORS[::-1]):
        spells = list(orders[editor].values())
        places = {file: -at for own in orders[other].values() for at, file in enumerate(own)}
        for name, scores in (("length", length), ("value", value), (f"editor {other}", places)):
            print(f"editor {editor}\tby {name}\t{_judge(spells, scores)}")


def _scores(folder: Path, files: set[str]) -> tuple[Scores, Scores]:
    """How long the opening of each article is, and its news value."""
    embedder = load_bundled(load_settings().cache_dir)
    length, value = {}, {}
    for article in read_articles(folder):
        if (file := Path(article.path).name) in files:
            opening = cut(article)[0]
            texts = [embedding_text(article, sentence.text) for sentence in opening.sentences]
            vectors = embedder.embed_passages(texts)
            length[file] = float(len(opening.text))
            value[file] = news_value(article, opening, vectors, embedder.id)
    return length, value


def _judge(spells: Sequence[Sequence[str]], scores: Scores) -> str:
    first = second = low = 0
    taus = []
    for spell in spells:
        own = np.array([scores[file] for file in spell])
        lead = int(own.argmax())
        first, second = first + (lead == 0), second + (lead < 2)
        low += lead >= (len(spell) + 1) // 2
        taus.append(np.mean([np.sign(one - other) for one, other in combinations(own, 2)]))
    return f"{len(spells)} spells\tlead {first}\tin 2 {second}\tlow {low}\ttau {np.mean(taus):.2f}"


if __name__ == "__main__":
    main()
