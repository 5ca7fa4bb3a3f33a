from __future__ import annotations

from dataclasses import fields, replace

import pytest

from index.findings import SearchEvidence
from index.search.confidence import CONFIDENCE_FORMAT, ConfidenceModel

STRONG = SearchEvidence(
    0.93, 0.94, words=0.9, sentence_words=0.8, known=1.0, lead=0.25, foreign=0.0
)
WEAK = SearchEvidence(0.78, 0.78, words=0.0, sentence_words=0.0, known=0.1, lead=0.01, foreign=0.0)


def stored(**changes: object) -> dict[str, object]:
    weights = {field.name: 1.0 for field in fields(SearchEvidence)}
    limits = {"threshold": 0.5, "sure": 0.6}
    return {"format": CONFIDENCE_FORMAT, "intercept": 0.0, "weights": weights} | limits | changes


def test_the_shipped_model_trusts_strong_evidence_whatever_its_language() -> None:
    model = ConfidenceModel.load()
    assert model.probability(WEAK) < model.thresholds.perhaps
    assert model.thresholds.sure < model.probability(STRONG)
    model = ConfidenceModel.load()
    silent = replace(STRONG, words=0.0, sentence_words=0.0, known=0.0, passage=0.85, sentence=0.86)
    assert model.probability(replace(silent, foreign=1.0)) > model.probability(silent)


@pytest.mark.parametrize("intercept", [-2000.0, 2000.0])
def test_a_confidence_stays_a_probability_however_strong_the_evidence(intercept: float) -> None:
    model = ConfidenceModel.of(stored(intercept=intercept))
    assert 0 <= model.probability(STRONG) <= 1


@pytest.mark.parametrize(
    "changes",
    [
        {"format": CONFIDENCE_FORMAT + 1},
        {"weights": {"passage": 1.0}},
        {"intercept": "much"},
        {"sure": 0.4},
    ],
    ids=["another format", "weights missing", "not a number", "sure below perhaps"],
)
def test_a_data_file_that_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"format|weights|convert|thresholds"):
        ConfidenceModel.of(stored(**changes))
