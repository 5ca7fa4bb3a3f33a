"""Ratings of writers from votes: Bradley-Terry with ties, and intervals.

The probability that the first answer wins is the logistic function of the difference in strength of
the writers (Bradley and Terry, 1952). A tie is half a win for each. Strengths are MAP estimates
under a weak normal prior, without which those of undefeated writers would diverge.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

POINTS_PER_LOGIT = 400 / math.log(10)  # as in Elo: 400 points are odds of ten to one
MEAN_RATING = 1000.0
PRIOR_PRECISION = 0.04  # of strengths in logits: a standard deviation of 5
BOOTSTRAP_ROUNDS = 400
_SEED = 0

DAILY_VOTES = 20.0  # maximum weight of one voter's votes in a day
MAX_MEDIANS = 3.0  # maximum weight of one voter, in units of the median voter's
COVERAGE = 0.95  # of the intervals
_MAX_STEPS, _MAX_STEP_LOGITS, _TOLERANCE = 50, 2.0, 1e-9  # of Newton's method
_MAX_CELLS = 2_000_000  # votes times rounds per batch


@dataclass(frozen=True, slots=True)
class CountedVote:
    """A vote between two writers, in display order.

    `score` is 1 for the first, 0 for the second, 0.5 for a tie; `ballot` identifies the voter's
    votes of one day.
    """

    first: str
    second: str
    score: float
    voter: str
    ballot: str


@dataclass(frozen=True, slots=True)
class RatingInterval:
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its confidence interval at `COVERAGE`."""

    value: float
    interval: RatingInterval


def vote_weights(votes: Sequence[CountedVote], daily: float) -> Floats:
    """Weigh votes so that a ballot counts for at most `daily` votes (0: no limit) and a voter for
    at most the larger of `daily` and `MAX_MEDIANS` times the median voter."""
    if not daily or not votes:
        return np.ones(len(votes))
    sizes = Counter(vote.ballot for vote in votes)
    weights = [min(1.0, daily / sizes[vote.ballot]) for vote in votes]
    totals: defaultdict[str, float] = defaultdict(float)
    for vote, weight in zip(votes, weights, strict=True):
        totals[vote.voter] += weight
    limit = max(daily, MAX_MEDIANS * median(totals.values()))
    return np.array(weights) * [min(1.0, limit / totals[vote.voter]) for vote in votes]


def find_connected_writers(votes: Sequence[CountedVote]) -> frozenset[str]:
    """Return the connected component of the comparison graph with the most votes."""
    groups: dict[str, set[str]] = {}
    for vote in votes:
        union = groups.get(vote.first, {vote.first}) | groups.get(vote.second, {vote.second})
        groups.update(dict.fromkeys(union, union))
    counts = Counter(frozenset(groups[vote.first]) for vote in votes)
    return max(counts, key=lambda group: (counts[group], sorted(group)), default=frozenset())


def rate_writers(
    votes: Sequence[CountedVote], *, daily: float = DAILY_VOTES, rounds: int = BOOTSTRAP_ROUNDS
) -> Mapping[str, Estimate]:
    """Rate the writers in these votes, which should be connected, in points. CPU-bound: about a
    second for 2,000 votes.

    Each interval is the widest of three: a bootstrap by voter, one by vote, and the Laplace
    approximation of the posterior. So it is not too narrow if single persons are consistent, voters
    few, or all votes the same.
    """
    writers = sorted({name for vote in votes for name in (vote.first, vote.second)})
    if not votes:
        return {}
    table = design_table(votes, writers)
    scores = np.array([vote.score for vote in votes])
    weights = vote_weights(votes, daily)
    fits = [fit_strengths(table, scores, weights[None, :])]
    for draws in _draws(votes, rounds):
        parts = np.array_split(draws, -(-draws.size // _MAX_CELLS))
        fits.append(np.vstack([fit_strengths(table, scores, weights * part) for part in parts]))
    fits.append(posterior_draws(table, weights, fits[0][0], rounds))
    points = [
        MEAN_RATING + POINTS_PER_LOGIT * (fit - fit.mean(axis=1, keepdims=True)) for fit in fits
    ]
    return dict(zip(writers, _estimates(points), strict=True))


def fit_strengths(table: Floats, scores: Floats, weights: Floats) -> Floats:
    """Fit MAP coefficients by Newton's method, one row for each row of `weights`; `table` is of
    shape (votes, coefficients)."""
    count = table.shape[1]
    products = (table[:, :, None] * table[:, None, :]).reshape(len(table), count * count)
    prior = PRIOR_PRECISION * np.eye(count)
    coefficients = np.zeros((len(weights), count))
    for _ in range(_MAX_STEPS):
        chance = 1 / (1 + np.exp(-(coefficients @ table.T)))
        gradient = (weights * (scores - chance)) @ table - PRIOR_PRECISION * coefficients
        curvature = (weights * chance * (1 - chance)) @ products
        hessian = curvature.reshape(len(weights), count, count) + prior
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        size = np.abs(step).max(axis=1, keepdims=True)
        coefficients += step / np.maximum(1.0, size / _MAX_STEP_LOGITS)
        if size.max() < _TOLERANCE:
            break
    return coefficients


def posterior_draws(table: Floats, weights: Floats, best: Floats, rounds: int) -> Floats:
    """Draw coefficients, one row per round, from the Laplace approximation of the posterior at its
    mode `best`."""
    chance = 1 / (1 + np.exp(-(table @ best)))
    curvature = (table.T * (weights * chance * (1 - chance))) @ table
    covariance = np.linalg.inv(curvature + PRIOR_PRECISION * np.eye(len(best)))
    draws: Floats = np.random.default_rng(_SEED).multivariate_normal(best, covariance, rounds)
    return draws


def design_table(votes: Sequence[CountedVote], writers: Sequence[str]) -> Floats:
    """Build the design matrix, one row per vote: 1 for the first writer, -1 for the second."""
    columns = {name: column for column, name in enumerate(writers)}
    table = np.zeros((len(votes), len(writers)))
    for row, vote in zip(table, votes, strict=True):
        row[columns[vote.first]] += 1
        row[columns[vote.second]] -= 1
    return table


def _draws(votes: Sequence[CountedVote], rounds: int) -> list[Floats]:
    """Bootstrap: counts of each vote in each round, drawn by voter and, if different, by vote."""
    chance = np.random.default_rng(_SEED)
    numbers: dict[str, int] = {}
    voter_of = np.array([numbers.setdefault(vote.voter, len(numbers)) for vote in votes])
    voters = len(numbers)
    by_voter = chance.multinomial(voters, np.full(voters, 1 / voters), rounds)[:, voter_of]
    if voters == len(votes):
        return [by_voter.astype(float)]
    by_vote = chance.multinomial(len(votes), np.full(len(votes), 1 / len(votes)), rounds)
    return [by_voter.astype(float), by_vote.astype(float)]


def _estimates(fits: Sequence[Floats]) -> list[Estimate]:
    """Summarize each column: its best value, from the first fit, and the widest interval of the
    other fits."""
    (best, *draws) = fits
    tail = (1 - COVERAGE) / 2
    estimates = []
    for column, value in enumerate(best[0]):
        bounds = [np.quantile(draw[:, column], (tail, 1 - tail)) for draw in draws]
        low, high = min(value, *(b[0] for b in bounds)), max(value, *(b[1] for b in bounds))
        estimates.append(Estimate(float(value), RatingInterval(float(low), float(high))))
    return estimates
