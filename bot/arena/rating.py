"""Ratings of writers from votes: Bradley-Terry with ties, covariates of style, and intervals.

The probability that the answer shown first is preferred is the logistic function of the difference
of the writers' strengths, plus what its place and its style add (Bradley and Terry, 1952; style as
covariates: Li et al., "Does style matter?", 2024). A tie counts as half a win of each. Strengths
are those of the greatest likelihood under a weak normal prior, without which a writer that never
lost would have none. All are pure functions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

POINTS_PER_LOGIT = 400 / math.log(10)  # of the scale of Elo: 400 points are odds of ten to one
MEAN_RATING = 1000.0  # of the writers that are rated together
PRIOR_PRECISION = 0.04  # of each strength and effect, in logits: a standard deviation of five
BOOTSTRAP_ROUNDS = 400

MOST_OF_MEDIAN = 3.0  # times the median voter that one voter may weigh in all
COVERAGE = 0.95  # of the intervals
_MOST_STEPS, _LONGEST_STEP, _CONVERGED = 50, 2.0, 1e-9  # of Newton's method, in logits
_MOST_CELLS = 2_000_000  # votes times rounds that are counted at once

# What of an answer's style is controlled for: its words, its citations, its words in bold.
StyleTrait = Literal["length", "citations", "bold"]
STYLE_TRAITS: tuple[StyleTrait, ...] = get_args(StyleTrait)

POSITION = "position"  # the effect of being shown first


@dataclass(frozen=True, slots=True)
class StyleCounts:
    """How much an answer has of what may please without telling more."""

    length: int = 0
    citations: int = 0
    bold: int = 0


@dataclass(frozen=True, slots=True)
class CountedVote:
    """One vote between the answers of two writers, `first` having been shown first.

    `score` is 1 where the first was preferred, 0 the second, 0.5 neither. `voter` is one person, or
    whatever judges as one; `ballot` is what they gave in one day.
    """

    first: str
    second: str
    score: float
    voter: str
    ballot: str
    first_style: StyleCounts = StyleCounts()
    second_style: StyleCounts = StyleCounts()


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
    """A figure and the interval that holds the truth with a probability of `COVERAGE`."""

    value: float
    interval: RatingInterval


@dataclass(frozen=True, slots=True)
class Ratings:
    """The rating of each writer in points, and each effect in logits for the answer that has it."""

    writers: Mapping[str, Estimate]
    effects: Mapping[str, Estimate]


def vote_weights(votes: Sequence[CountedVote], daily: float) -> Floats:
    """What each vote counts: a ballot no more than `daily` votes in all (0: no bound), and a voter
    no more than `MOST_OF_MEDIAN` times the median voter, or `daily` where that is more."""
    if not daily or not votes:
        return np.ones(len(votes))
    sizes = Counter(vote.ballot for vote in votes)
    weights = [min(1.0, daily / sizes[vote.ballot]) for vote in votes]
    totals: defaultdict[str, float] = defaultdict(float)
    for vote, weight in zip(votes, weights, strict=True):
        totals[vote.voter] += weight
    most = max(daily, MOST_OF_MEDIAN * median(totals.values()))
    return np.array(
        [
            weight * min(1.0, most / totals[vote.voter])
            for vote, weight in zip(votes, weights, strict=True)
        ]
    )


def connected(votes: Sequence[CountedVote]) -> frozenset[str]:
    """The writers that votes compare with each other, directly or not: of several such sets, the
    one with most votes."""
    groups: dict[str, set[str]] = {}
    for vote in votes:
        joined = groups.get(vote.first, {vote.first}) | groups.get(vote.second, {vote.second})
        groups.update(dict.fromkeys(joined, joined))
    counts = Counter(frozenset(groups[vote.first]) for vote in votes)
    return max(counts, key=lambda each: (counts[each], sorted(each)), default=frozenset())


def rate_writers(
    votes: Sequence[CountedVote],
    *,
    daily: float = 0.0,
    style: bool = True,
    rounds: int = BOOTSTRAP_ROUNDS,
    seed: int = 0,
) -> Ratings:
    """The ratings of all writers in these votes, which should be connected; with `style`, of equal
    style and place. Processor work: about a second for two thousand votes.

    Intervals come from drawing voters anew, votes anew, and strengths from the normal law about the
    best ones: the widest of the three, so that neither the agreement of one person with themselves,
    nor there being few of them, nor that all agree narrows them.
    """
    writers = sorted({name for vote in votes for name in (vote.first, vote.second)})
    if not votes:
        return Ratings({}, {})
    table = design_table(votes, writers, style=style)
    scores = np.array([vote.score for vote in votes])
    weights = vote_weights(votes, daily)
    fitted = [fit_strengths(table, scores, weights[None, :])]
    for draws in _draws(votes, rounds, seed):
        parts = np.array_split(draws, -(-draws.size // _MOST_CELLS))
        fitted.append(np.vstack([fit_strengths(table, scores, weights * part) for part in parts]))
    fitted.append(posterior_draws(table, weights, fitted[0][0], rounds, seed))
    count = len(writers)
    points = [_points(each, count) for each in fitted]
    effects = [each[:, count:] for each in fitted]
    return Ratings(
        dict(zip(writers, _estimates(points), strict=True)),
        dict(zip(effect_names(style=style), _estimates(effects), strict=True)),
    )


def fit_strengths(table: Floats, scores: Floats, weights: Floats) -> Floats:
    """The coefficients of greatest posterior density, by Newton's method, a row for each row of
    `weights`; `table` has a row a vote and a column a coefficient."""
    count = table.shape[1]
    products = (table[:, :, None] * table[:, None, :]).reshape(len(table), count * count)
    prior = PRIOR_PRECISION * np.eye(count)
    at = np.zeros((len(weights), count))
    for _ in range(_MOST_STEPS):
        chance = 1 / (1 + np.exp(-(at @ table.T)))
        slope = (weights * (scores - chance)) @ table - PRIOR_PRECISION * at
        spread = (weights * chance * (1 - chance)) @ products
        bend = spread.reshape(len(weights), count, count) + prior
        step = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
        furthest = np.abs(step).max(axis=1, keepdims=True)
        at += step / np.maximum(1.0, furthest / _LONGEST_STEP)
        if furthest.max() < _CONVERGED:
            break
    return at


def posterior_draws(table: Floats, weights: Floats, best: Floats, rounds: int, seed: int) -> Floats:
    """Coefficients that the votes leave possible, a row a round: from the normal law whose peak and
    curvature are those of the posterior at its `best` (Laplace's approximation)."""
    chance = 1 / (1 + np.exp(-(table @ best)))
    curvature = (table.T * (weights * chance * (1 - chance))) @ table
    spread = np.linalg.inv(curvature + PRIOR_PRECISION * np.eye(len(best)))
    drawn: Floats = np.random.default_rng(seed).multivariate_normal(best, spread, rounds)
    return drawn


def effect_names(*, style: bool) -> tuple[str, ...]:
    """The effects beside the writers, in the order of their columns."""
    return (POSITION, *STYLE_TRAITS) if style else ()


def design_table(votes: Sequence[CountedVote], writers: Sequence[str], *, style: bool) -> Floats:
    """A row a vote: 1 for the first writer, -1 for the second; 1 for the place, and for each trait
    how much more of it the first has, as a share of what both have."""
    place = {name: at for at, name in enumerate(writers)}
    table = np.zeros((len(votes), len(writers) + len(effect_names(style=style))))
    for row, vote in enumerate(votes):
        table[row, place[vote.first]] += 1
        table[row, place[vote.second]] -= 1
        if style:
            table[row, len(writers)] = 1
            for at, trait in enumerate(STYLE_TRAITS, len(writers) + 1):
                table[row, at] = _more(
                    getattr(vote.first_style, trait), getattr(vote.second_style, trait)
                )
    return table


def _more(first: int, second: int) -> float:
    return (first - second) / (first + second) if first + second else 0.0


def _draws(votes: Sequence[CountedVote], rounds: int, seed: int) -> list[Floats]:
    """How often each vote counts in each round: drawn by voters, and by votes."""
    chance = np.random.default_rng(seed)
    number: dict[str, int] = {}
    voter_of = np.array([number.setdefault(vote.voter, len(number)) for vote in votes])
    voters = len(number)
    by_voter = chance.multinomial(voters, np.full(voters, 1 / voters), rounds)[:, voter_of]
    if voters == len(votes):
        return [by_voter.astype(float)]
    by_vote = chance.multinomial(len(votes), np.full(len(votes), 1 / len(votes)), rounds)
    return [by_voter.astype(float), by_vote.astype(float)]


def _points(strengths: Floats, count: int) -> Floats:
    """The ratings of each round, centred on the mean of the writers."""
    logits = strengths[:, :count]
    centred = logits - logits.mean(axis=1, keepdims=True)
    points: Floats = MEAN_RATING + POINTS_PER_LOGIT * centred
    return points


def _estimates(parts: Sequence[Floats]) -> list[Estimate]:
    """From the best values, then those of the rounds drawn in one way or more."""
    (best, *drawn) = parts
    outside = (1 - COVERAGE) / 2
    estimates = []
    for at, value in enumerate(best[0]):
        lows, highs = zip(
            *(np.quantile(each[:, at], (outside, 1 - outside)) for each in drawn), strict=True
        )
        low, high = min(value, *lows), max(value, *highs)
        estimates.append(Estimate(float(value), RatingInterval(float(low), float(high))))
    return estimates
