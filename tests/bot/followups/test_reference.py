"""Whether a question leans on what was said before, and how."""

from __future__ import annotations

import time

import pytest

from bot.followups.reference import asks, points_at, read_reference


@pytest.mark.parametrize(
    ("question", "way"),
    [
        ("Merci beaucoup !", "courtesy"),
        ("Salut, ça va ?", "greeting"),
        ("ok, super, merci", "courtesy"),
        ("Bonjour, qui es-tu ?", "self"),
        ("t’es un robot ?", "self"),
        ("Et à Lyon ?", "ellipsis"),
        ("Et Curie ?", "ellipsis"),
        ("Qu’en est-il de Grok ?", "ellipsis"),
        ("Et pourquoi ?", "fragment"),
        ("À quel âge ?", "fragment"),
        ("Qui l'a dit ?", "speaker"),
        ("Qui a écrit cet article ?", "article"),
        ("À quelle vitesse roulait-il ?", "pronoun"),
        ("C’est qui son père ?", "pronoun"),
        ("Qui l’a construite ?", "pronoun"),
        ("Quel est son salaire ?", "pronoun"),
        ("Combien ça coûtait ?", "pronoun"),
        ("Que fait ce modèle ?", "pronoun"),
        ("Combien d'athlètes y ont participé ?", "pronoun"),
        ("Non, je parlais de Hubble.", "correction"),
    ],
)
def test_french_questions_lean(question: str, way: str) -> None:
    reading = read_reference(question, "fr")
    assert (reading.way, reading.language) == (way, "fr")


@pytest.mark.parametrize(
    ("question", "way"),
    [
        ("Thanks, that helps!", "courtesy"),
        ("Who are you?", "self"),
        ("What about the other model?", "ellipsis"),
        ("And churches?", "ellipsis"),
        ("What of?", "fragment"),
        ("Who said it?", "speaker"),
        ("When did she die?", "pronoun"),
        ("How tall is it?", "pronoun"),
        ("Who lived there?", "pronoun"),
        ("No, I meant Hubble", "correction"),
    ],
)
def test_english_questions_lean(question: str, way: str) -> None:
    reading = read_reference(question, "en")
    assert (reading.way, reading.language) == (way, "en")


@pytest.mark.parametrize(
    "question",
    [
        "Quand Marie Curie est-elle née ?",
        "De quoi le télescope James-Webb tire-t-il son nom ?",
        "Combien de temps faut-il pour aller à Lyon ?",
        "Le Minitel, qui l'a inventé ?",
        "Et qui a gagné Roland-Garros en 1983 ?",
        "Que s'est-il passé à Pearl Harbor ?",
        "Comment renouveler son passeport à Lyon ?",
        "hubble orbit time",
        "Is it true that Napoleon was small?",
        "Are there articles about Lascaux?",
    ],
)
def test_a_question_that_stands_alone_is_told_so(question: str) -> None:
    assert read_reference(question, "fr").way == "alone"


def test_what_is_new_in_a_follow_up_is_told_from_its_opening() -> None:
    new = {
        question: read_reference(question, "fr").rest
        for question in (
            "Et pour Grok ?",
            "Et aux Jeux paralympiques ?",
            "Non, je parlais de James-Webb.",
            "Et où a-t-il vécu ?",
            "What about the other model?",
        )
    }
    assert list(new.values()) == [
        "Grok",
        "aux Jeux paralympiques",
        "James-Webb",
        "où a-t-il vécu ?",
        "the other model",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "…",
        " ",
        "a" * 1000,
        "et " * 99,
        "merci " * 49 + "x",
        "qui " * 74,
        "ok" * 149,
        "l'" * 99,
    ],
)
def test_odd_lines_are_read_at_once(text: str) -> None:
    read_reference(text, "fr")  # the language of some is told by a classifier that loads slowly
    began = time.process_time()
    ways = ("alone", "fragment", "ellipsis", "unnamed", "pronoun", "wordless")
    assert read_reference(text, "fr").way in ways
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        *("", "?", "👆", "C’est vrai ?", "Vrai ou faux ?", "Tu confirmes ?", "Vérifie, stp"),
        *("Pouvez-vous répondre ?", "Une source ?", "Qu’en pensez-vous ?", "Is that true?"),
        *("Can you check this?", "Any source?"),
    ],
)
def test_what_only_points_at_a_message(text: str) -> None:
    assert points_at(text)


@pytest.mark.parametrize(
    "text", ["Quand est-il mort ?", "La source est à Vals ?", "Et en 2024 ?", "Who said so?"]
)
def test_what_asks_something_itself(text: str) -> None:
    assert not points_at(text)
    assert asks(text)
