"""Questions written out so that they stand alone."""

from __future__ import annotations

import pytest

from bot.followups.rewrites import completed, joined, substituted

NARROW = "\u202f"


def plain(text: str | None) -> str | None:
    """With ordinary spaces, as questions are easier to read in a test."""
    return text and text.replace(NARROW, " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("question", "topic", "whole"),
    [
        ("Quand est-elle née ?", "Marie Curie", "Quand Marie Curie est-elle née ?"),
        ("A-t-il eu le prix Nobel ?", "Peter Higgs", "Peter Higgs a-t-il eu le prix Nobel ?"),
        ("Comment sont-ils élus ?", "les immortels", "Comment les immortels sont-ils élus ?"),
        ("Qui l'avait construite ?", "la flèche", "Qui avait construit la flèche ?"),
        ("Combien ont-ils donné ?", "Notre-Dame", "Notre-Dame : combien ont-ils donné ?"),
        (
            "Quelle peine ce chercheur a-t-il eue ?",
            "He Jiankui",
            "He Jiankui : quelle peine ce chercheur a-t-il eue ?",
        ),
    ],
)
def test_a_french_question_takes_what_its_pronoun_stands_for(
    question: str, topic: str, whole: str
) -> None:
    assert plain(completed(question, topic, "fr")) == whole


@pytest.mark.parametrize(
    ("question", "topic", "whole"),
    [
        ("When did she die?", "Ada Lovelace", "When did Ada Lovelace die?"),
        ("Who was her father?", "Ada Lovelace", "Who was Ada Lovelace’s father?"),
        ("What happened to him?", "Albert Alexander", "What happened to Albert Alexander?"),
        ("How big is it?", "comet 67P", "How big is comet 67P?"),
        ("Who answered that?", "Ada Lovelace", "Ada Lovelace: who answered that?"),
    ],
)
def test_an_english_question_takes_what_its_pronoun_stands_for(
    question: str, topic: str, whole: str
) -> None:
    assert completed(question, topic, "en") == whole


def test_a_thing_named_in_another_language_loses_its_article() -> None:
    assert completed("When was it found?", "la pénicilline", "en", "fr") == (
        "Pénicilline: when was it found?"
    )


@pytest.mark.parametrize(
    ("before", "new", "whole"),
    [
        (
            "Quel est le record du TGV en 2007 ?",
            "en 1990",
            "Quel est le record du TGV en 1990 ?",
        ),
        (
            "Quels articles avez-vous publiés en octobre 2023 ?",
            "en février 2024",
            "Quels articles avez-vous publiés en février 2024 ?",
        ),
        (
            "Combien la France a-t-elle gagné aux Jeux de Paris ?",
            "la Chine",
            "Combien la Chine a-t-elle gagné aux Jeux de Paris ?",
        ),
        (
            "Quel est le miroir du télescope James-Webb ?",
            "celui de Hubble",
            "Quel est le miroir de Hubble ?",
        ),
        ("Quel est le prix du TGV ?", "Eurostar", "Quel est Eurostar ?"),
    ],
)
def test_what_is_new_takes_the_place_of_its_like(before: str, new: str, whole: str | None) -> None:
    assert plain(substituted(before, new, "fr")) == whole


def test_a_further_question_is_joined_to_the_one_before() -> None:
    assert plain(joined("Quand Higgs est-il mort ?", "À quel âge ?", "fr")) == (
        "Quand Higgs est-il mort, et à quel âge ?"
    )
    assert joined("When did she die?", "What of?", "en") == "When did she die, and what of?"
