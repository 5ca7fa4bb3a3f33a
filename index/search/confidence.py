"""The probability that the corpus holds the answer.

A logistic regression on signals of one search; its coefficients, and how they were fitted, are in
`confidence.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import Any, TypeVar

from index.errors import IndexingError, reason_of
from index.findings import SearchEvidence

Calibrated = TypeVar("Calibrated")

CONFIDENCE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Minimum confidence (0..1) of the outcomes *perhaps* and *sure*; anything lower is *no*."""

    perhaps: float
    sure: float

    def __post_init__(self) -> None:
        if not 0 <= self.perhaps <= self.sure <= 1:
            raise ValueError(f"thresholds {self.perhaps} and {self.sure}")

    @classmethod
    def at(cls, confidence: float) -> Thresholds:
        """One threshold for both, so that nothing is *perhaps*."""
        return cls(confidence, confidence)


@dataclass(frozen=True)
class LogisticModel:
    """An intercept, and a weight for each field of some signals."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, signals: object) -> float:
        """The probability (0..1) for these signals; each form of the function is safe on its
        side."""
        logit = self.intercept + sum(
            weight * float(getattr(signals, name)) for name, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


@dataclass(frozen=True)
class ConfidenceModel(LogisticModel):
    """Computes the probability that the corpus holds the answer. `thresholds` are the defaults for
    its probabilities."""

    thresholds: Thresholds

    @classmethod
    def load(cls) -> ConfidenceModel:
        """The bundled model. Raises IndexingError."""
        return load_calibration("index.search", cls.of)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> ConfidenceModel:
        """Parse the data file. Raises ValueError, KeyError or TypeError."""
        check_format(record, CONFIDENCE_FORMAT)
        weights = weights_of(record, SearchEvidence)
        thresholds = Thresholds(float(record["threshold"]), float(record["sure"]))
        return cls(float(record["intercept"]), weights, thresholds)


def load_calibration(
    package: str, of: Callable[[Mapping[str, Any]], Calibrated], name: str = "confidence.json"
) -> Calibrated:
    """Load a package's file of fitted weights. Raises IndexingError."""
    source = files(package) / name
    try:
        return of(json.loads(source.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexingError("calibration-unreadable", file=name, reason=reason_of(error)) from error


def weights_of(record: Mapping[str, Any], signals: type) -> dict[str, float]:
    """The weights in a data file, one for each field of the dataclass `signals`. Raises
    ValueError, KeyError or TypeError."""
    weights = {name: float(value) for name, value in record["weights"].items()}
    expected = {field.name for field in fields(signals)}
    if set(weights) != expected:
        raise ValueError(f"weights for {sorted(weights)} instead of {sorted(expected)}")
    return weights


def check_format(record: Mapping[str, Any], form: int) -> None:
    """Raise ValueError if a data file has another format."""
    if record["format"] != form:
        raise ValueError(f"format {record['format']} instead of {form}")
