"""What votes tell: true orders, honest intervals, biases, stuffed ballots; as two libraries do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest

from bot.arena.rating import (
    POINTS_PER_LOGIT,
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
AGREEMENT = 1e-3  # points


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


def test_scikit_learn_finds_the_same(votes: list[CountedVote]) -> None:
    from sklearn.linear_model import LogisticRegression

    names = sorted(six_writers().names)
    table = design_table(votes, names)
    scores = np.array([vote.score for vote in votes])
    weights = vote_weights(votes, 3)
    (ours,) = fit_strengths(table, scores, weights[None, :])
    # A tie is half a win and half a loss.
    model = LogisticRegression(
        C=1 / PRIOR_PRECISION, fit_intercept=False, solver="newton-cholesky", tol=1e-12
    )
    model.fit(
        np.vstack((table, table)),
        np.repeat((1, 0), len(votes)),
        np.concatenate((weights * scores, weights * (1 - scores))),
    )
    assert _points(ours) == pytest.approx(_points(model.coef_[0]), abs=AGREEMENT)


def test_only_writers_that_votes_compare_are_rated_together() -> None:
    votes = [CountedVote(*pair, 0.5, "v", "v") for pair in ("ab", "cb", "xy")]
    assert find_connected_writers(votes) == {"a", "b", "c"}
    assert find_connected_writers([]) == frozenset()


def _points(strengths: Sequence[float]) -> list[float]:
    centred = np.asarray(strengths[:6]) - np.mean(strengths[:6])
    return [float(strength) for strength in POINTS_PER_LOGIT * centred]
