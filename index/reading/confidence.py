"""How sure we are that the passage that was read answers.

A logistic regression on what the reader and the search say and on what the question names; one for
questions in the passage's language, one across languages, where words hardly meet. Coefficients,
and how they were fitted, stand in `confidence.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.search.confidence import Thresholds, check_format, load_calibration, logistic

CONFIDENCE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """An intercept and a weight for each reading it looks at, by name."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, readings: Mapping[str, float]) -> float:
        """The probability (0..1) that these readings are of an answer."""
        logit = self.intercept + sum(
            weight * readings[name] for name, weight in self.weights.items()
        )
        return logistic(logit)


@dataclass(frozen=True, slots=True)
class ReadingConfidence:
    """Turns what was read into the probability that it answers.

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
        same, across = (
            LogisticModel(
                float(each["intercept"]), {k: float(v) for k, v in each["weights"].items()}
            )
            for each in (stored["same_language"], stored["across_languages"])
        )
        thresholds = Thresholds(float(stored["perhaps"]), float(stored["sure"]))
        return cls(same, across, thresholds)

    def confidence(self, readings: Mapping[str, float]) -> float:
        """The probability (0..1) that the passage answers."""
        model = self.across_languages if readings["foreign"] else self.same_language
        return model.probability(readings)
