"""Which questions are asked, and how people type them in haste."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import EvaluationError
from bot.evaluation.perturbation import PERTURBATIONS, parse_kinds, perturb, sample, split_samples
from bot.evaluation.questions import GoldQuestion, QuestionSet, read_squad
from tests.bot.evaluation.made import article, question, write_squad


def damaged(text: str, *kinds: str, seed: int = 1) -> str:
    return perturb(GoldQuestion(text, "x:1", answerable=True), kinds, seed).text


def test_one_longer_word_gets_one_mistake() -> None:
    text = "Qui a construit le grand phare ?"
    for seed in range(30):
        pairs = list(zip(text.split(), damaged(text, "typos", seed=seed).split(), strict=True))
        ((before, after),) = [pair for pair in pairs if pair[0] != pair[1]]
        assert len(before) >= 5
        assert after[0] == before[0]
        assert abs(len(after) - len(before)) <= 1


def test_damage_is_repeatable_and_hangs_on_the_seed() -> None:
    text = "Combien de personnes habitaient le village ?"
    assert damaged(text, *PERTURBATIONS) == damaged(text, *PERTURBATIONS)
    assert len({damaged(text, *PERTURBATIONS, seed=seed) for seed in range(10)}) > 1


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(EvaluationError, match=r"noise: perturbation-unknown \(known=\[acc"):
        parse_kinds("accents,noise")
    with pytest.raises(EvaluationError, match="perturbation-none"):
        parse_kinds(" , ")


MANY = tuple(GoldQuestion(f"{n} ?", f"x:{n}", answerable=True) for n in range(100))


def test_a_sample_is_drawn_from_the_whole_file_in_its_order() -> None:
    drawn = sample(MANY, 10, seed=1)
    assert len(drawn) == 10
    assert drawn != MANY[:10]
    assert list(drawn) == sorted(drawn, key=MANY.index)
    assert drawn == sample(MANY, 10, seed=1)
    assert drawn != sample(MANY, 10, seed=2)


def test_what_is_left_out_is_asked_as_unanswerable(tmp_path: Path) -> None:
    whole = read_squad(write_squad(tmp_path / "asked.json"))
    parts = split_samples(whole, 0.25, seed=1)
    (left_out,) = parts.left_out
    assert (len(parts.questions.articles), len(parts.questions.questions)) == (3, 3)
    assert not left_out.answerable
    assert left_out.text not in {each.text for each in parts.questions.questions}
    assert parts == split_samples(whole, 0.25, seed=1)


def test_a_text_left_out_does_not_stay_under_another_title() -> None:
    first, twin, other = article(title="Un"), article(f"{article().text}"), article("Autre.")
    twin = type(twin)("twin", twin.text, "Deux", "x", "fr")
    groups = ((first.id, "a"), (twin.id, "b"), (other.id, "c"))
    questions = tuple(question(None, each) for each in (first, twin, other))
    whole = QuestionSet("x", questions, (first, twin, other), groups)
    for seed in range(10):
        kept = {each.id for each in split_samples(whole, 0.3, seed).questions.articles}
        assert (first.id in kept) == (twin.id in kept)
