"""The measures: pure functions of ranks, confidences and what happened."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

DEPTH = 10
BINS = 10
RESAMPLES = 1_000
LEVEL = 0.95
SEED = 20_250_101


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence: how many, how sure on average, and how often rightly so."""

    count: int
    confidence: float
    observed: float


def hit(rank: int | None, k: int) -> float:
    """1.0 when the right passage is among the first k; `rank` counts from 1, None is nowhere."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None, k: int = DEPTH) -> float:
    return 1 / rank if rank is not None and rank <= k else 0.0


def discounted_gain(rank: int | None, k: int = DEPTH) -> float:
    """NDCG with one relevant passage, whose ideal gain is 1 (Järvelin & Kekäläinen, 2002)."""
    return 1 / math.log2(rank + 1) if rank is not None and rank <= k else 0.0


def auroc(positives: Sequence[float] | Numbers, negatives: Sequence[float] | Numbers) -> float:
    """How often a positive scores above a negative, a tie counting one half.

    The Mann-Whitney statistic over the number of pairs (Hanley & McNeil, Radiology 1982).
    """
    above, below = np.asarray(positives, dtype=float), np.sort(np.asarray(negatives, dtype=float))
    if not len(above) or not len(below):
        raise ValueError("AUROC needs at least one score of each kind")
    beaten = np.searchsorted(below, above, side="left")
    not_above = np.searchsorted(below, above, side="right")
    return float(np.mean(beaten + not_above) / (2 * len(below)))


def reliability(
    confidences: Sequence[float] | Numbers, right: Sequence[bool], bins: int = BINS
) -> tuple[Bin, ...]:
    """Bins of equal mass, least sure first."""
    sure, truth = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    order = np.argsort(sure, kind="stable")
    return tuple(
        Bin(len(rows), float(sure[rows].mean()), float(truth[rows].mean()))
        for rows in np.array_split(order, min(bins, len(order)))
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error over bins of equal mass.

    The mean distance between confidence and frequency (Naeini et al., AAAI 2015; bins of equal mass
    after Nixon et al., 2019).
    """
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.observed) for each in bins) / total


def interval_of_mean(values: Sequence[float] | Numbers) -> Interval:
    """Percentile bootstrap (Efron, 1979); the same values always give the same interval."""
    sample = np.asarray(values, dtype=float)
    return _bootstrap(lambda draw: float(sample[draw(len(sample))].mean()))


def interval_of_auroc(
    positives: Sequence[float] | Numbers, negatives: Sequence[float] | Numbers
) -> Interval:
    """Bootstrap of both kinds at once."""
    above, below = np.asarray(positives, dtype=float), np.asarray(negatives, dtype=float)
    return _bootstrap(lambda draw: auroc(above[draw(len(above))], below[draw(len(below))]))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0..1) of the values lie."""
    return float(np.quantile(np.asarray(values, dtype=float), share))


_Draw = Callable[[int], npt.NDArray[np.int64]]


def _bootstrap(statistic: Callable[[_Draw], float]) -> Interval:
    generator = np.random.default_rng(SEED)

    def draw(size: int) -> npt.NDArray[np.int64]:
        return generator.integers(0, size, size)

    drawn = np.array([statistic(draw) for _ in range(RESAMPLES)])
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
