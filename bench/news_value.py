"""The order of a daily beside an editor's: fits the weights of `bot/digests/news_value.json`.

    python bench/news_value.py [--articles FOLDER] [--write]

`digests/orders.tsv` has 63 spells of up to ten days of the press articles, ordered by hand as for
the radio, the lead first: 37 fit, 26 judge. The weights that stand in the file pull at those that
are fitted, as much as `--pull` pairs. Prints, for both and beside the order by length, how often
the editor's lead comes first, how often one of the editor's first two, how often one of the lower
half, and Kendall's tau.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from bot.digests import news_value
from index.build.passages import cut
from index.models.base import Vectors
from tests.faithfulness import read_articles

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "bot" / "digests" / "news_value.json"
STEPS = 50  # of Newton's method

Spell = Sequence[Vectors]  # the features of its articles, in the editor's order


def main() -> None:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    evaluation = Path(os.environ.get("SELON_BENCH_EVAL", ROOT.parent / "shared" / "eval"))
    parser.add_argument("--articles", type=Path, default=evaluation / "press")
    parser.add_argument("--pull", type=float, default=30.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not options.articles.is_dir():
        print(f"news_value: skipped, no articles at {options.articles}")
        return
    stored = json.loads(WEIGHTS.read_text("utf-8"))
    names = list(stored["weights"])
    prior = np.array([stored["weights"][name] for name in names])
    spells, lengths = _spells(options.articles, names)
    weights = _fit(spells["fit"], prior, options.pull)
    for half in ("fit", "judge"):
        by_length = [[np.array([length]) for length in each] for each in lengths[half]]
        for order, over, by in (
            ("length", by_length, np.ones(1)),
            ("shipped", spells[half], prior),
            ("fitted", spells[half], weights),
        ):
            print(f"{half}\t{order}\t{_judge(over, by)}")
    if options.write:
        stored["weights"] = {
            name: round(float(each), 2) for name, each in zip(names, weights, strict=True)
        }
        WEIGHTS.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _spells(
    folder: Path, names: Sequence[str]
) -> tuple[Mapping[str, list[list[Vectors]]], Mapping[str, list[list[int]]]]:
    """By half: the features of the articles of each spell, and the lengths of their openings."""
    articles = {Path(each.path).name: each for each in read_articles(folder)}
    ordered: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in (ROOT / "bench" / "digests" / "orders.tsv").read_text("utf-8").splitlines():
        number, half, file = line.split("\t")
        ordered[number, half].append(file)
    spells, lengths = defaultdict(list), defaultdict(list)
    for (_, half), files in ordered.items():
        openings = [(articles[file], cut(articles[file])[0]) for file in files]
        found = [news_value.news_features(*each) for each in openings]
        spells[half].append([np.array([each[name] for name in names]) for each in found])
        lengths[half].append([len(opening.text) for _, opening in openings])
    return spells, lengths


def _fit(spells: Sequence[Spell], prior: Vectors, pull: float) -> Vectors:
    """Logistic regression on the differences of pairs (Bradley and Terry), towards `prior`."""
    pairs = np.array([one - other for each in spells for one, other in combinations(each, 2)])
    weights = prior.copy()
    for _ in range(STEPS):
        wins = 1 / (1 + np.exp(-pairs @ weights))
        slope = pairs.T @ (wins - 1) + pull * (weights - prior)
        bend = (pairs * (wins * (1 - wins))[:, np.newaxis]).T @ pairs
        weights -= np.linalg.solve(bend + pull * np.eye(len(prior)), slope)
    return weights


def _judge(spells: Sequence[Spell], weights: Vectors) -> str:
    first = second = low = 0
    taus = []
    for spell in spells:
        scores = np.array(spell) @ weights
        lead = int(scores.argmax())
        first, second = first + (lead == 0), second + (lead < 2)
        low += lead >= (len(spell) + 1) // 2
        taus.append(np.mean([np.sign(one - other) for one, other in combinations(scores, 2)]))
    return f"{len(spells)} spells\tlead {first}\tin 2 {second}\tlow {low}\ttau {np.mean(taus):.2f}"


if __name__ == "__main__":
    main()
