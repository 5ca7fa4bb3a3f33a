"""The measures against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from bot.evaluation import measures


def test_a_hit_is_a_rank_within_the_first_k() -> None:
    assert [measures.hit(rank, 3) for rank in (1, 3, 4, None)] == [1, 1, 0, 0]


def test_reciprocal_rank_and_gain_fall_with_the_rank() -> None:
    assert [measures.reciprocal_rank(rank) for rank in (1, 4, 11, None)] == [1, 0.25, 0, 0]
    gains = [measures.discounted_gain(rank) for rank in (1, 3, 11, None)]
    assert gains == [1, 0.5, 0, 0]
    assert measures.discounted_gain(2) == pytest.approx(1 / math.log2(3))


def test_auroc_counts_pairs_and_halves_ties() -> None:
    # Of the six pairs: 0.9 beats both, 0.5 beats 0.2 and ties 0.5, 0.1 beats none.
    assert measures.auroc([0.9, 0.5, 0.1], [0.5, 0.2]) == pytest.approx((2 + 1.5 + 0) / 6)
    assert measures.auroc([1, 1], [0, 0]) == 1
    assert measures.auroc([0], [1]) == 0
    assert measures.auroc([0.3, 0.3], [0.3]) == 0.5


def test_auroc_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="each kind"):
        measures.auroc([], [0.5])


def test_bins_hold_equal_numbers_least_sure_first() -> None:
    first, second = measures.reliability([0.9, 0.1, 0.7, 0.3], [True, False, False, True], bins=2)
    assert (first.count, first.accuracy) == (2, 0.5)
    assert first.confidence == pytest.approx(0.2)
    assert (second.count, second.accuracy) == (2, 0.5)
    assert second.confidence == pytest.approx(0.8)


def test_the_calibration_error_is_the_mean_distance() -> None:
    bins = measures.reliability([0.9, 0.1, 0.7, 0.3], [True, False, False, True], bins=2)
    assert measures.calibration_error(bins) == pytest.approx(0.3)


def test_an_interval_holds_the_mean_and_narrows_with_more_values() -> None:
    few, many = [0.0, 1.0] * 10, [0.0, 1.0] * 1_000
    wide, narrow = measures.interval_of_mean(few), measures.interval_of_mean(many)
    assert wide.low < 0.5 < wide.high
    # The half-width of a 95 % interval of a proportion: 1.96 × √(p (1 - p) / n).
    assert narrow.high - narrow.low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(2_000), rel=0.1)
    assert measures.interval_of_mean(few) == wide
