"""An evaluation over real files, search and answers, and what its embedder reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import QuestionFileError
from bot.evaluation.run import Evaluation, EvaluationPlan, run_evaluation
from index.ingestion.builder import build_articles
from tests.bot.evaluation.made import TEXT, article, means, write_squad
from tests.fakes import FakeEmbedder


class Watch:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.done: list[tuple[int, int]] = []

    def step(self, name: str) -> None:
        self.steps.append(name)

    def progress(self, done: int, total: int) -> None:
        self.done.append((done, total))

    def model(self, fraction: float, label: str) -> None:
        raise AssertionError("the model is loaded before")


def evaluated(plan: EvaluationPlan, watch: Watch | None = None) -> Evaluation:
    return run_evaluation(plan, means(), watch or Watch())


def plan(folder: Path, **changes: object) -> EvaluationPlan:
    return EvaluationPlan(write_squad(folder / "asked.json"), folder, **changes)  # type: ignore[arg-type]


def test_a_squad_file_is_indexed_and_asked(tmp_path: Path) -> None:
    watch = Watch()
    found = evaluated(plan(tmp_path), watch)
    assert found.file.value("questions") == found.file.value("passages") == 4
    assert found.file.value("mean_passage_chars") == pytest.approx((41 + 34 + 32 + 40) / 4)
    assert found.file.value("hit@1") == 1
    assert found.file.value("answer_hit") == 1
    assert found.file.value("auroc") is None
    assert watch.steps[-1] == "questions"
    assert watch.done[-1] == (4, 4)
    assert not list(tmp_path.glob("*index*"))


def test_questions_of_another_file_should_be_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"question": "Xylophone zébré ?"}\n{"question": "Phare allumé ?"}\n')
    found = evaluated(plan(tmp_path, other=other))
    assert found.other
    assert (found.other.name, found.other.value("questions")) == ("other.jsonl", 2)
    assert found.other.value("unanswerable_refused") == 0.5
    assert found.file.value("unanswerable") == 2
    assert found.file.value("questions") == 4
    # Only « Phare allumé ? » can be taken for one of the file's own.
    assert 0.5 <= (found.file.value("auroc") or 0) < 1
    assert found.file.value("answerable_kept") == 1


def test_lines_are_asked_of_the_index_in_service(tmp_path: Path) -> None:
    build_articles([article(), article("Le canal ouvrit.", "Canal")], tmp_path, FakeEmbedder(256))
    file = tmp_path / "asked.jsonl"
    lines = [
        {"question": "Quand le phare fut-il allumé ?", "article": "Phare", "answer": "en 1849"},
        {"question": "Que fait le canal ?", "article": "Phare", "answer": "veille"},
        {"question": "Xylophone zébré ?", "answerable": False},
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    found = evaluated(EvaluationPlan(file, tmp_path))
    assert found.file.value("questions") == 3
    assert found.file.value("passages") == 2
    assert found.file.value("unanswerable_refused") == 1
    first = found.outcomes[0]
    assert (first.rank, first.right) == (1, True)
    assert first.text in TEXT
    assert found.outcomes[1].fault is not None


def test_a_bad_other_file_is_found_before_anything_is_indexed(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    watch = Watch()
    with pytest.raises(QuestionFileError, match=r"other\.json"):
        evaluated(plan(tmp_path, other=other), watch)
    assert watch.steps == []
