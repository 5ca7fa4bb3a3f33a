"""From outcomes to figures."""

from __future__ import annotations

import pytest

from bot.evaluation.measures import evaluation_figures, suggest_thresholds
from tests.bot.evaluation.made import an_outcome, article, question, unanswerable


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


def test_questions_with_an_article_alone_count_for_retrieval_only() -> None:
    measured = evaluation_figures("x", [an_outcome(question=question(None, article()))])
    assert measured.value("hit@1") == 1
    assert measured.value("answer_hit") is None
