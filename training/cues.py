"""Measure spurious cues in claims: `python -m training.cues --data DATA [--dataset FILE]`.

If a claim alone predicts whether it holds, a reader does not learn to compare. AUROC, held out by
evidence, of a logistic regression on words and pairs of words; 0.5 is chance.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]
    HashingVectorizer,
)
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from training.dataset import Sample, parse_sample, read_dataset
from training.metrics import auroc
from training.sources import fingerprint, read_claims
from training.support import MADE, MIX, shared_words, to_sample

MOST, FEATURES, FOLDS = 8_000, 2**16, 5
_WORDS = r"(?u)\b\w+\b|[^\w\s]"


def main() -> None:
    """The command; prints the figures as JSON, a source a line."""
    parser = argparse.ArgumentParser(prog="python -m training.cues", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--dataset", type=Path, help="what training.prepare wrote")
    arguments = parser.parse_args()
    groups: dict[str, list[Sample]] = defaultdict(list)
    for source in {**MADE, **MIX}:
        groups[source] = [to_sample(claim) for claim in read_claims(arguments.data, source)]
    if arguments.dataset:
        for line in read_dataset(arguments.dataset)["support"]:
            sample = parse_sample(line)
            if sample.kind.startswith("made/"):
                groups["made"].append(sample)
    for name, samples in groups.items():
        print(json.dumps({"source": name, **measure_cues(samples[:MOST])}))  # noqa: T201


def measure_cues(samples: Sequence[Sample]) -> dict[str, float]:
    """Return the AUROC of a claim's words, of its evidence's, and of the share of common words."""
    holds = np.array([sample.holds for sample in samples])
    fold = np.array([int(fingerprint(sample.text[:60]), 16) % FOLDS for sample in samples])
    seen, unseen = fold > 0, fold == 0
    figures: dict[str, float] = {"claims": len(samples)}
    words = HashingVectorizer(ngram_range=(1, 2), n_features=FEATURES, token_pattern=_WORDS)
    if len(set(holds[seen])) == len(set(holds[unseen])) == 2:
        for name, texts in (
            ("claim alone", [sample.asked for sample in samples]),
            ("evidence alone", [sample.text for sample in samples]),
        ):
            counts = words.transform(texts)
            model = LogisticRegression(C=10.0, max_iter=100).fit(counts[seen], holds[seen])
            figures[name] = _auroc(model.decision_function(counts[unseen]), holds[unseen])
    shares = np.array([shared_words(sample.asked, sample.text) for sample in samples])
    figures["shared words"] = _auroc(shares, holds)
    return figures


def _auroc(scores: npt.NDArray[np.float64], holds: npt.NDArray[np.bool_]) -> float:
    return round(auroc(scores[holds].tolist(), scores[~holds].tolist()), 3)


if __name__ == "__main__":
    main()
