"""Quantisation of a layer's float32 weights to 8-bit integers.

The few inputs that are far stronger than all others are excluded, for the caller to compute in
float32; the scales of the others are evened out by moving them into the weights (Xiao et al.,
"SmoothQuant", 2023); and each column's rounding error is compensated in the columns after it, by
the inputs' correlations (Frantar et al., "GPTQ", 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]

# Seven of the eight bits: with all eight, processors without VNNI instructions overflow 16 bits
# when adding two products.
LIMIT = 63
OUTLIER_FACTOR = 2.0  # minimum ratio of an outlier's peak to any other input's

_SMALLEST = 1e-4
_DAMPING = 0.01


@dataclass(frozen=True, slots=True)
class LayerInputs:
    """Statistics of a linear layer's inputs over the tokens of some texts.

    `peaks` is the greatest magnitude of each input, shape (inputs,); `moments` the sum of x xᵀ,
    shape (inputs, inputs).
    """

    peaks: Floats
    moments: Floats

    def without(self, apart: Sequence[int]) -> LayerInputs:
        """Set some inputs to 0."""
        peaks, moments = self.peaks.copy(), self.moments.copy()
        peaks[apart], moments[apart, :], moments[:, apart] = 0, 0, 0
        return LayerInputs(peaks, moments)


@dataclass(frozen=True, slots=True)
class QuantisedLayer:
    """Weights as `codes` (outputs, inputs) times `scales` (outputs,), for inputs over `even`."""

    codes: Codes
    scales: Floats
    even: Floats


def quantise(weights: Floats, seen: LayerInputs) -> QuantisedLayer:
    """Quantise `weights` of shape (outputs, inputs)."""
    reach = np.maximum(np.abs(weights).max(axis=0), _SMALLEST)
    even = np.sqrt(np.maximum(seen.peaks, _SMALLEST) / reach)
    even = (even / np.exp(np.log(even).mean())).astype(np.float32)
    evened = weights * even
    scales = (np.maximum(np.abs(evened).max(axis=1), _SMALLEST) / LIMIT).astype(np.float32)
    codes = _round(evened, scales, seen.moments / (even[:, None] * even))
    return QuantisedLayer(codes, scales, even)


def find_outliers(peaks: Floats) -> list[int]:
    """Return the inputs that are far stronger than all others, in order."""
    strongest = np.argsort(-peaks)
    values = peaks[strongest]
    count = 0
    while count + 1 < len(values) and values[count] > OUTLIER_FACTOR * values[count + 1]:
        count += 1
    return sorted(strongest[:count].tolist())


def _round(weights: Floats, scales: Floats, moments: Floats) -> Codes:
    damped = moments.astype(np.float64)
    damped += np.eye(len(damped)) * (_DAMPING * np.diag(damped).mean() + np.finfo(np.float32).tiny)
    spread = np.linalg.cholesky(np.linalg.inv(damped)).T
    left = weights.astype(np.float64)
    codes = np.zeros(weights.shape, np.int8)
    for column in range(weights.shape[1]):
        rounded = np.clip(np.rint(left[:, column] / scales), -LIMIT, LIMIT)
        codes[:, column] = rounded
        error = (left[:, column] - rounded * scales) / spread[column, column]
        left[:, column + 1 :] -= np.outer(error, spread[column, column + 1 :])
    return codes
