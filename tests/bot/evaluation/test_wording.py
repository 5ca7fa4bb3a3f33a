"""When two wordings are the same answer."""

from __future__ import annotations

import pytest

from bot.evaluation.outcome import exact_match, f1, holds_answer, squad_normal


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Il fut allumé en 1882, dit-on.", "En 1882"),
        ("Il vient de L’ÎLE\u00a0d'Ouessant.", "l'île d’Ouessant"),
        ("environ 15\u202f000 puces", "15 000 puces"),
        ("(1882-1884)", "1882"),
    ],
)
def test_an_answer_is_held_whatever_its_case_spaces_and_marks(text: str, answer: str) -> None:
    assert holds_answer(text, answer)


@pytest.mark.parametrize(
    ("text", "answer"), [("en 1882", "88"), ("un phare", "phares"), ("un phare", "?")]
)
def test_a_part_of_a_word_is_not_the_answer(text: str, answer: str) -> None:
    assert not holds_answer(text, answer)


@pytest.mark.parametrize(
    ("text", "language", "normal"),
    [
        ("Les  Phares, de la Manche !", "fr", "phares de manche"),
        ("L'Homme du canal", "fr", "homme canal"),
        ("l’eau d'une île", "fr", "eau dune île"),
        ("The lamp of a house.", "en", "lamp of house"),
        ("El faro de la isla", "es", "faro de isla"),
        ("la lampe", "en", "la lampe"),
        ("$ 12,5", "en", "125"),
    ],
)
def test_normalising_drops_case_marks_and_articles(text: str, language: str, normal: str) -> None:
    assert squad_normal(text, language) == normal


def test_exact_match_is_with_any_answer() -> None:
    assert exact_match("Le phare.", ["la digue", "phare"], "fr") == 1
    assert exact_match("Le grand phare", ["la digue", "phare"], "fr") == 0


def test_f1_is_the_best_overlap_in_words() -> None:
    # Two of three words shown are among the two wanted: precision 2/3, recall 1.
    assert f1("le grand phare blanc", ["grand phare"], "fr") == pytest.approx(0.8)
    assert f1("digue", ["phare", "digue nord"], "fr") == pytest.approx(2 / 3)
    assert f1("phare phare", ["phare"], "fr") == pytest.approx(2 / 3)
    assert f1("mer", ["phare"], "fr") == 0
    assert f1("mer", [], "fr") == 0
