"""How sure we are that the sentence that answers best is right.

A logistic regression on what the reader and the search say; one for questions in the passage's
language, one across languages, where words hardly meet. Coefficients, and how they were fitted,
stand in `confidence.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.search.confidence import (
    Thresholds,
    check_format,
    load_calibration,
    logistic,
    weights_of,
)

CONFIDENCE_FORMAT = 2


@dataclass(frozen=True, slots=True)
class ReadingEvidence:
    """What the confidence is computed from, about the sentence that answers best.

    `margin` is how far its rank is above the next best of any passage, `margin_3` how far above the
    third; `span_logit` is that of the best words of its passage; `subject` is the log-odds that the
    search alone gives, within bounds; `other_years` is 1 where the sentence is of other years than
    the question names, else 0.
    """

    margin: float
    margin_3: float
    span_logit: float
    subject: float
    other_years: float


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """An intercept and a weight for each field of the evidence, by name."""

    intercept: float
    weights: Mapping[str, float]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> LogisticModel:
        """From its object in the data file. Raises ValueError, KeyError or TypeError."""
        return cls(float(stored["intercept"]), weights_of(stored, ReadingEvidence))

    def probability(self, evidence: ReadingEvidence) -> float:
        """The probability (0..1) that this is the evidence of a right answer."""
        weighted = (weight * getattr(evidence, name) for name, weight in self.weights.items())
        return logistic(self.intercept + sum(weighted))


@dataclass(frozen=True, slots=True)
class ReadingConfidence:
    """Turns what was read into the probability that the best sentence is right.

    `thresholds` are those of its probabilities that Selon ships with.
    """

    same_language: LogisticModel
    across_languages: LogisticModel
    thresholds: Thresholds

    @classmethod
    def load(cls) -> ReadingConfidence:
        """That of the bundled reader, from `confidence.json`. Raises IndexingError."""
        return load_calibration("index.reading", cls.of)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ReadingConfidence:
        """From the object in the data file. Raises ValueError, KeyError or TypeError."""
        check_format(stored, CONFIDENCE_FORMAT)
        thresholds = Thresholds(float(stored["perhaps"]), float(stored["sure"]))
        same, across = (
            LogisticModel.of(stored[name]) for name in ("same_language", "across_languages")
        )
        return cls(same, across, thresholds)

    def confidence(self, evidence: ReadingEvidence, *, foreign: bool) -> float:
        """The probability (0..1) that the best sentence is right."""
        model = self.across_languages if foreign else self.same_language
        return model.probability(evidence)
