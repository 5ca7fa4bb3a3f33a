"""What votes tell: true orders, honest intervals, biases, stuffed ballots."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest

from bot.arena.rating import (
    PRIOR_PRECISION,
    CountedVote,
    Estimate,
    design_table,
    find_connected_writers,
    fit_strengths,
    rate_writers,
    vote_weights,
)
from tests.bot.arena.voters import cast_votes, six_writers, stuffed_ballot, truth_of

BATTLES, DAILY = 2_000, 20.0
SMALL = 1e-4  # logits


@pytest.fixture(scope="module")
def votes() -> list[CountedVote]:
    return cast_votes(six_writers(), BATTLES, Random(7))


@pytest.fixture(scope="module")
def before(votes: list[CountedVote]) -> Mapping[str, Estimate]:
    """The ratings before anybody stuffs a ballot."""
    return rate_writers(votes, daily=DAILY, rounds=200)


def test_the_true_order_is_found(votes: list[CountedVote]) -> None:
    ratings = rate_writers(votes, daily=DAILY, rounds=100)
    found = sorted(ratings, key=lambda name: -ratings[name].value)
    assert found == list(six_writers().names)
    assert np.mean([rating.value for rating in ratings.values()]) == pytest.approx(1000)


def test_intervals_hold_the_truth() -> None:
    electorate = six_writers(0.4)
    truth = truth_of(electorate, Random(1), 20_000)
    held = tried = 0
    for seed in range(12):
        ratings = rate_writers(cast_votes(electorate, 400, Random(seed)), daily=DAILY, rounds=100)
        for name, estimate in ratings.items():
            held += truth[name] in estimate.interval
            tried += 1
    assert held / tried >= 0.9  # 72 tries: 95 % within two standard errors


@pytest.mark.parametrize("days", [1, 25])
@pytest.mark.parametrize("favourite", ["zéro", "trois"])
def test_a_stuffed_ballot_moves_no_rating_by_more_than_its_interval(
    votes: list[CountedVote], before: Mapping[str, Estimate], favourite: str, days: int
) -> None:
    stuffed = [*votes, *stuffed_ballot(six_writers(), favourite, 500, Random(5), days)]
    after = rate_writers(stuffed, daily=DAILY, rounds=200)
    for name, estimate in after.items():
        assert before[name].value in estimate.interval, name
        if days == 1:
            assert estimate.value in before[name].interval, name
    unguarded = rate_writers(stuffed, daily=0, rounds=20)[favourite]
    assert unguarded.value not in before[favourite].interval  # or the guard would prove nothing


def test_no_other_strengths_are_likelier(votes: list[CountedVote]) -> None:
    table = design_table(votes, sorted(six_writers().names))
    scores = np.array([vote.score for vote in votes])
    weights = vote_weights(votes, 3)
    (found,) = fit_strengths(table, scores, weights[None, :])

    def log_likelihood(strengths: np.ndarray) -> float:
        lean = table @ strengths  # a tie is half a win and half a loss
        won, lost = -np.logaddexp(0, -lean), -np.logaddexp(0, lean)
        prior = PRIOR_PRECISION * (strengths @ strengths) / 2
        return float(weights @ (scores * won + (1 - scores) * lost) - prior)

    for move in (*np.eye(len(found)), *-np.eye(len(found))):
        assert log_likelihood(found + SMALL * move) < log_likelihood(found)


def test_only_writers_that_votes_compare_are_rated_together() -> None:
    votes = [CountedVote(*pair, 0.5, "v", "v") for pair in ("ab", "cb", "xy")]
    assert find_connected_writers(votes) == {"a", "b", "c"}
    assert find_connected_writers([]) == frozenset()
