"""The quality of the answers over the sample articles, held by floors a little below the figures.

The real model, index, search and answers, over questions written for these articles. When a figure
rises for good, its floor may follow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answering.extractive import ExtractiveAnswerer
from bot.evaluation.run import Evaluation, EvaluationPlan, Means, evaluate
from index.build.builder import build
from index.models.bundled.embedder import load_bundled
from index.models.bundled.reader import load_bundled_reader
from index.reading.confidence import ReadingConfidence
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "tests" / "data" / "corpus_questions.jsonl"


class Silent:
    def step(self, name: str) -> None: ...

    def progress(self, done: int, total: int) -> None: ...

    def model(self, fraction: float, label: str) -> None: ...


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    folder = tmp_path_factory.mktemp("quality")
    embedder, judge = load_bundled(folder / "cache"), ConfidenceModel.load()
    build([ROOT / "corpus"], folder, embedder)
    read = ReadingConfidence.load()
    reader = EvidenceReader(load_bundled_reader(folder / "cache"), read)
    answerer = ExtractiveAnswerer(read.thresholds)
    means = Means(embedder, judge, answerer, read.thresholds, reader)
    return evaluate(EvaluationPlan(QUESTIONS, folder), means, Silent())


def test_the_questions_are_all_asked(evaluation: Evaluation) -> None:
    assert evaluation.file.value("questions") == 90
    assert evaluation.file.value("unanswerable") == 30


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("hit@1", 0.80),
        ("hit@5", 0.95),
        ("mrr@10", 0.88),
        ("answer_hit", 0.68),
        ("answerable_kept", 0.90),
        ("answerable_sure", 0.85),
        ("unanswerable_refused", 0.42),
        ("auroc", 0.79),
    ],
)
def test_no_figure_falls_below_its_floor(evaluation: Evaluation, name: str, floor: float) -> None:
    value = evaluation.file.value(name)
    assert value is not None
    assert value >= floor


def test_answers_stay_short(evaluation: Evaluation) -> None:
    words = evaluation.file.value("answer_words")
    assert words is not None
    assert words <= 42


def test_few_that_the_articles_leave_open_are_answered_for_sure(evaluation: Evaluation) -> None:
    value = evaluation.file.value("unanswerable_sure")
    assert value is not None
    assert value <= 0.35
