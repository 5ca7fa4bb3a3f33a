"""Fit what tells questions from small talk and follow-ups: `python -m training.messages`.

Logistic regressions over the bundled model's question vectors: of the messages of `messages.jsonl`,
written for this, of those of `distress.jsonl` that ask the press something, and of public
questions. Small talk is told at the threshold at which at most `QUESTIONS_FLAGGED` of the written
questions are taken for it, each scored by a model that has not seen it; a follow-up, at the one at
which `FOLLOW_UPS_FOUND` of them are found. Logs the figures and writes
`bot/followups/messages.json`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import (  # type: ignore[import-untyped]
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.pipeline import Pipeline, make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.followups.message import SMALL_TALK_KINDS
from training.distress import embed, public_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "followups" / "messages.json"
PRESS = ("crime", "general", "keywords", "medicine", "press", "research", "war", "works")
"""Themes of `distress.jsonl` whose messages ask the press something, whatever came before."""
QUESTIONS_FLAGGED = 0.01
FOLLOW_UPS_FOUND = 0.95
STRENGTH = 0.01

Floats = npt.NDArray[np.float64]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m training.messages", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of reading/")
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
    """The weights of all models, with the figures of rows that their model has not seen."""
    names = sorted(SMALL_TALK_KINDS)
    is_talk, is_leaning = np.isin(kinds, names), kinds == "follow_up"
    talk, leaning = (unseen_logits(vectors, each) for each in (is_talk, is_leaning))
    is_written = np.isin(kinds, ("question", "follow_up", "press"))
    talk_threshold = np.quantile(talk[is_written], 1 - QUESTIONS_FLAGGED, method="higher")
    lean_threshold = np.quantile(leaning[is_leaning], 1 - FOLLOW_UPS_FOUND)
    teller = regression().fit(vectors[is_talk], kinds[is_talk])
    unseen_kinds = cross_val_predict(regression(), vectors[is_talk], kinds[is_talk], cv=FOLDS)
    figures = {
        "small_talk_found": (talk[is_talk] > talk_threshold).mean(),
        **{name: (talk[kinds == name] > talk_threshold).mean() for name in names},
        "kind_right": (unseen_kinds == kinds[is_talk]).mean(),
        "questions_flagged": (talk[is_written] > talk_threshold).mean(),
        "public_flagged": (talk[kinds == "public"] > talk_threshold).mean(),
        "questions_leaning": (leaning[kinds == "question"] > lean_threshold).mean(),
        "press_leaning": (leaning[kinds == "press"] > lean_threshold).mean(),
        "public_leaning": (leaning[kinds == "public"] > lean_threshold).mean(),
    }
    is_message = ~is_talk
    lines = [
        plain_weights(regression().fit(vectors, is_talk), talk_threshold),
        plain_weights(
            regression().fit(vectors[is_message], is_leaning[is_message]), lean_threshold
        ),
        plain_weights(teller),
    ]
    coefficients = np.concatenate([each for each, _ in lines])
    intercepts = np.concatenate([each for _, each in lines])
    return {
        "held_out": {name: round(float(share), 3) for name, share in figures.items()},
        "kinds": [str(each) for each in teller[-1].classes_],
        "intercepts": [round(float(each), 4) for each in intercepts],
        "coefficients": [[round(float(each), 4) for each in row] for row in coefficients],
    }


FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)


def regression() -> Pipeline:
    """The model, not yet fitted."""
    fitted = LogisticRegression(C=STRENGTH, max_iter=5_000, class_weight="balanced")
    return make_pipeline(StandardScaler(), fitted)


def unseen_logits(vectors: Floats, labels: npt.NDArray[np.bool_]) -> Floats:
    """The logit of each row by a model fitted on four fifths that do not hold it."""
    logits: Floats = cross_val_predict(
        regression(), vectors, labels, cv=FOLDS, method="decision_function"
    )
    return logits


def plain_weights(model: Pipeline, threshold: float = 0.0) -> tuple[Floats, Floats]:
    """Coefficients and intercepts over vectors as they are, 0 standing for the threshold."""
    scaler, fitted = model.named_steps.values()
    coefficients = fitted.coef_ / scaler.scale_
    return coefficients, fitted.intercept_ - coefficients @ scaler.mean_ - threshold


def _lines(name: str) -> Sequence[dict[str, str]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
