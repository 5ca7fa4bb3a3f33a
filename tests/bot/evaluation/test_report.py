"""An evaluation as people and programs read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.report import figures_json, figures_lines, worst, worst_text
from bot.evaluation.run import Evaluation, EvaluationPlan, run_evaluation
from bot.locale.terminal import EvaluationTexts
from tests.bot.evaluation.made import an_outcome, means, unanswerable, write_squad
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
