"""The confidence that the best sentence is right.

A logistic regression on signals of the reading and the search: one for questions in the passage's
language, one across languages, where words hardly match. The coefficients, and how they were
fitted, are in `confidence.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.search.confidence import (
    LogisticModel,
    Thresholds,
    check_format,
    load_calibration,
    weights_of,
)

CONFIDENCE_FORMAT = 2


@dataclass(frozen=True, slots=True)
class ReadingEvidence:
    """Signals of the best sentence.

    `margin` and `margin_3`: its rank minus that of the second and third best sentence;
    `span_logit`: logit of the best span in its passage; `subject`: log-odds of the search's
    confidence, clamped; `other_years`: 1 if the sentence is about other years than the question
    names, else 0.
    """

    margin: float
    margin_3: float
    span_logit: float
    subject: float
    other_years: float


@dataclass(frozen=True, slots=True)
class ReadingConfidence:
    """Computes the probability that the best sentence is right. `thresholds` are the defaults for
    its probabilities."""

    same_language: LogisticModel
    across_languages: LogisticModel
    thresholds: Thresholds

    @classmethod
    def load(cls) -> ReadingConfidence:
        """The model for the bundled reader. Raises IndexingError."""
        return load_calibration("index.reading", cls.of)

    @classmethod
    def of(cls, weights: Mapping[str, Any]) -> ReadingConfidence:
        """Parse the data file. Raises ValueError, KeyError or TypeError."""
        check_format(weights, CONFIDENCE_FORMAT)
        thresholds = Thresholds(float(weights["perhaps"]), float(weights["sure"]))
        records = weights["same_language"], weights["across_languages"]
        same, across = (
            LogisticModel(float(record["intercept"]), weights_of(record, ReadingEvidence))
            for record in records
        )
        return cls(same, across, thresholds)

    def confidence(self, evidence: ReadingEvidence, *, foreign: bool) -> float:
        """The probability (0..1) that the best sentence is right."""
        model = self.across_languages if foreign else self.same_language
        return model.probability(evidence)
