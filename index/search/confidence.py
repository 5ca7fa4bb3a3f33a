"""How sure we are that the answer is in there.

A logistic regression on a few readings of one search; its coefficients, and how they were fitted,
stand in `confidence.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any

from index.errors import IndexingError, reason_of
from index.findings import SearchEvidence

CONFIDENCE_FORMAT = 1
"""What is read off no search at all."""


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """Turns evidence into the probability that the corpus answers.

    `threshold` is the probability under which Selon ships to say that it does not know.
    """

    intercept: float
    weights: Mapping[str, float]
    threshold: float

    @classmethod
    def load(cls) -> ConfidenceModel:
        """The model that ships with Selon, from `confidence.json`. Raises IndexingError."""
        source = files("index.search") / "confidence.json"
        try:
            return cls.of(json.loads(source.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexingError(
                "confidence-unreadable", shown=str(source), reason=reason_of(error)
            ) from error

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> ConfidenceModel:
        """From the object in the data file. Raises ValueError, KeyError or TypeError."""
        if stored["format"] != CONFIDENCE_FORMAT:
            raise ValueError(f"format {stored['format']} instead of {CONFIDENCE_FORMAT}")
        weights = {name: float(value) for name, value in stored["weights"].items()}
        expected = {field.name for field in fields(SearchEvidence)}
        if set(weights) != expected:
            raise ValueError(f"weights for {sorted(weights)} instead of {sorted(expected)}")
        return cls(float(stored["intercept"]), weights, float(stored["threshold"]))

    def confidence(self, evidence: SearchEvidence) -> float:
        """The probability (0..1) that the corpus holds the answer."""
        logit = self.intercept + sum(
            weight * float(getattr(evidence, name)) for name, weight in self.weights.items()
        )
        # The two forms of the logistic function: neither overflows on its own side.
        if logit >= 0:
            return 1 / (1 + math.exp(-logit))
        return math.exp(logit) / (1 + math.exp(logit))
