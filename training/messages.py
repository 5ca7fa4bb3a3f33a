"""Fit the classifier of questions, small talk and follow-ups: `python -m training.messages`.

A network over the bundled model's question vectors, fitted on `messages.jsonl`, written for this,
questions of `distress.jsonl`, and public questions. Cross-validated, the threshold for small talk
flags at most `QUESTIONS_FLAGGED` of the written questions, and that for follow-ups finds
`FOLLOW_UPS_FOUND` of them. Logs the figures and writes `bot/followups/messages.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import (  # type: ignore[import-untyped]
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.neural_network import MLPClassifier  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.followups.message import SMALL_TALK_KINDS, message_logits
from training.distress import embed, public_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "followups" / "messages.json"
# Themes of `distress.jsonl` that are questions without any context.
PRESS = ("crime", "general", "keywords", "medicine", "press", "research", "war", "works")
QUESTIONS_FLAGGED = 0.01
FOLLOW_UPS_FOUND = 0.95
HIDDEN = 32
DECAY = 1.0

Floats = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.messages", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds reading/")
    data = parser.parse_args().data
    rows = [(row["text"], row["kind"]) for row in _lines("messages.jsonl")]
    rows += [
        (row["text"], "press")
        for row in _lines("distress.jsonl")
        if row["kind"] == "none" and row["theme"].split()[0] in PRESS
    ]
    rows += [(text, "public") for text in public_questions(data)]
    texts, kinds = zip(*rows, strict=True)
    weights = fit(np.asarray(embed(list(texts)), np.float64), np.array(kinds))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", json.dumps(weights["held_out"]))
    OUT.write_text(json.dumps(weights) + "\n", encoding="utf-8")


def fit(vectors: Floats, kinds: npt.NDArray[np.str_]) -> dict[str, object]:
    """Return the weights of the network, with cross-validated figures."""
    labels = np.where(np.isin(kinds, ("press", "public")), "question", kinds)
    unseen = cross_val_predict(network(), vectors, labels, cv=FOLDS, method="predict_proba")
    classes = [str(each) for each in np.unique(labels)]
    logits = np.log(np.maximum(unseen, np.finfo(float).tiny))
    small_talk, leaning = message_logits(logits, classes)
    is_talk, is_written = np.isin(kinds, TALK), np.isin(kinds, ("question", "follow_up", "press"))
    talk_threshold = np.quantile(small_talk[is_written], 1 - QUESTIONS_FLAGGED, method="higher")
    lean_threshold = np.quantile(leaning[kinds == "follow_up"], 1 - FOLLOW_UPS_FOUND)
    best = np.array(TALK)[logits[:, [classes.index(each) for each in TALK]].argmax(axis=1)]
    figures = {
        "small_talk_found": (small_talk[is_talk] > talk_threshold).mean(),
        **{name: (small_talk[kinds == name] > talk_threshold).mean() for name in TALK},
        "kind_right": (best == kinds)[is_talk].mean(),
        "questions_flagged": (small_talk[is_written] > talk_threshold).mean(),
        "public_flagged": (small_talk[kinds == "public"] > talk_threshold).mean(),
        "questions_leaning": (leaning[kinds == "question"] > lean_threshold).mean(),
        "press_leaning": (leaning[kinds == "press"] > lean_threshold).mean(),
        "public_leaning": (leaning[kinds == "public"] > lean_threshold).mean(),
    }
    return {
        "held_out": {name: round(float(share), 3) for name, share in figures.items()},
        "classes": classes,
        "small_talk_threshold": round(float(talk_threshold), 4),
        "leaning_threshold": round(float(lean_threshold), 4),
        "layers": plain_layers(network().fit(vectors, labels)),
    }


TALK = sorted(SMALL_TALK_KINDS)
FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)


def network() -> Pipeline:
    """Return an unfitted model."""
    return make_pipeline(
        StandardScaler(), MLPClassifier((HIDDEN,), alpha=DECAY, max_iter=300, random_state=0)
    )


def plain_layers(model: Pipeline) -> list[dict[str, list[object]]]:
    """Return the weights (out x in) and biases of both layers, for unscaled vectors."""
    scaler, fitted = model.named_steps.values()
    first, second = fitted.coefs_
    first = first / scaler.scale_[:, None]
    biases = fitted.intercepts_[0] - scaler.mean_ @ first, fitted.intercepts_[1]
    return [
        {"weights": weights.T.round(4).tolist(), "bias": bias.round(4).tolist()}
        for weights, bias in zip((first, second), biases, strict=True)
    ]


def _lines(name: str) -> Sequence[dict[str, str]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
