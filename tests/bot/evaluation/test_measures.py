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
    assert measured.value("hit@1") == pytest.approx(1 / 3)
    assert measured.value("hit@3") == pytest.approx(1 / 3)
    assert measured.value("hit@5") == pytest.approx(2 / 3)
    assert measured.value("mrr@10") == pytest.approx(1.25 / 3)
    assert measured.value("answer_hit") == pytest.approx(1 / 3)
    assert measured.value("answer_words") == 4
    assert measured.value("answerable_kept") == pytest.approx(2 / 3)
    assert measured.value("unanswerable_refused") == 0.5
    # 0.9 and 0.9 beat 0.1 and 0.6, and 0.2 beats 0.1 alone.
    assert measured.value("auroc") == pytest.approx(5 / 6)
    assert measured.value("latency_ms p50") == 5


def test_what_is_perhaps_answered_is_kept_but_not_sure() -> None:
    measured = evaluation_figures(
        "x",
        [
            an_outcome(),
            an_outcome(outcome="perhaps"),
            an_outcome(outcome="no"),
            unanswerable(),
            unanswerable(outcome="perhaps"),
        ],
    )
    assert measured.value("answerable_kept") == pytest.approx(2 / 3)
    assert measured.value("answerable_sure") == pytest.approx(1 / 3)
    assert measured.value("unanswerable_refused") == 0.5
    assert measured.value("unanswerable_sure") == 0


def test_sure_answers_are_right_if_their_first_statement_is() -> None:
    measured = evaluation_figures(
        "x",
        [
            an_outcome(),
            an_outcome(right_first=False),  # another statement holds the answer
            an_outcome(outcome="perhaps", right_first=False),
            an_outcome(question=question(None, article()), right_first=False),  # not known
            unanswerable(),
            unanswerable(outcome="sure"),
        ],
    )
    assert measured.value("sure_right") == pytest.approx(1 / 3)


def test_suggested_thresholds_trust_what_is_right_nine_times_in_ten() -> None:
    right = [an_outcome(confidence=0.9)] * 18 + [an_outcome(confidence=0.7)] * 9
    wrong = [an_outcome(confidence=each, right_first=False) for each in (0.8, 0.75, 0.7)]
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


def test_questions_with_an_article_alone_count_for_retrieval_only() -> None:
    measured = evaluation_figures("x", [an_outcome(question=question(None, article()))])
    assert measured.value("hit@1") == 1
    assert measured.value("answer_hit") is None
