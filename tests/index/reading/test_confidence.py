from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from index.reading.confidence import CONFIDENCE_FORMAT, ReadingConfidence, ReadingEvidence

PLAIN = ReadingEvidence(margin=0.1, margin_3=0.15, span_logit=3.0, subject=1.0, other_years=0.0)
MODEL = {"intercept": 0.0, "weights": dict.fromkeys(asdict(PLAIN), 0.0) | {"span_logit": 1.0}}


STORED = {
    "format": CONFIDENCE_FORMAT,
    "perhaps": 0.3,
    "sure": 0.6,
    "same_language": MODEL,
    "across_languages": MODEL | {"intercept": -5.0},
}


@pytest.mark.parametrize(
    "better", [{"margin": 0.3}, {"margin_3": 0.3}, {"span_logit": 8.0}, {"subject": 2.0}]
)
@pytest.mark.parametrize("foreign", [False, True])
def test_the_model_is_surer_the_more_speaks_for_it(better: dict[str, float], foreign: bool) -> None:
    model = ReadingConfidence.load()
    evidence = replace(PLAIN, **better)
    assert model.confidence(evidence, foreign=foreign) > model.confidence(PLAIN, foreign=foreign)


@pytest.mark.parametrize("foreign", [False, True])
def test_a_sentence_of_other_years_is_hardly_ever_sure(foreign: bool) -> None:
    model = ReadingConfidence.load()
    clear = ReadingEvidence(margin=0.2, margin_3=0.25, span_logit=8.0, subject=2.0, other_years=0.0)
    assert model.confidence(clear, foreign=foreign) > model.thresholds.sure
    other = replace(clear, other_years=1.0)
    assert model.confidence(other, foreign=foreign) < model.thresholds.sure


def test_questions_across_languages_have_a_model_of_their_own() -> None:
    model = ReadingConfidence.of(STORED)
    assert model.confidence(PLAIN, foreign=True) < 0.5 < model.confidence(PLAIN, foreign=False)
