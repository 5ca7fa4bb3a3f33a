"""An evaluation as people and programs read it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation import measures
from bot.evaluation.measures import evaluation_figures, suggest_thresholds
from bot.evaluation.report import figures_json, figures_lines, worst, worst_text
from bot.evaluation.run import Evaluation, EvaluationPlan, run_evaluation
from bot.locale.terminal import EvaluationTexts
from tests.bot.evaluation.made import (
    an_outcome,
    article,
    means,
    question,
    unanswerable,
    write_squad,
)
from tests.bot.evaluation.test_run import Watch

ENGLISH = EvaluationTexts.of("en")


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("eval")
    other = write_squad(folder / "other.json", ["gare"])
    file = write_squad(folder / "asked.json", ["phare", "canal", "moulin"])
    plan = EvaluationPlan(file, folder, other)
    return run_evaluation(plan, means(), Watch())


def test_json_has_figures_with_intervals(evaluation: Evaluation) -> None:
    fields: dict[str, Any] = json.loads(figures_json(evaluation))
    assert fields["hit@1"] == 1
    assert fields["intervals"]["hit@1"] == [1, 1]
    assert fields["latency_ms"]["p50"] <= fields["latency_ms"]["p95"]
    assert (fields["threshold"], fields["sure"]) == (0.5, 0.5)
    assert fields["model"] == "fake-256"
    assert (fields["other"]["file"], fields["other"]["hit@1"]) == ("other.json", None)
    assert fields["reliability"] == []  # every answer is right


def test_lines_have_the_names_of_the_json(evaluation: Evaluation) -> None:
    rows = [line.split("\t") for line in figures_lines(evaluation, ENGLISH).split("\n")]
    assert rows[0] == ["fake-256, refusing below a confidence of 0.5, sure from 0.5"]
    heads = ["asked.json", "95 %", "other.json", "95 %"]
    assert rows[1] == ["", *heads]
    names = dict.fromkeys(row[0].split(" ")[0] for row in rows[2:])
    fields = list(json.loads(figures_json(evaluation)))
    assert list(names) == fields[fields.index("questions") : fields.index("intervals")]
    values = {row[0]: row[1:] for row in rows[2:]}
    assert values["hit@1"][:2] == ["1.000", "1.000–1.000"]
    assert values["hit@1"][2] == "–"


def test_the_worst_are_the_surest_mistakes() -> None:
    outcomes = [
        an_outcome(),
        an_outcome(right=False, confidence=0.6),
        an_outcome(right=False, is_in_citations=False, confidence=0.95),
        an_outcome(outcome="no", confidence=0.2, text=""),
        unanswerable(outcome="sure", confidence=0.7),
    ]
    assert worst(outcomes, 3) == [outcomes[2], outcomes[3], outcomes[4]]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "1 of 1 questions went wrong: 1 wrong passage",
                "1. wrong passage (confidence 0.90, right passage at rank 2)",
                *("asked.json, data[0]", "question  Quand ?", "wanted    1849"),
                "shown     Il veille. Toujours.",
            ),
        ),
        (
            "fr",
            (
                "Questions manquées\u00a0: 1 sur 1 (mauvais passage\u00a0: 1)",
                "1. mauvais passage (confiance 0.90, bon passage au rang 2)",
                *("question  Quand ?", "attendu   1849", "montré    Il veille. Toujours."),
            ),
        ),
    ],
)
def test_a_worst_question_tells_what_was_wanted_and_shown(
    language: str, lines: tuple[str, ...]
) -> None:
    wrong = an_outcome(right=False, is_in_citations=False, rank=2, text="Il veille.\nToujours.")
    text = worst_text([wrong], 5, EvaluationTexts.of(language)).plain
    assert [line for line in lines if line not in text] == []


def test_a_file_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = write_squad(tmp_path / "a\x1b[31m.json", ["phare"])
    shown = figures_lines(run_evaluation(EvaluationPlan(file, tmp_path), means(), Watch()), ENGLISH)
    assert "\x1b" not in shown


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
