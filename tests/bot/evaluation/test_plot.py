"""The reliability diagram."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import EvaluationError
from bot.evaluation.report import draw
from index.search.confidence import Thresholds
from tests.bot.evaluation.made import an_outcome, unanswerable

HALF = Thresholds.at(0.5)
OUTCOMES = [an_outcome(confidence=0.9), an_outcome(confidence=0.7), unanswerable(confidence=0.2)]


def test_a_diagram_is_drawn(tmp_path: Path) -> None:
    draw(OUTCOMES, HALF, tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_an_unknown_format_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"--plot .*out\.txt: output-unwritable"):
        draw(OUTCOMES, HALF, tmp_path / "out.txt")


def test_one_kind_of_question_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="plot-one-kind"):
        draw(OUTCOMES[:2], HALF, tmp_path / "out.png")
