"""What a pronoun may stand for."""

from __future__ import annotations

import pytest

from bot.followups.subjects import other, pronoun_of, subjects
from bot.followups.turn import Turn
from tests.bot.followups.turns import turn


def likeliest(question: str, *history: Turn, language: str = "fr") -> str:
    return subjects(history, pronoun_of(question, language))[0]


def test_he_is_the_person_whom_the_answer_names() -> None:
    before = turn("Qui dirige le groupe ?", "Le patron, Mustafa Suleyman, est arrivé hier.")
    assert likeliest("Quand a-t-il commencé ?", before) == "Mustafa Suleyman"


def test_what_stands_out_in_the_answer_is_named_first() -> None:
    before = turn(
        "Qui a lu la pierre ?",
        "Après Thomas Young, Jean Bovary l’a lue.",
        title="La pierre",
        found="Jean Bovary",
    )
    assert likeliest("Quand est-il mort ?", before) == "Jean Bovary"


def test_a_first_name_tells_he_from_she() -> None:
    before = turn(
        "Qui dirige le chantier ?", "Jean-Louis Georgelin, puis Claire Morel.", title="Pont"
    )
    assert likeliest("Quand est-il arrivé ?", before) == "Jean-Louis Georgelin"
    assert likeliest("Quand est-elle arrivée ?", before) == "Claire Morel"


def test_he_is_neither_a_thing_nor_what_was_discovered() -> None:
    who = turn("Who found the mould?", "It was found by chance.", language="en", title="Mould")
    earlier = turn("Where was Paris 2024?", "In Paris.", language="en", title="Paris 2024")
    he = pronoun_of("When did he notice it?", "en")
    assert subjects((earlier, who), he) == []


@pytest.mark.parametrize(
    "answer",
    [
        "Voici deux modèles : MAI-Voice-1 et MAI-1-preview.",
        "MAI-1-preview, MAI-Voice-1 et rien de plus.",
    ],
)
def test_the_other_is_the_one_named_in_the_same_breath(answer: str) -> None:
    assert other(turn("À quoi sert MAI-Voice-1 ?", answer)) == "MAI-1-preview"
