"""What a question speaks of."""

from __future__ import annotations

import pytest

from bot.followups.nouns import nouns


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Qui a découvert la grotte de Lascaux ?", ["la grotte de Lascaux"]),
        ("Quand Marie Curie est-elle née ?", ["Marie Curie"]),
        (
            "Combien la France a-t-elle gagné aux Jeux de Paris ?",
            ["la France", "les Jeux de Paris"],
        ),
        ("Quand Lascaux IV a-t-il ouvert ?", ["Lascaux IV"]),
        ("Où a-t-il vécu en exil ?", []),
    ],
)
def test_french_things_are_named_whole(question: str, found: list[str]) -> None:
    assert [noun.text for noun in nouns(question, "fr")] == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who discovered comet 67P?", ["comet 67P"]),
        ("When did she meet Babbage?", ["Babbage"]),
        ("What was wrong with Hubble's mirror?", ["Hubble"]),
        ("Who stayed in orbit during Apollo 11?", ["Apollo 11"]),
        ("Who discovered 67P?", ["67P"]),
        ("How did the Great Fire of London start?", ["the Great Fire of London"]),
        ("When was it found?", []),
    ],
)
def test_english_things_are_named_whole(question: str, found: list[str]) -> None:
    assert [noun.text for noun in nouns(question, "en")] == found


def test_a_noun_stands_where_it_says() -> None:
    question = "Qui vend les billets du musée du Louvre ?"
    (noun,) = nouns(question, "fr")
    assert question[noun.start : noun.end] == "les billets du musée du Louvre"
    assert noun.bare == "billets du musée du Louvre"
    assert noun.parts == ("le musée du Louvre", "le Louvre")


def test_gender_is_told_by_the_article_or_by_the_pronoun_behind() -> None:
    genders = {
        noun.text: noun.gender
        for question in (
            "Qui a pris la Bastille ?",
            "Qui a inventé le Web ?",
            "Quand Marie Curie est-elle née ?",
            "Qui connaît Figeac ?",
        )
        for noun in nouns(question, "fr")
    }
    assert genders == {"la Bastille": "f", "le Web": "m", "Marie Curie": "f", "Figeac": ""}
