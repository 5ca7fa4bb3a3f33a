"""Metrics of a reader on held-out samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from training.bundled import best_span
from training.dataset import EncodedSample
from training.metrics import auroc, exact, f1
from training.model import Reader, narrow_products, pack

_ROWS = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """A reader's output for a sample: its span's text and the logits of its heads."""

    span: str
    span_logit: float
    has: float


def read_samples(reader: Reader, samples: Sequence[EncodedSample]) -> list[Reading]:
    """Read samples in batches; return readings in their order."""
    readings: dict[int, Reading] = {}
    order = sorted(range(len(samples)), key=lambda at: len(samples[at].ids))
    reader.eval()
    for begin in range(0, len(order), _ROWS):
        rows = order[begin : begin + _ROWS]
        with torch.inference_mode(), narrow_products():
            output = reader(pack([samples[at].ids for at in rows]))
        starts, ends = output.start.numpy(), output.end.numpy()
        for row, at in enumerate(rows):
            readings[at] = reading_of(samples[at], starts[row], ends[row], float(output.has[row]))
    reader.train()
    return [readings[at] for at in range(len(samples))]


def reading_of(
    sample: EncodedSample,
    start: npt.NDArray[np.float32],
    end: npt.NDArray[np.float32],
    has: float,
) -> Reading:
    """Convert a row's logits to a reading of its sample."""
    inside = slice(sample.text_start, sample.text_start + len(sample.offsets))
    first, last, logit = best_span(start[inside], end[inside])
    text = sample.sample.text[sample.offsets[first][0] : sample.offsets[last][1]].strip()
    return Reading(text, logit - float(start[0] + end[0]), has)


def measure_reading(
    samples: Sequence[EncodedSample], readings: Sequence[Reading]
) -> dict[str, float]:
    """Return F1 and exact match of answerable samples, and AUROC of `has` against other kinds."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    scores: list[tuple[float, float]] = []
    for sample, reading in zip(samples, readings, strict=True):
        by_kind[sample.sample.kind].append(reading.has)
        if sample.sample.holds:
            gold = sample.sample.text[sample.sample.start : sample.sample.end]
            scores.append((f1(reading.span, [gold]), exact(reading.span, [gold])))
    figures = {"f1": _mean([s[0] for s in scores]), "em": _mean([s[1] for s in scores])}
    for kind in ("mined", "near-miss-made"):
        figures[f"auroc-{kind}"] = auroc(by_kind["answered"], by_kind[kind])
    figures["auroc-dated"] = auroc(by_kind["dated"], by_kind["near-miss-dated"])
    return figures


def bootstrap(
    name: str, values: Sequence[float], resamples: int = 1_000
) -> dict[str, float | list[float]]:
    """Return the mean of `values` and its 95 % interval (percentile bootstrap, seeded)."""
    means = np.random.default_rng(1).choice(values, (resamples, len(values))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return {name: _mean(values), f"{name}-interval": [float(low), float(high)]}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
