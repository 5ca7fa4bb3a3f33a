"""Fit which questions ask for a figure: `python -m training.figures`.

A logistic regression on the vectors of the questions written for the reader, to whether their
answer has a digit. Prints what goes into `index/search/figures.json`, with a figure over the
articles that judge.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from bot.settings import load_settings
from index.models.base import Embedder
from index.models.bundled.embedder import load_bundled
from index.search.figures import FIGURES_FORMAT
from training.written import NEWS_QUESTIONS, REWORDED_QUESTIONS, WIKIPEDIA_QUESTIONS, read_rows

TARGET = Path(__file__).parents[1] / "index" / "search" / "figures.json"
STRENGTH = 10.0  # inverse of the regularisation


def main() -> None:
    embedder = load_bundled(load_settings().cache_dir)
    vectors, has_figure = _learn(embedder, judges=False)
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(vectors, has_figure)
    unseen, expected = _learn(embedder, judges=True)
    auroc = roc_auc_score(expected, model.decision_function(unseen))
    record = {
        "format": FIGURES_FORMAT,
        "vectors": embedder.id,
        "intercept": round(float(model.intercept_[0]), 3),
        "weights": [round(float(weight), 3) for weight in model.coef_[0]],
        "how": {
            "script": "training/figures.py",
            "questions": len(vectors),
            "held out": {"questions": len(unseen), "AUROC": round(float(auroc), 3)},
        },
    }
    TARGET.write_text(f"{json.dumps(record)}\n", encoding="utf-8")
    print(record["how"])  # noqa: T201


def _learn(
    embedder: Embedder, *, judges: bool
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The vectors of answerable questions, and whether their answers have a digit."""
    rows = [
        row
        for path in (NEWS_QUESTIONS, WIKIPEDIA_QUESTIONS, REWORDED_QUESTIONS)
        for row in read_rows(path)
        if row["answer"] and (row["half"] == "judge") == judges and row["half"] != "develop"
    ]
    vectors = np.array([embedder.embed_question(row["question"]) for row in rows])
    return vectors, np.array([any(map(str.isdigit, row["answer"])) for row in rows])


if __name__ == "__main__":
    main()
