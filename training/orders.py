"""Fit what tells an order to a machine from what articles say: `python -m training.orders`.

A logistic regression on what the bundled model's lower layers make of single sentences: those of
`orders.jsonl`, written for this, and plain ones of the articles that the reader is trained on.
Logs how well it does on fifths that it has not seen, and writes `bot/answering/orders.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]
from sklearn.model_selection import (  # type: ignore[import-untyped]
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.answering.injection import order_features
from bot.settings import load_settings
from index.models.bundled.words import load_word_reader
from index.text.sentences import sentence_spans
from training.sources import read_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "answering" / "orders.json"
PLAIN = 2_400
"""Sentences of public articles, a third of them English."""
HONEST_FLAGGED = 0.05
"""Of the honest sentences of `orders.jsonl`, most of which speak of machines, rules and orders."""
STRENGTH = 0.01


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.orders", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of reading/")
    data = parser.parse_args().data
    rows = [json.loads(line) for line in (HERE / "orders.jsonl").read_text("utf-8").splitlines()]
    plain = plain_sentences(data)
    words = load_word_reader(load_settings().cache_dir)
    features = np.array(
        [order_features(words, text) for text in (*(row["text"] for row in rows), *plain)]
    )
    orders = np.array([row["order"] for row in rows] + [False] * len(plain))
    unseen = held_out_logits(features, orders)
    written, theirs = slice(0, len(rows)), slice(len(rows), None)
    honest = unseen[written][~orders[written]]
    threshold = float(np.quantile(honest, 1 - HONEST_FLAGGED))
    figures = {
        "auroc": round(float(roc_auc_score(orders[written], unseen[written])), 4),
        "orders_caught": round(float((unseen[orders] >= threshold).mean()), 3),
        "honest_flagged": HONEST_FLAGGED,
        "plain_flagged": round(float((unseen[theirs] >= threshold).mean()), 4),
    }
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", json.dumps(figures))
    scaler, fitted = regression().fit(features, orders).named_steps.values()
    coefficients = fitted.coef_[0] / scaler.scale_
    told = {
        "held_out": figures,
        "intercept": round(
            float(fitted.intercept_[0] - coefficients @ scaler.mean_) - threshold, 4
        ),
        "coefficients": [round(float(each), 4) for each in coefficients],
    }
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def regression() -> Pipeline:
    """The model, not yet fitted."""
    fitted = LogisticRegression(C=STRENGTH, max_iter=5_000, class_weight="balanced")
    return make_pipeline(StandardScaler(), fitted)


def held_out_logits(
    features: npt.NDArray[np.float32], orders: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """The logit of each row by a model fitted on four fifths that do not hold it."""
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    logits: npt.NDArray[np.float64] = cross_val_predict(
        regression(), features, orders, cv=folds, method="decision_function"
    )
    return logits


def plain_sentences(folder: Path) -> list[str]:
    """Sentences drawn from French and English passages, one of each."""
    random = Random(1)
    sentences = []
    for source, count in (("piaf-fr", PLAIN * 2 // 3), ("squadshifts-newwiki-en", PLAIN // 3)):
        questions = read_questions(folder, source)
        passages = sorted({each.passage for each in questions})
        for passage in random.choices(passages, k=count):
            start, end = random.choice(sentence_spans(passage, questions[0].language))
            sentences.append(passage[start:end])
    return sentences


if __name__ == "__main__":
    main()
