"""Fit the classifier of orders to a machine: `python -m training.orders`.

A logistic regression on sentence features of the bundled model's lower layers, fitted on
`orders.jsonl`, written for this, and plain sentences of the reader's training articles. Logs
cross-validated figures and writes `bot/answering/orders.json`.
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
from index.models.bundled.encoder import load_encoder
from index.text.sentences import sentence_spans
from training.sources import read_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "answering" / "orders.json"
PLAIN = 2_400  # sentences of public articles, a third of them English
# Share of the honest sentences of `orders.jsonl`, most of which mention machines, rules and orders.
HONEST_FLAGGED = 0.05
STRENGTH = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.orders", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of reading/")
    data = parser.parse_args().data
    rows = [json.loads(line) for line in (HERE / "orders.jsonl").read_text("utf-8").splitlines()]
    plain = plain_sentences(data)
    encoder = load_encoder(load_settings().cache_dir)
    texts = [*(row["text"] for row in rows), *plain]
    features = np.array([order_features(encoder, text) for text in texts])
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
    scaler, model = regression().fit(features, orders).named_steps.values()
    coefficients = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - coefficients @ scaler.mean_) - threshold
    weights = {
        "held_out": figures,
        "intercept": round(intercept, 4),
        "coefficients": [round(float(coefficient), 4) for coefficient in coefficients],
    }
    OUT.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


def regression() -> Pipeline:
    """Return an unfitted model."""
    model = LogisticRegression(C=STRENGTH, max_iter=5_000, class_weight="balanced")
    return make_pipeline(StandardScaler(), model)


def held_out_logits(
    features: npt.NDArray[np.float32], orders: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the cross-validated logit of each row."""
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    logits: npt.NDArray[np.float64] = cross_val_predict(
        regression(), features, orders, cv=folds, method="decision_function"
    )
    return logits


def plain_sentences(folder: Path) -> list[str]:
    """Sample sentences from French and English passages, one each."""
    random = Random(1)
    sentences = []
    for source, count in (("piaf-fr", PLAIN * 2 // 3), ("squadshifts-newwiki-en", PLAIN // 3)):
        questions = read_questions(folder, source)
        passages = sorted({question.passage for question in questions})
        for passage in random.choices(passages, k=count):
            start, end = random.choice(sentence_spans(passage, questions[0].language))
            sentences.append(passage[start:end])
    return sentences


if __name__ == "__main__":
    main()
