"""Fit the classifier of distress messages: `python -m training.distress`.

A support vector machine over the bundled model's question vectors, fitted on `distress.jsonl`,
written for this, and public questions. A linear model over the same vectors or those of single
words, or n-grams of letters, find a quarter fewer at as many false alarms. The threshold is the
lowest that flags at most `PRESS_FLAGGED` of the written press questions and `CHAT_FLAGGED` of the
chat, cross-validated. Logs the figures and writes `bot/answering/distress.npz`.
"""

from __future__ import annotations

import argparse
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import (  # type: ignore[import-untyped]
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]
from sklearn.svm import SVC  # type: ignore[import-untyped]

from bot.answering.distress import message_parts
from bot.help_numbers import HELP_KINDS
from bot.settings import load_settings
from index.models.bundled.embedder import cores, load_bundled
from training.sources import read_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "answering" / "distress.npz"
PUBLIC = {
    "piaf-fr": 800,
    "nq-qed-en": 200,
    "squadshifts-newwiki-en": 200,
    "squad2-dev-es": 150,
    "squad2-dev-pt": 100,
    "xquad-35-cross": 200,
}  # number of questions by source; none is of distress
PRESS_FLAGGED, CHAT_FLAGGED = 0.01, 0.05  # the written chat is meant to mislead
# Themes of `distress.jsonl` that are not questions.
CHAT = ("smalltalk", "idioms", "everyday", "complaint", "mood", "news", "meta", "fragment")
STRENGTH = 5.0
KIND_STRENGTH = 10.0

Floats = npt.NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.distress", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of reading/")
    data = parser.parse_args().data
    rows = [json.loads(line) for line in (HERE / "distress.jsonl").read_text("utf-8").splitlines()]
    public = public_questions(data)
    vectors = embed([*(row["text"] for row in rows), *public])
    kinds = np.array([row["kind"] for row in rows] + ["none"] * len(public))
    themes = np.array([row["theme"].split()[0] for row in rows] + ["public"] * len(public))
    scaler, distress = StandardScaler().fit(vectors), kinds != "none"
    points, gamma = scaler.transform(vectors), 1 / vectors.shape[1]
    machine = SVC(C=STRENGTH, gamma=gamma, class_weight="balanced")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    unseen = cross_val_predict(machine, points, distress, cv=folds, method="decision_function")
    is_chat, is_public = np.isin(themes, CHAT), themes == "public"
    press, chat = unseen[~distress & ~is_chat & ~is_public], unseen[~distress & is_chat]
    threshold = max(
        float(np.quantile(logits, 1 - share, method="higher"))
        for logits, share in ((press, PRESS_FLAGGED), (chat, CHAT_FLAGGED))
    )
    classifier = LogisticRegression(C=KIND_STRENGTH, max_iter=2_000)
    guesses = cross_val_predict(classifier, vectors[distress], kinds[distress], cv=5)

    def flagged(logits: npt.NDArray[np.float64], digits: int) -> float:
        return round(float((logits > threshold).mean()), digits)

    figures: dict[str, float] = {
        "found": flagged(unseen[distress], 3),
        **{kind: flagged(unseen[kinds == kind], 3) for kind in HELP_KINDS},
        "press_flagged": flagged(press, 4),
        "chat_flagged": flagged(chat, 4),
        "public_flagged": flagged(unseen[is_public], 4),
        "kind_right": round(float((guesses == kinds[distress]).mean()), 3),
    }
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger(__name__).info("%s", json.dumps(figures))
    machine.fit(points, distress)
    classifier.fit(vectors[distress], kinds[distress])
    order = [list(classifier.classes_).index(kind) for kind in HELP_KINDS]
    np.savez_compressed(
        OUT,
        mean=scaler.mean_.astype(np.float32),
        scale=scaler.scale_.astype(np.float32),
        support=machine.support_vectors_.astype(np.float16),
        duals=machine.dual_coef_[0].astype(np.float32),
        intercept=np.float32(machine.intercept_[0] - threshold),
        gamma=np.float32(gamma),
        kinds=np.column_stack([classifier.coef_, classifier.intercept_])[order].astype(np.float32),
    )


def embed(texts: list[str]) -> npt.NDArray[np.float32]:
    """Return the question vector of each message."""
    embedder = load_bundled(load_settings().cache_dir, threads=1)
    whole = [message_parts(text)[0] for text in texts]
    with ThreadPoolExecutor(cores()) as pool:
        return np.array(list(pool.map(embedder.embed_question, whole)), np.float32)


def public_questions(folder: Path) -> list[str]:
    """Sample questions from public sources in several languages."""
    random = Random(1)
    questions = []
    for source, count in PUBLIC.items():
        texts = sorted({each.text for each in read_questions(folder, source)})
        questions += random.sample(texts, count)
    return questions


if __name__ == "__main__":
    main()
