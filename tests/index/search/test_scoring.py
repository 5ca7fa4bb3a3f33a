from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from index.findings import SearchEvidence
from index.search.confidence import CONFIDENCE_FORMAT, ConfidenceModel
from index.search.scoring import passage_scores, sentence_scores, spoken_of

Row = np.ndarray


def row(*values: float) -> Row:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("cosines", "sentences", "words", "openings"),
    [
        (row(0.8, 0.8), row(0.8, 0.9), row(0, 0), [False, False]),  # the better sentence
        (row(0.8, 0.8), row(0.8, 0.8), row(0, 0), [False, True]),  # the opening of its article
        (row(0.8, 0.8), row(0.8, 0.8), row(0, 1), [False, False]),  # the question's words
        (row(0.8, 0.95), row(0.8, 0.95), row(1, 0), [False, False]),  # a clear cosine without them
    ],
    ids=["sentence", "opening", "words", "cosine"],
)
def test_of_two_passages_the_second_comes_first(
    cosines: Row, sentences: Row, words: Row, openings: list[bool]
) -> None:
    first, second = passage_scores(cosines, sentences, words, np.array(openings))
    assert second > first


def test_words_count_and_a_name_for_the_sentences_after_it_too() -> None:
    plain, worded = sentence_scores(row(0.8, 0.8), row(0, 0.5))
    assert worded > plain
    idf = {"mai-1": 3.0, "puces": 1.0}
    sentences = [{"puces"}, {"mai-1"}, {"puces"}, {"autre"}]
    shares = spoken_of(idf, {"mai-1"}, set(), sentences)
    assert shares == pytest.approx([0.25, 0.75, 1.0, 0.75])
    titled = spoken_of(idf, {"mai-1"}, {"mai-1", "puces"}, [{"autre"}])
    assert titled == pytest.approx([0.75])


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
