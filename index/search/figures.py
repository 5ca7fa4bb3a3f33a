"""Whether a question asks for a figure, told by its vector.

The answer to one that does has a digit more often, so sentences with numbers rank higher, and
lower for the others. The weights, and how they were fitted, are in `figures.json`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from index.models.base import Embedder, Vectors
from index.search.confidence import check_format, load_calibration

FIGURES_FORMAT = 1


@dataclass(frozen=True)
class FigureModel:
    """A logistic regression on the vectors of one embedding model."""

    embedder_id: str
    intercept: float
    weights: Vectors

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> FigureModel:
        """Parse the data file. Raises ValueError, KeyError or TypeError."""
        check_format(record, FIGURES_FORMAT)
        weights = np.array(record["weights"], dtype=np.float32)
        return cls(str(record["vectors"]), float(record["intercept"]), weights)


def expect_figure(question: Vectors, embedder: Embedder) -> float:
    """From -1 (another answer) to 1 (a figure) for an embedded question; 0 if unknown."""
    model = _load_model()
    if embedder.id != model.embedder_id:
        return 0.0
    return math.tanh((model.intercept + float(model.weights @ question)) / 2)  # 2 p - 1


@cache
def _load_model() -> FigureModel:
    return load_calibration("index.search", FigureModel.of, "figures.json")
