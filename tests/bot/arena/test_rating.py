"""What votes tell: true orders, honest intervals, biases, stuffed ballots; as two libraries do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import choix
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bot.arena.rating import (
    POINTS_PER_LOGIT,
    POSITION,
    PRIOR_PRECISION,
    CountedVote,
    StyleCounts,
    connected,
    design_table,
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


def _alone(first: str, second: str, score: float, voter: str = "v") -> CountedVote:
    return CountedVote(first, second, score, voter, voter)


def test_the_true_order_is_found_and_biases_have_their_sign(votes: list[CountedVote]) -> None:
    ratings = rate_writers(votes, daily=DAILY, rounds=100)
    found = sorted(ratings.writers, key=lambda name: -ratings.writers[name].value)
    assert found == list(six_writers().names)
    assert ratings.effects[POSITION].interval.low > 0
    assert ratings.effects["length"].interval.low > 0
    for absent in ("citations", "bold"):
        assert abs(ratings.effects[absent].value) < ratings.effects["length"].value / 2
    mean = np.mean([each.value for each in ratings.writers.values()])
    assert mean == pytest.approx(1000)


def test_intervals_hold_the_truth() -> None:
    electorate = six_writers(0.4)
    truth = truth_of(electorate, Random(1), 20_000)
    held = tried = 0
    for seed in range(12):
        ratings = rate_writers(cast_votes(electorate, 400, Random(seed)), daily=DAILY, rounds=100)
        for name, estimate in ratings.writers.items():
            held += truth.writers[name] in estimate.interval
            tried += 1
    assert held / tried >= 0.9  # 72 tries: 95 % within two standard errors


def test_a_style_that_pleases_is_told_apart_from_a_better_writer() -> None:
    """A writer that is no better, only longer, leads the votes and not the ratings."""
    electorate = replace(six_writers(0.0), length=2.0)
    votes = cast_votes(electorate, BATTLES, Random(3))
    wordy, brief = "deux", "cinq"
    as_is = rate_writers(votes, style=False, rounds=60).writers
    equal = rate_writers(votes, rounds=60).writers
    assert as_is[wordy].interval.low > as_is[brief].interval.high
    assert abs(equal[wordy].value - equal[brief].value) < equal[wordy].interval.width


@pytest.mark.parametrize("days", [1, 25])
@pytest.mark.parametrize("favourite", ["zéro", "trois"])
def test_a_stuffed_ballot_moves_no_rating_by_more_than_its_interval(
    votes: list[CountedVote], favourite: str, days: int
) -> None:
    before = rate_writers(votes, daily=DAILY, rounds=200).writers
    stuffed = [*votes, *stuffed_ballot(six_writers(), favourite, 500, Random(5), days)]
    after = rate_writers(stuffed, daily=DAILY, rounds=200).writers
    for name, estimate in after.items():
        assert before[name].value in estimate.interval, name
        if days == 1:
            assert estimate.value in before[name].interval, name
    unguarded = rate_writers(stuffed, rounds=20).writers[favourite]
    assert unguarded.value not in before[favourite].interval  # or the guard would prove nothing


def test_a_ballot_weighs_no_more_than_its_bound() -> None:
    votes = [_alone("a", "b", 1.0, "one")] * 50 + [_alone("a", "b", 0.0, "two")] * 3
    weights = vote_weights(votes, 5)
    assert weights[:50].sum() == pytest.approx(5)
    assert weights[50:].tolist() == [1, 1, 1]
    assert vote_weights(votes, 0).sum() == 53


def test_a_voter_weighs_no_more_than_three_of_the_median() -> None:
    votes = [
        CountedVote("a", "b", 1.0, f"p{person}", f"p{person}/{day}")
        for person, days in (("one", 90), ("two", 10), ("three", 12))
        for day in range(days)
    ]
    weights = vote_weights(votes, 2)
    assert weights[:90].sum() == pytest.approx(36)
    assert weights[90:].tolist() == [1] * 22
    assert vote_weights(votes, 50)[:90].sum() == pytest.approx(50)  # who votes in one sitting may


@pytest.mark.parametrize("style", [True, False])
def test_scikit_learn_finds_the_same(votes: list[CountedVote], style: bool) -> None:
    names = sorted(six_writers().names)
    table = design_table(votes, names, style=style)
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


def test_choix_finds_the_same(votes: list[CountedVote]) -> None:
    names = sorted(six_writers().names)
    (ours,) = fit_strengths(
        design_table(votes, names, style=False),
        np.array([vote.score for vote in votes]),
        np.ones((1, len(votes))),
    )
    theirs = choix.opt_pairwise(len(names), _twice(votes, names), alpha=PRIOR_PRECISION, tol=1e-12)
    assert _points(ours) == pytest.approx(_points(theirs), abs=AGREEMENT)


def test_who_never_lost_has_a_rating_all_the_same() -> None:
    ratings = rate_writers([_alone("a", "b", 1.0, str(at)) for at in range(40)], rounds=50)
    assert ratings.writers["a"].value > 1200
    assert np.isfinite(ratings.writers["a"].interval.high)


def test_one_person_alone_has_intervals_too() -> None:
    votes = [_alone("a", "b", float(at % 3 > 0)) for at in range(60)]
    estimate = rate_writers(votes, rounds=100).writers["a"]
    assert estimate.interval.width > 50


def test_votes_that_all_agree_leave_room_for_doubt_and_less_as_they_grow() -> None:
    def width(count: int) -> float:
        votes = [_alone("a", "b", 1.0, f"v{at}") for at in range(count)]
        return rate_writers(votes, style=False, rounds=200).writers["a"].interval.width

    assert width(40) < width(5)
    assert width(40) > 50


def test_people_who_agree_with_themselves_widen_the_intervals() -> None:
    """Ten people, each of one mind: that is ten opinions, however often they are repeated."""
    minds = [
        CountedVote("a", "b", float(person % 2), f"p{person}", f"p{person}/{at}")
        for person in range(10)
        for at in range(30)
    ]
    apart = [
        CountedVote("a", "b", float(at % 2), f"p{at}", f"p{at}", StyleCounts(3, 1))
        for at in range(300)
    ]
    width = rate_writers(minds, style=False, rounds=200).writers["a"].interval.width
    assert width > 3 * rate_writers(apart, style=False, rounds=200).writers["a"].interval.width


def test_what_cannot_be_told_apart_is_not_told() -> None:
    """Where one writer's answers always come first and are longer, none of the three is known."""
    votes = [
        CountedVote("a", "b", float(at % 3 > 0), f"p{at}", f"p{at}", StyleCounts(3, 1))
        for at in range(300)
    ]
    estimate = rate_writers(votes, rounds=200).writers["a"]
    assert estimate.interval.width > 500


def test_only_writers_that_votes_compare_are_rated_together() -> None:
    votes = [_alone("a", "b", 1.0), _alone("c", "b", 0.5), _alone("x", "y", 0.0)]
    assert connected(votes) == {"a", "b", "c"}
    assert connected([]) == frozenset()


def test_the_same_votes_give_the_same_figures(votes: list[CountedVote]) -> None:
    assert rate_writers(votes[:200], rounds=20) == rate_writers(votes[:200], rounds=20)


def _points(strengths: Sequence[float]) -> list[float]:
    centred = np.asarray(strengths[:6]) - np.mean(strengths[:6])
    return [float(each) for each in POINTS_PER_LOGIT * centred]


def _twice(votes: Sequence[CountedVote], names: Sequence[str]) -> list[tuple[int, int]]:
    """Every vote as two wins, one each for a tie."""
    wins = []
    for vote in votes:
        first, second = names.index(vote.first), names.index(vote.second)
        wins += [(first, second)] * round(2 * vote.score)
        wins += [(second, first)] * round(2 * (1 - vote.score))
    return wins
