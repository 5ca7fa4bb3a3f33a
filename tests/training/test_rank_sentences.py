from __future__ import annotations

import numpy as np
import pytest

from index.reading.sentences import SentenceRanking
from training.rank_sentences import NAMES, AskedQuestion, fit

pytestmark = pytest.mark.soak
SENTENCES = 12


def asked(number: int, tells: str) -> AskedQuestion:
    """A question whose answer is the sentence that has most of a feature, the others by chance."""
    chance = np.random.default_rng(number)
    values = chance.normal(size=(SENTENCES, len(NAMES)))
    values[:, NAMES.index("sentence")] += values[:, NAMES.index(tells)] * (tells != "sentence")
    right = np.arange(SENTENCES) == values[:, NAMES.index(tells)].argmax()
    nearest = int(values[:, NAMES.index("sentence")].argmax())
    passages = np.repeat(np.arange(3), SENTENCES // 3)
    return AskedQuestion("made", f"article {number // 4}", values, right, passages, nearest)


def test_what_tells_the_answer_weighs_most_and_can_be_read_again() -> None:
    fitted = fit([asked(number, "lead") for number in range(80)])
    weights = {name: abs(weight) for name, weight in fitted["weights"].items()}
    assert max(weights, key=lambda name: weights[name]) == "lead"
    assert weights["span"] < weights["lead"] / 5
    figures = fitted["how"]["held out"]["made"]
    assert figures["questions"] == 80
    assert figures["sentence"] > 0.9
    assert figures["sentence"] > figures["sentence by the search alone"]
    ranking = SentenceRanking.of(fit([asked(number, "sentence") for number in range(40)]))
    assert ranking.weights["sentence"] == 1.0
