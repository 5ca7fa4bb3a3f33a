"""Whether a question leans on what was said before, and how."""

from __future__ import annotations

import time

import pytest

from bot.followups.reference import asks, points_at, read_reference


@pytest.mark.parametrize(
    ("question", "way"),
    [
        ("Merci beaucoup !", "courtesy"),
        ("Bonjour", "greeting"),
        ("Salut, ça va ?", "greeting"),
        ("🙂", "wordless"),
        ("ok, super, merci", "courtesy"),
        ("ça va ?", "courtesy"),
        ("Bonjour, qui es-tu ?", "self"),
        ("Que savez-vous faire ?", "self"),
        ("t’es un robot ?", "self"),
        ("Et en 2024 ?", "ellipsis"),
        ("Et à Lyon ?", "ellipsis"),
        ("Et pour les femmes ?", "ellipsis"),
        ("Et Curie ?", "ellipsis"),
        ("Pour Grok ?", "ellipsis"),
        ("Qu’en est-il de Grok ?", "ellipsis"),
        ("Pourquoi ?", "fragment"),
        ("Et pourquoi ?", "fragment"),
        ("C’était quand ?", "fragment"),
        ("À quel âge ?", "fragment"),
        ("Par quelle machine ?", "fragment"),
        ("Qui l'a dit ?", "speaker"),
        ("qui dit ça ?", "speaker"),
        ("Qui a écrit cet article ?", "article"),
        ("Quand est-elle née ?", "pronoun"),
        ("À quelle vitesse roulait-il ?", "pronoun"),
        ("Pourquoi est-ce important ?", "pronoun"),
        ("C’est qui son père ?", "pronoun"),
        ("Combien en a-t-il vendu ?", "pronoun"),
        ("Qui l’a construite ?", "pronoun"),
        ("Que lui a répondu son chef ?", "pronoun"),
        ("Quel est son salaire ?", "pronoun"),
        ("Où peut-on l'essayer ?", "pronoun"),
        ("Combien ça coûtait ?", "pronoun"),
        ("Qui a voté cette loi ?", "pronoun"),
        ("Que fait ce modèle ?", "pronoun"),
        ("Combien y en avait-il ?", "pronoun"),
        ("Combien d'athlètes y ont participé ?", "pronoun"),
        ("Qui a pris la décision ?", "unnamed"),
        ("Non, je parlais de Hubble.", "correction"),
        ("je voulais dire Lascaux II", "correction"),
    ],
)
def test_french_questions_lean(question: str, way: str) -> None:
    reading = read_reference(question, "fr")
    assert (reading.way, reading.language) == (way, "fr")


@pytest.mark.parametrize(
    ("question", "way"),
    [
        ("Thanks, that helps!", "courtesy"),
        ("How are you?", "courtesy"),
        ("Who are you?", "self"),
        ("What can you do?", "self"),
        ("What about the other model?", "ellipsis"),
        ("And in 2024?", "ellipsis"),
        ("And churches?", "ellipsis"),
        ("Why?", "fragment"),
        ("What of?", "fragment"),
        ("In what year?", "fragment"),
        ("Who said it?", "speaker"),
        ("Who wrote that article?", "article"),
        ("When did she die?", "pronoun"),
        ("What happened to him?", "pronoun"),
        ("How tall is it?", "pronoun"),
        ("Who answered that?", "pronoun"),
        ("Who lived there?", "pronoun"),
        ("Who was the first patient?", "unnamed"),
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
        "Combien de médailles la France a-t-elle remportées à Paris ?",
        "De quoi le télescope James-Webb tire-t-il son nom ?",
        "Combien y a-t-il de salles à Lascaux ?",
        "Combien de temps faut-il pour aller à Lyon ?",
        "Pourquoi Victor Hugo a-t-il quitté sa maison ?",
        "Le Minitel, qui l'a inventé ?",
        "DMP (dossier médical) : qui peut le consulter ?",
        "Et qui a gagné Roland-Garros en 1983 ?",
        "Quel temps fera-t-il à Paris ?",
        "Que s'est-il passé à Pearl Harbor ?",
        "Qui a écrit l'article sur Lascaux ?",
        "Comment renouveler son passeport à Lyon ?",
        "boson de Higgs",
        "hubble orbit time",
        "When did Marie Curie win her second Nobel Prize?",
        "Is it true that Napoleon was small?",
        "What did Pepys bury in his garden?",
        "Are there articles about Lascaux?",
        "Wann wurde Einstein geboren?",
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


def test_a_few_words_are_in_the_language_spoken_before() -> None:
    assert read_reference("Et Collins ?", "fr").language == "fr"
    assert read_reference("Non, je parlais de James-Webb.", "fr").language == "fr"
    assert read_reference("When did he die?", "fr").language == "en"


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
    began = time.perf_counter()
    ways = ("alone", "fragment", "ellipsis", "unnamed", "pronoun", "wordless")
    assert read_reference(text, "fr").way in ways
    assert time.perf_counter() - began < 1


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


def test_a_remark_asks_nothing() -> None:
    assert not asks("À ajouter au corpus")
