"""Questions as people type them in haste."""

from __future__ import annotations

import pytest

from bot.errors import EvaluationError
from bot.evaluation.perturbation import PERTURBATIONS, parse_kinds, perturb
from bot.evaluation.questions import GoldQuestion


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
    with pytest.raises(
        EvaluationError, match=r"noise: perturbation-unknown \(known=\[accents, case"
    ):
        parse_kinds("accents,noise")
    with pytest.raises(EvaluationError, match="perturbation-none"):
        parse_kinds(" , ")
