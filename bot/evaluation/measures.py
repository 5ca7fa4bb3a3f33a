"""Measures as pure functions of ranks, confidences and outcomes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.evaluation.outcome import GoldOutcome, exact_match, f1

Numbers = npt.NDArray[np.float64]
RANK_DEPTH = 10
BINS = 10
RESAMPLES = 1_000
RESAMPLE_SEED = 20_250_101
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of similar confidence: count, mean confidence and share of right answers."""

    count: int
    confidence: float
    accuracy: float


def hit(rank: int | None, k: int) -> float:
    """1.0 if the right passage is among the first k; `rank` counts from 1, None is nowhere."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None) -> float:
    return 1 / rank if rank is not None and rank <= RANK_DEPTH else 0.0


def discounted_gain(rank: int | None) -> float:
    """NDCG with one relevant passage, whose ideal gain is 1 (Järvelin & Kekäläinen, 2002)."""
    return 1 / math.log2(rank + 1) if rank is not None and rank <= RANK_DEPTH else 0.0


def auroc(positives: Sequence[float] | Numbers, negatives: Sequence[float] | Numbers) -> float:
    """Probability that a positive scores above a negative; a tie counts one half.

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
    total = sum(bucket.count for bucket in bins)
    return sum(bucket.count * abs(bucket.confidence - bucket.accuracy) for bucket in bins) / total


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


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0..1) of the values lie."""
    return float(np.quantile(np.asarray(values, dtype=float), share))


_Draw = Callable[[int], npt.NDArray[np.int64]]


def _bootstrap(statistic: Callable[[_Draw], float]) -> Interval:
    generator = np.random.default_rng(RESAMPLE_SEED)

    def draw(size: int) -> npt.NDArray[np.int64]:
        return generator.integers(0, size, size)

    estimates = np.array([statistic(draw) for _ in range(RESAMPLES)])
    low, high = np.quantile(estimates, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))


HITS = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class EvaluationFigure:
    """One measure by its public name; no value if there was nothing to measure."""

    name: str
    value: float | int | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class EvaluationFigures:
    """The measures of one set of questions, in the order they are shown."""

    name: str
    all: tuple[EvaluationFigure, ...]

    def value(self, name: str) -> float | int | None:
        """Raises KeyError."""
        return {figure.name: figure.value for figure in self.all}[name]


def evaluation_figures(name: str, outcomes: Sequence[GoldOutcome]) -> EvaluationFigures:
    """Every measure of outcomes alone; see docs/evaluation.md for what each means."""
    with_rank = [outcome for outcome in outcomes if outcome.question.has_articles]
    golden = [
        outcome for outcome in outcomes if outcome.question.answerable and outcome.question.golds
    ]
    answers = [outcome for outcome in outcomes if outcome.question.answerable and outcome.is_answer]
    sure = [outcome for outcome in _judged_answers(outcomes) if outcome.sure]
    return EvaluationFigures(
        name,
        (
            *(_mean(f"hit@{k}", (hit(outcome.rank, k) for outcome in with_rank)) for k in HITS),
            _mean("mrr@10", (reciprocal_rank(outcome.rank) for outcome in with_rank)),
            _mean("ndcg@10", (discounted_gain(outcome.rank) for outcome in with_rank)),
            _mean("answer_hit", (float(outcome.right) for outcome in golden)),
            _mean("sure_right", (float(outcome.right_first) for outcome in sure)),
            _mean("answer_words", (float(len(outcome.text.split())) for outcome in answers)),
            *_highlights(golden),
            *_refusals(outcomes),
            *_latencies(outcomes),
        ),
    )


def _judged_answers(outcomes: Sequence[GoldOutcome]) -> list[GoldOutcome]:
    """Those that were answered, of which it is known whether the first statement is right."""
    return [
        outcome
        for outcome in outcomes
        if outcome.is_answer and (outcome.question.golds or not outcome.question.answerable)
    ]


def reliability_of(outcomes: Sequence[GoldOutcome]) -> tuple[Bin, ...]:
    """Reliability bins of the answers shown; empty unless some are right and some are wrong."""
    answers = _judged_answers(outcomes)
    right = [outcome.right_first for outcome in answers]
    if len(set(right)) < 2:
        return ()
    return reliability([outcome.confidence for outcome in answers], right)


_SUGGESTED_KEPT = 0.93  # share of the answerable questions that the suggested thresholds answer
_SUGGESTED_RIGHT = 0.9  # share of the answers they mark sure that are right


@dataclass(frozen=True, slots=True)
class SuggestedThresholds:
    """Thresholds fitted to questions, and the shares of these that they lead to.

    `kept` and `sure` are of the answerable questions, `refused` and `wrongly_sure` of the others.
    """

    perhaps: float
    sure_from: float
    kept: float
    sure: float
    refused: float
    wrongly_sure: float


def suggest_thresholds(outcomes: Sequence[GoldOutcome]) -> SuggestedThresholds | None:
    """Fit thresholds to these questions; None unless both kinds were asked."""
    yes = sorted(outcome.confidence for outcome in outcomes if outcome.question.answerable)
    no = [outcome.confidence for outcome in outcomes if not outcome.question.answerable]
    if not yes or not no:
        return None
    perhaps = math.floor(yes[len(yes) - math.ceil(_SUGGESTED_KEPT * len(yes))] * 1000) / 1000
    sure = max(perhaps, math.floor(_trusted_from(_judged_answers(outcomes)) * 1000) / 1000)
    return SuggestedThresholds(
        perhaps,
        sure,
        _share_from(perhaps, yes),
        _share_from(sure, yes),
        1 - _share_from(perhaps, no),
        _share_from(sure, no),
    )


def _trusted_from(answers: Sequence[GoldOutcome]) -> float:
    """The lowest confidence from which answers are right often enough; 1 if there is none."""
    by_confidence = sorted(answers, key=lambda outcome: -outcome.confidence)
    threshold, right = 1.0, 0
    for count, outcome in enumerate(by_confidence, 1):
        right += outcome.right_first
        last_of_equals = (
            count == len(by_confidence) or by_confidence[count].confidence < outcome.confidence
        )
        if last_of_equals and right >= _SUGGESTED_RIGHT * count:
            threshold = outcome.confidence
    return threshold


def _share_from(threshold: float, confidences: Sequence[float]) -> float:
    return sum(confidence >= threshold for confidence in confidences) / len(confidences)


def _highlights(outcomes: Sequence[GoldOutcome]) -> Iterable[EvaluationFigure]:
    """Exact match and F1 as in SQuAD's scorer: no highlight scores zero."""
    with_highlight = [outcome for outcome in outcomes if outcome.highlight is not None]
    yield _mean("highlighted", (float(outcome.highlight is not None) for outcome in outcomes))
    # Without any highlight there is nothing to measure.
    measurable = outcomes if with_highlight else ()
    yield _mean("exact_match", (_score(exact_match, outcome) for outcome in measurable))
    yield _mean("f1", (_score(f1, outcome) for outcome in measurable))
    yield _mean("f1_highlighted", (_score(f1, outcome) for outcome in with_highlight))


def _score(measure: Callable[[str, Iterable[str], str], float], outcome: GoldOutcome) -> float:
    if outcome.highlight is None:
        return 0.0
    return measure(
        outcome.highlight, (gold.text for gold in outcome.question.golds), outcome.language
    )


def _refusals(outcomes: Sequence[GoldOutcome]) -> Iterable[EvaluationFigure]:
    yes = [outcome for outcome in outcomes if outcome.question.answerable]
    no = [outcome for outcome in outcomes if not outcome.question.answerable]
    if yes and no:
        sure = [outcome.confidence for outcome in yes]
        unsure = [outcome.confidence for outcome in no]
        yield EvaluationFigure("auroc", auroc(sure, unsure), interval_of_auroc(sure, unsure))
    else:
        yield EvaluationFigure("auroc", None)
    yield _mean("answerable_kept", (float(outcome.is_answer) for outcome in yes))
    yield _mean("answerable_sure", (float(outcome.sure) for outcome in yes))
    yield _mean("unanswerable_refused", (float(not outcome.is_answer) for outcome in no))
    yield _mean("unanswerable_sure", (float(outcome.sure) for outcome in no))
    bins = reliability_of(outcomes)
    yield EvaluationFigure("ece", calibration_error(bins) if bins else None)


def _latencies(outcomes: Sequence[GoldOutcome]) -> Iterable[EvaluationFigure]:
    times = [outcome.milliseconds for outcome in outcomes]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield EvaluationFigure(f"latency_ms {name}", quantile(times, share) if times else None)


def _mean(name: str, values: Iterable[float]) -> EvaluationFigure:
    numbers = list(values)
    if not numbers:
        return EvaluationFigure(name, None)
    return EvaluationFigure(name, sum(numbers) / len(numbers), interval_of_mean(numbers))
