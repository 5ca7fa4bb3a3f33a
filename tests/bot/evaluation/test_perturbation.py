"""Questions as people type them in haste."""

from __future__ import annotations

import random

import pytest

from bot.errors import EvaluationError
from bot.evaluation.perturbation import PERTURBATIONS, add_typo, parse_kinds, perturb
from bot.evaluation.questions import GoldQuestion

TEXT = "Où l’œuvre d'Éole fut-elle créée\u00a0?"


def damaged(text: str, *kinds: str, seed: int = 1) -> str:
    return perturb(GoldQuestion(text, "x:1", answerable=True), kinds, seed).text


def test_accents_go_and_nothing_else() -> None:
    assert damaged(TEXT, "accents") == "Ou l’oeuvre d'Eole fut-elle creee\u00a0?"


def test_case_is_all_low_or_all_high() -> None:
    seen = {damaged(f"Qui est Paul {n} ?", "case") for n in range(20)}
    assert all(text in (text.lower(), text.upper()) for text in seen)
    assert any(text.isupper() for text in seen)
    assert any(text.islower() for text in seen)


def test_the_mark_goes() -> None:
    assert damaged(TEXT, "mark") == "Où l’œuvre d'Éole fut-elle créée"
    assert damaged("¿Quién fue?", "mark") == "Quién fue"


def test_one_longer_word_gets_one_mistake() -> None:
    text = "Qui a construit le grand phare ?"
    for seed in range(30):
        pairs = list(zip(text.split(), damaged(text, "typos", seed=seed).split(), strict=True))
        ((before, after),) = [pair for pair in pairs if pair[0] != pair[1]]
        assert len(before) >= 5
        assert after[0] == before[0]
        assert abs(len(after) - len(before)) <= 1


def test_every_way_of_mistyping_occurs() -> None:
    lengths = {len(add_typo("phare", random.Random(seed))) for seed in range(30)}
    assert lengths == {4, 5, 6}


def test_short_words_are_typed_right() -> None:
    assert damaged("Qui est Luc ?", "typos") == "Qui est Luc ?"


def test_damage_is_repeatable_and_hangs_on_the_seed() -> None:
    text = "Combien de personnes habitaient le village ?"
    assert damaged(text, *PERTURBATIONS) == damaged(text, *PERTURBATIONS)
    assert len({damaged(text, *PERTURBATIONS, seed=seed) for seed in range(10)}) > 1


def test_kinds_are_named_in_any_order() -> None:
    assert parse_kinds("typos, accents") == ("accents", "typos")


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        EvaluationError, match=r"noise: perturbation-unknown \(known=\[accents, case"
    ):
        parse_kinds("accents,noise")
    with pytest.raises(EvaluationError, match="perturbation-none"):
        parse_kinds(" , ")
