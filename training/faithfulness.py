"""Fit what tells supported claims from others: `python -m training.faithfulness --data DATA`.

Gradient-boosted trees on the measures of `bot/verification/support.py`, over the claims of
`press_claims.jsonl`: written by hand over news of NTREX-128 (`DATA/support/ntrex-*.jsonl`), as many
kinds of fault as writers make. The threshold is where the exact checks and the trees together
catch CAUGHT of the faulty ones, each judged by trees that have not seen its article. Writes
`bot/verification/support.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import GradientBoostingClassifier  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

from bot.answering.injection import use_cache_dir
from bot.settings import load_settings
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotationCache
from bot.verification.checker import find_exact_fault
from bot.verification.claim import GivenPassage
from bot.verification.evidence import evidence_of
from bot.verification.support import measure
from index.article import Article, article_id
from index.build.passages import cut
from index.models.bundled.reader import load_bundled_reader
from index.models.bundled.words import load_word_reader
from index.text.sentences import sentence_spans
from training.claims import exchanges, lowered
from training.sources import TrainingClaim, read_claims

HERE = Path(__file__).resolve().parent
CLAIMS = HERE / "press_claims.jsonl"
OUT = HERE.parent / "bot" / "verification" / "support.json"
CAUGHT = 0.85
ARTICLE_SENTENCES = 13
FOLDS = 10
TREES, DEPTH, RATE, ROWS, MEASURES = 200, 2, 0.04, 0.6, 0.5

Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """Claims by their measures, one a row; `refused` are those that an exact check refuses."""

    names: Sequence[str]
    rows: Rows
    faithful: Flags
    refused: Flags
    articles: Sequence[str]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.faithfulness", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of support/")
    claims = measured(parser.parse_args().data)
    unseen = held_out_logits(claims)
    threshold = float(np.quantile(unseen[~claims.faithful], CAUGHT))
    figures = {
        "auroc": round(float(roc_auc_score(claims.faithful, unseen)), 3),
        "caught": round(float((unseen[~claims.faithful] <= threshold).mean()), 3),
        "kept": round(float((unseen[claims.faithful] > threshold).mean()), 3),
    }
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", json.dumps(figures))
    fitted = fit(claims, ~claims.refused)
    told = {
        "held_out": figures,
        "intercept": round(-threshold, 4),
        "trees": [as_nested(tree.tree_, claims.names) for (tree,) in fitted.estimators_],
    }
    OUT.write_text(json.dumps(told) + "\n", encoding="utf-8")


def measured(data: Path) -> Measured:
    """The claims of `press_claims.jsonl` with their measures."""
    cache_dir = load_settings().cache_dir
    use_cache_dir(cache_dir)
    words = AnnotationCache(load_word_reader(cache_dir))
    reader = load_bundled_reader(cache_dir)
    passages = {language: _passages(data, language) for language in ("fr", "en")}
    rows = [json.loads(line) for line in CLAIMS.read_text("utf-8").splitlines()]
    rows += list(_joined(rows, Random(1)))
    measures, refused = [], []
    for row in rows:
        given = passages[row["language"]][row["group"]]
        claim = words.read(row["claim"], row["language"])
        alignment = Alignment(claim, evidence_of(given, words))
        measures.append(measure(alignment, reader))
        refused.append(find_exact_fault(alignment) is not None)
    return Measured(
        list(measures[0]),
        np.array([list(each.values()) for each in measures]),
        np.array([row["fault"] is None for row in rows]),
        np.array(refused),
        [row["group"] for row in rows],
    )


def held_out_logits(claims: Measured) -> Rows:
    """The logit of each claim by trees that have not seen its article, the least if refused."""
    logits = np.zeros(len(claims.rows))
    folds = GroupKFold(FOLDS).split(claims.rows, claims.faithful, claims.articles)
    for seen, unseen in folds:
        use = np.zeros(len(logits), bool)
        use[seen] = True
        logits[unseen] = fit(claims, use & ~claims.refused).decision_function(claims.rows[unseen])
    logits[claims.refused] = logits.min() - 1
    return logits


def fit(claims: Measured, use: Flags) -> GradientBoostingClassifier:
    """The trees for these claims; faithful and faulty ones weigh alike."""
    faithful = claims.faithful[use]
    weights = np.where(faithful, 0.5 / faithful.mean(), 0.5 / (~faithful).mean())
    trees = GradientBoostingClassifier(
        n_estimators=TREES, max_depth=DEPTH, learning_rate=RATE, subsample=ROWS,
        max_features=MEASURES, init="zero", random_state=0,
    )  # fmt: skip
    return trees.fit(claims.rows[use], faithful, sample_weight=weights)


def as_nested(tree: Any, names: Sequence[str], node: int = 0) -> Any:
    """A fitted tree as `bot.verification.support.Tree`."""
    if tree.children_left[node] < 0:
        return round(float(tree.value[node].item()) * RATE, 4)
    sides = (tree.children_left[node], tree.children_right[node])
    low, high = (as_nested(tree, names, side) for side in sides)
    return [names[tree.feature[node]], round(float(tree.threshold[node]), 5), low, high]


def _joined(rows: Sequence[dict[str, Any]], random: Random) -> Iterator[dict[str, Any]]:
    """Two claims of one article in one sentence: a faithful one, and another of either kind.

    So that a sentence's length does not tell whether it holds.
    """
    faithful = [row for row in rows if row["fault"] is None]
    for row in random.sample(rows, len(rows)):
        others = [
            each
            for each in faithful
            if each is not row
            and (each["group"], each["language"]) == (row["group"], row["language"])
        ]
        pair = [row, random.choice(others)]
        random.shuffle(pair)
        first, second = (each["claim"].rstrip(".") for each in pair)
        join = random.choice(exchanges(row["language"])["joins"])
        yield {**row, "claim": f"{first}{join}{lowered(second)}."}


def _passages(data: Path, language: str) -> dict[str, list[GivenPassage]]:
    source = "ntrex-fr" if language == "fr" else "ntrex-en-fr"
    claims = [each for each in read_claims(data, source) if each.is_supported]
    articles = {
        group: list(_sentences(list(own), language))
        for group, own in groupby(claims, lambda claim: claim.group)
    }
    return {
        group: _given(" ".join(sentences[1:ARTICLE_SENTENCES]), sentences[0], language)
        for group, sentences in articles.items()
    }


def _sentences(claims: Sequence[TrainingClaim], language: str) -> Iterator[str]:
    """The sentences of an article in order, the title first.

    In French they are every other claim, in the second of its two translations; in English they
    are those of the evidence, which overlaps.
    """
    if language == "fr":
        yield from (claim.claim for claim in claims[1::2])
        return
    seen: list[str] = []
    for claim in claims:
        for start, end in sentence_spans(claim.evidence, language):
            sentence = claim.evidence[start:end]
            if not any(sentence in each for each in seen):
                seen.append(sentence)
                yield sentence


def _given(text: str, title: str, language: str) -> list[GivenPassage]:
    article = Article(
        id=article_id(text), text=text, title=title, path="article.txt", language=language
    )
    return [
        GivenPassage(n, article, each, each.sentences) for n, each in enumerate(cut(article), 1)
    ]


if __name__ == "__main__":
    main()
