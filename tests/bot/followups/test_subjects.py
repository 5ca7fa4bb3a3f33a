"""What a pronoun may stand for."""

from __future__ import annotations

import pytest

from bot.followups.subjects import heads, other, pronoun_of, subjects
from bot.followups.turn import Turn
from tests.bot.followups.turns import turn


def likeliest(question: str, *history: Turn, language: str = "fr") -> str:
    return subjects(history, pronoun_of(question, language))[0]


def test_what_was_asked_about() -> None:
    before = turn("Quand Marie Curie est-elle née ?", "Elle naît à Varsovie.")
    assert likeliest("Où a-t-elle étudié ?", before) == "Marie Curie"


def test_the_gender_decides() -> None:
    before = turn("Quand la flèche du Louvre a-t-elle brûlé sous Napoléon ?", title="Le feu")
    assert likeliest("Qui l'avait construite ?", before) == "la flèche du Louvre"
    assert likeliest("Quand est-il mort ?", before) == "Napoléon"


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


def test_they_are_the_two_whom_the_answer_names() -> None:
    before = turn(
        "Qui a eu le prix ?", "Katalin Karikó le partage avec Drew Weissman.", title="Le prix"
    )
    assert likeliest("Où se sont-ils rencontrés ?", before) == "Katalin Karikó et Drew Weissman"


def test_a_first_name_tells_he_from_she() -> None:
    before = turn(
        "Qui dirige le chantier ?", "Jean-Louis Georgelin, puis Claire Morel.", title="Pont"
    )
    assert likeliest("Quand est-il arrivé ?", before) == "Jean-Louis Georgelin"
    assert likeliest("Quand est-elle arrivée ?", before) == "Claire Morel"


def test_he_who_is_not_named_is_whom_the_article_is_about() -> None:
    answer = "Il achève le livre, dont Jean Valjean est le héros."
    before = turn("Qui a écrit le livre ?", answer, title="Victor Hugo, l’exilé")
    assert likeliest("Quand est-il mort ?", before) == "Victor Hugo"


def test_it_is_no_person() -> None:
    question = "What did Ada Lovelace say of the Analytical Engine?"
    before = turn(question, "It is new.", language="en", title="Ada Lovelace")
    assert likeliest("Was it built?", before, language="en") == "the Analytical Engine"
    assert likeliest("When did she die?", before, language="en") == "Ada Lovelace"


def test_he_is_neither_a_thing_nor_what_was_discovered() -> None:
    who = turn("Who found the mould?", "It was found by chance.", language="en", title="Mould")
    earlier = turn("Where was Paris 2024?", "In Paris.", language="en", title="Paris 2024")
    he = pronoun_of("When did he notice it?", "en")
    assert subjects((earlier, who), he) == []


def test_the_turn_before_the_last_is_looked_at() -> None:
    first = turn("Who designed it?", "Christopher Wren did.", language="en", title="Fire")
    last = turn("How tall is the Monument?", "It is high.", language="en", title="Fire")
    assert likeliest("What else did he design?", first, last, language="en") == "Christopher Wren"


def test_a_question_without_a_name_is_about_its_article() -> None:
    before = turn("Comment ?", "Ainsi.", title="Mars 1989 : une note invente le Web")
    assert heads(before) == ["le Web"]
    assert likeliest("Qui l'a écrite ?", before) == "le Web"
    assert heads(turn("Comment ?")) == []


@pytest.mark.parametrize(
    "answer",
    [
        "Voici deux modèles : MAI-Voice-1 et MAI-1-preview.",
        "MAI-1-preview, MAI-Voice-1 et rien de plus.",
    ],
)
def test_the_other_is_the_one_named_in_the_same_breath(answer: str) -> None:
    assert other(turn("À quoi sert MAI-Voice-1 ?", answer)) == "MAI-1-preview"


def test_there_may_be_no_other() -> None:
    assert other(turn("À quoi sert MAI-Voice-1 ?", "MAI-Voice-1 parle.")) is None
