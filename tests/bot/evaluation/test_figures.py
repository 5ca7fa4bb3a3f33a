"""From outcomes to figures."""

from __future__ import annotations

import pytest

from bot.evaluation.measures import evaluation_figures, reliability_of, suggest_thresholds
from tests.bot.evaluation.made import an_outcome, article, question, unanswerable


def test_figures_are_means_over_the_questions_they_are_about() -> None:
    measured = evaluation_figures(
        "x",
        [
            an_outcome(shown="un deux trois"),
            an_outcome(rank=4, right=False, shown="un deux trois quatre cinq"),
            an_outcome(rank=None, right=False, outcome="no", shown="", confidence=0.2),
            unanswerable(),
            unanswerable(outcome="sure", confidence=0.6, shown="x y z x y z x y z"),
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


def test_thresholds_are_suggested_that_keep_what_is_to_be_kept() -> None:
    answerable = [an_outcome(confidence=0.5 + at / 200) for at in range(100)]
    others = [unanswerable(confidence=at / 100) for at in range(100)]
    suggested = suggest_thresholds([*answerable, *others])
    assert suggested is not None
    assert (suggested.kept, suggested.sure) == (0.93, 0.85)
    assert (suggested.perhaps, suggested.sure_from) == (0.535, 0.575)
    assert (suggested.refused, suggested.wrongly_sure) == (0.54, 0.42)


def test_thresholds_are_suggested_only_where_both_kinds_were_asked() -> None:
    assert suggest_thresholds([an_outcome()]) is None
    assert suggest_thresholds([unanswerable()]) is None
    assert suggest_thresholds([]) is None


def test_means_have_intervals() -> None:
    measured = evaluation_figures("x", [an_outcome(), an_outcome(rank=None), unanswerable()])
    (hit,) = (figure for figure in measured.all if figure.name == "hit@1")
    assert hit.interval is not None
    assert hit.interval.low == 0
    assert hit.interval.high == 1


def test_what_was_not_measured_has_no_value() -> None:
    measured = evaluation_figures("x", [unanswerable()])
    for name in ("hit@1", "answer_hit", "answer_words", "auroc", "answerable_kept", "ece", "f1"):
        assert measured.value(name) is None
    assert measured.value("unanswerable_refused") == 1


def test_answers_that_never_highlight_are_not_scored_for_it() -> None:
    measured = evaluation_figures("x", [an_outcome(), an_outcome()])
    assert measured.value("highlighted") == 0
    assert measured.value("exact_match") is None


def test_a_missing_highlight_scores_nothing_beside_others() -> None:
    measured = evaluation_figures(
        "x", [an_outcome(highlight="En 1849"), an_outcome(highlight="1849"), an_outcome()]
    )
    assert measured.value("highlighted") == pytest.approx(2 / 3)
    assert measured.value("exact_match") == pytest.approx(1 / 3)
    assert measured.value("f1") == pytest.approx((2 / 3 + 1) / 3)
    assert measured.value("f1_highlighted") == pytest.approx((2 / 3 + 1) / 2)


def test_questions_with_an_article_alone_count_for_retrieval_only() -> None:
    measured = evaluation_figures("x", [an_outcome(question=question(None, article()))])
    assert measured.value("hit@1") == 1
    assert measured.value("answer_hit") is None


def test_calibration_needs_both_kinds() -> None:
    assert reliability_of([an_outcome()]) == ()
    assert len(reliability_of([an_outcome(), unanswerable()])) == 2


def test_an_unknown_figure_is_an_error() -> None:
    with pytest.raises(KeyError):
        evaluation_figures("x", []).value("speed")
