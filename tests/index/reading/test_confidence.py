from __future__ import annotations

import pytest

from index.reading.confidence import CONFIDENCE_FORMAT, ReadingConfidence
from index.reading.evidence import EvidenceReader, read_evidence
from tests.fakes import FakeReader
from tests.index.reading.test_evidence import found, hit

MODEL = {"intercept": 0.0, "weights": {"logit": 1.0}}


def stored(**changes: object) -> dict[str, object]:
    return {
        "format": CONFIDENCE_FORMAT,
        "perhaps": 0.3,
        "sure": 0.6,
        "same_language": MODEL,
        "across_languages": {"intercept": -5.0, "weights": {"logit": 1.0}},
    } | changes


def shipped_readings() -> dict[str, float]:
    read = EvidenceReader(FakeReader(), None).read(found(hit("Le phare fut allumé en 1849.")))
    return read_evidence(read).values()


def test_the_shipped_model_looks_at_what_is_read() -> None:
    model, readings = ReadingConfidence.load(), shipped_readings()
    for each in (model.same_language, model.across_languages):
        assert set(each.weights) == set(readings) - {"foreign"}
    assert model.confidence(readings | {"logit": 6.0, "best_logit": 6.0, "span_logit": 8.0}) > (
        model.confidence(readings | {"logit": -6.0, "best_logit": -6.0, "span_logit": -8.0})
    )


def test_what_the_question_names_and_the_passage_does_not_makes_it_less_sure() -> None:
    model, readings = ReadingConfidence.load(), shipped_readings()
    assert model.confidence(readings | {"years": 1.0}) < model.confidence(readings)
    assert model.confidence(readings | {"names": 1.0}) < model.confidence(readings)


def test_questions_across_languages_have_a_model_of_their_own() -> None:
    model = ReadingConfidence.of(stored())
    same, across = {"logit": 2.0, "foreign": 0.0}, {"logit": 2.0, "foreign": 1.0}
    assert model.confidence(across) < 0.5 < model.confidence(same)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": CONFIDENCE_FORMAT + 1},
        {"same_language": {"intercept": "much", "weights": {}}},
        {"perhaps": 0.7},
    ],
    ids=["another format", "not a number", "sure below perhaps"],
)
def test_a_data_file_that_does_not_fit_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"format|convert|thresholds"):
        ReadingConfidence.of(stored(**changes))
