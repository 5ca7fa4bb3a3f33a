"""The measures against values worked out by hand, and the figures made of them."""

from __future__ import annotations

import math

import pytest

from bot.evaluation import measures
from bot.evaluation.measures import evaluation_figures, suggest_thresholds
from tests.bot.evaluation.made import an_outcome, article, question, unanswerable


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
    with pytest.raises(ValueError, match="each kind"):
        measures.auroc([], [0.5])


def test_bins_hold_equal_numbers_least_sure_first_and_their_error_is_the_mean_distance() -> None:
    bins = measures.reliability([0.9, 0.1, 0.7, 0.3], [True, False, False, True], bins=2)
    assert [(bucket.count, bucket.accuracy) for bucket in bins] == [(2, 0.5)] * 2
    assert [bucket.confidence for bucket in bins] == pytest.approx([0.2, 0.8])
    assert measures.calibration_error(bins) == pytest.approx(0.3)


def test_an_interval_holds_the_mean_and_narrows_with_more_values() -> None:
    few, many = [0.0, 1.0] * 10, [0.0, 1.0] * 1_000
    wide, narrow = measures.interval_of_mean(few), measures.interval_of_mean(many)
    assert wide.low < 0.5 < wide.high
    # The half-width of a 95 % interval of a proportion: 1.96 × √(p (1 - p) / n).
    assert narrow.high - narrow.low == pytest.approx(2 * 1.96 * 0.5 / math.sqrt(2_000), rel=0.1)
    assert measures.interval_of_mean(few) == wide


def test_figures_are_means_over_the_questions_they_are_about() -> None:
    measured = evaluation_figures(
        "x",
        [
            an_outcome(text="un deux trois"),
            an_outcome(rank=4, right=False, text="un deux trois quatre cinq"),
            an_outcome(rank=None, right=False, outcome="no", text="", confidence=0.2),
            unanswerable(),
            unanswerable(outcome="sure", confidence=0.6, text="x y z x y z x y z"),
        ],
    )
    wanted = {"hit@1": 1 / 3, "hit@3": 1 / 3, "hit@5": 2 / 3, "mrr@10": 1.25 / 3}
    wanted |= {"answer_hit": 1 / 3, "answer_words": 4, "latency_ms p50": 5}
    wanted |= {"answerable_kept": 2 / 3, "unanswerable_refused": 0.5}
    wanted |= {"auroc": 5 / 6}  # 0.9 and 0.9 beat 0.1 and 0.6, and 0.2 beats 0.1 alone
    assert {name: measured.value(name) for name in wanted} == pytest.approx(wanted)


def test_an_answer_that_may_be_one_is_kept_and_a_sure_one_right_by_its_first_statement() -> None:
    measured = evaluation_figures(
        "x",
        [
            an_outcome(),
            an_outcome(right_first=False),  # another statement holds the answer
            an_outcome(outcome="perhaps", right_first=False),
            an_outcome(outcome="no"),
            an_outcome(question=question(None, article()), right_first=False),  # not known
            unanswerable(),
            unanswerable(outcome="perhaps"),
            unanswerable(outcome="sure"),
        ],
    )
    assert measured.value("answerable_kept") == pytest.approx(4 / 5)
    assert measured.value("answerable_sure") == pytest.approx(3 / 5)
    assert measured.value("unanswerable_refused") == pytest.approx(1 / 3)
    assert measured.value("unanswerable_sure") == pytest.approx(1 / 3)
    assert measured.value("sure_right") == pytest.approx(1 / 3)


def test_suggested_thresholds_trust_what_is_right_nine_times_in_ten() -> None:
    right = [an_outcome(confidence=0.9)] * 18 + [an_outcome(confidence=0.7)] * 9
    wrong = [
        an_outcome(confidence=confidence, right_first=False) for confidence in (0.8, 0.75, 0.7)
    ]
    suggested = suggest_thresholds([*right, *wrong, unanswerable()])
    assert suggested is not None
    assert (suggested.perhaps, suggested.sure_from) == (0.7, 0.7)
    suggested = suggest_thresholds([*right[:19], *wrong, unanswerable()])
    assert suggested is not None
    assert suggested.sure_from == 0.75


def test_what_was_not_measured_has_no_value() -> None:
    measured = evaluation_figures("x", [unanswerable()])
    for name in ("hit@1", "answer_hit", "answer_words", "auroc", "answerable_kept", "ece", "f1"):
        assert measured.value(name) is None
    assert measured.value("unanswerable_refused") == 1
    located = evaluation_figures("x", [an_outcome(question=question(None, article()))])
    assert (located.value("hit@1"), located.value("answer_hit")) == (1, None)
