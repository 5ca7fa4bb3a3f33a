"""Which questions are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import EvaluationError
from bot.evaluation.perturbation import sample, split_samples
from bot.evaluation.questions import GoldQuestion, QuestionSet, read_squad
from tests.bot.evaluation.made import article, question, write_squad

MANY = tuple(GoldQuestion(f"{n} ?", f"x:{n}", answerable=True) for n in range(100))


def test_a_sample_is_drawn_from_the_whole_file_in_its_order() -> None:
    drawn = sample(MANY, 10, seed=1)
    assert len(drawn) == 10
    assert drawn != MANY[:10]
    assert list(drawn) == sorted(drawn, key=MANY.index)
    assert drawn == sample(MANY, 10, seed=1)
    assert drawn != sample(MANY, 10, seed=2)


def test_a_limit_above_the_number_asks_all() -> None:
    assert sample(MANY, 1_000, seed=1) == MANY
    assert sample(MANY, None, seed=1) == MANY


def test_what_is_left_out_is_asked_as_unanswerable(tmp_path: Path) -> None:
    whole = read_squad(write_squad(tmp_path / "asked.json"))
    parts = split_samples(whole, 0.25, seed=1)
    assert (len(parts.questions.articles), len(parts.questions.questions), len(parts.left_out)) == (
        3,
        3,
        1,
    )
    assert not parts.left_out[0].answerable
    assert parts.left_out[0].text not in {each.text for each in parts.questions.questions}
    assert parts == split_samples(whole, 0.25, seed=1)


def test_leaving_nothing_out_changes_nothing(tmp_path: Path) -> None:
    whole = read_squad(write_squad(tmp_path / "asked.json"))
    assert split_samples(whole, 0.0, seed=1).questions is whole


def test_a_text_left_out_does_not_stay_under_another_title() -> None:
    first, twin, other = article(title="Un"), article(f"{article().text}"), article("Autre.")
    twin = type(twin)("twin", twin.text, "Deux", "x", "fr")
    groups = ((first.id, "a"), (twin.id, "b"), (other.id, "c"))
    questions = tuple(question(None, each) for each in (first, twin, other))
    whole = QuestionSet("x", questions, (first, twin, other), groups)
    for seed in range(10):
        kept = {each.id for each in split_samples(whole, 0.3, seed).questions.articles}
        assert (first.id in kept) == (twin.id in kept)


def test_something_must_remain(tmp_path: Path) -> None:
    whole = read_squad(write_squad(tmp_path / "asked.json", ["phare"]))
    with pytest.raises(EvaluationError, match=r"--leave-out 0\.5: left-out-all \(count=1"):
        split_samples(whole, 0.5, seed=1)
