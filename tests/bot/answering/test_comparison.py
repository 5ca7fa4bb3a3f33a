"""Questions over several articles: what is looked for by itself, and what comes of it together."""

from __future__ import annotations

import pytest

from bot.answer import Answer
from bot.answering.comparison import join_answers, merge_findings, search_parts, split_question
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.topic import find_topic
from index.article import Article
from index.search.confidence import Thresholds
from tests.bot.llm.fakes import article, findings, hits

BRIDGE = article("Le pont fut construit en 1901.", "Le pont")
TOWER = article("La tour mesure cent mètres.", "La tour")
MILL = article("Le moulin tourne.", "Le moulin")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Compare le Minitel et le Web", ("le Minitel", "le Web")),
        ("Peux-tu comparer le Minitel avec le Web ?", ("le Minitel", "le Web")),
        ("Comparez la masse du pont et celle du port", ("la masse du pont", "la masse du port")),
        ("Quelle est la différence entre une comète et une étoile ?", ("une comète", "une étoile")),
        ("Quelle différence y a-t-il entre Hubble et Webb ?", ("Hubble", "Webb")),
        ("Quels points communs entre Ada et Marie Curie ?", ("Ada", "Marie Curie")),
        ("Qu’ont en commun Champollion et Braille ?", ("Champollion", "Braille")),
        ("En quoi le TGV est-il différent du Concorde ?", ("le TGV", "Concorde")),
        ("Que disent les articles sur le boson et sur CRISPR ?", ("le boson", "CRISPR")),
        ("What is the difference between Hubble and Webb?", ("Hubble", "Webb")),
        ("Compare Ada Lovelace and Marie Curie", ("Ada Lovelace", "Marie Curie")),
        ("How does Hubble differ from Webb?", ("Hubble", "Webb")),
    ],
)
def test_a_comparison_has_two_sides(question: str, found: tuple[str, str]) -> None:
    assert search_parts(question) == found


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Fais le point sur la grotte de Lascaux", "la grotte de Lascaux"),
        ("Faites-moi une synthèse de l’affaire", "l’affaire"),
        ("Résume-moi l’histoire du Minitel", "l’histoire du Minitel"),
        ("Que sait-on du boson de Higgs ?", "boson de Higgs"),
        ("Parle-moi de Marie Curie", "Marie Curie"),
        ("Dresse la chronologie de l’affaire", "l’affaire"),
        ("Quelles sont les grandes étapes de la mission Rosetta ?", "la mission Rosetta"),
        ("What do we know about penicillin?", "penicillin"),
        ("Give me a timeline of Apollo 11", "Apollo 11"),
    ],
)
def test_an_overview_has_a_subject_and_its_sides(question: str, subject: str) -> None:
    found = search_parts(question)
    assert found[0] == subject
    assert len(found) == 3
    assert all(part.startswith(subject) for part in found)


@pytest.mark.parametrize(
    "question",
    [
        "Qui a inventé le Minitel et le Web ?",
        "Combien de puces ?",
        "Quand le pont a-t-il été construit ?",
        "Où sont nés Marie Curie et Pierre Curie ?",
        "Who compared the results?",
        "Compare",
        "",
    ],
)
def test_other_questions_are_one(question: str) -> None:
    assert search_parts(question) == ()


def test_each_part_gives_its_best_in_turn_and_nothing_twice() -> None:
    one = findings("le pont", BRIDGE, MILL)
    other = findings("la tour", TOWER, BRIDGE)
    together = merge_findings(findings("le pont et la tour", MILL, confidence=0.4), [one, other])
    assert [hit.article for hit in together.hits] == [BRIDGE, TOWER, MILL]
    assert together.question == "le pont et la tour"
    assert together.confidence == 0.95


@pytest.mark.parametrize(
    ("question", "both"),
    [
        (
            "Combien de points pour l’Ukraine en 2016 et pour Israël en 2018 à l’Eurovision ?",
            (
                "Combien de points pour l’Ukraine en 2016 à l’Eurovision ?",
                "Combien de points pour Israël en 2018 à l’Eurovision ?",
            ),
        ),
        ("Qui a gagné en 2012 et en 2016 ?", ("Qui a gagné en 2012 ?", "Qui a gagné en 2016 ?")),
        ("Qui a l’or du Pérou et du Japon ?", ("Qui a l’or du Pérou ?", "Qui a l’or du Japon ?")),
        (
            "Quelle est la masse de Tiangong-1 et celle de l’ISS ?",
            ("Quelle est la masse de Tiangong-1 ?", "Quelle est la masse de l’ISS ?"),
        ),
        ("Hugo et Zola : où vivent-ils ?", ("Hugo : où vivent-ils ?", "Zola : où vivent-ils ?")),
        ("Quand naît Hugo et quand meurt Curie ?", ("Quand naît Hugo ?", "Quand meurt Curie ?")),
        ("Who won in 2012 and in 2016?", ("Who won in 2012?", "Who won in 2016?")),
    ],
)
def test_a_question_may_ask_the_same_of_two(question: str, both: tuple[str, str]) -> None:
    assert split_question(question) == both


def _answered(question: str, *articles: Article, sure: bool = True) -> Answer:
    found = findings(question, *articles, confidence=0.95 if sure else 0.3)
    return ExtractiveAnswerer(Thresholds(perhaps=0.2, sure=0.5)).answer(found)


def test_both_halves_are_quoted() -> None:
    halved = [_answered("le pont ?", BRIDGE), _answered("la tour ?", TOWER, MILL)]
    together = join_answers("le pont et la tour ?", halved)
    assert together is not None
    assert together.text == "Le pont fut construit en 1901. [1] La tour mesure cent mètres. [2]"
    assert [citation.article for citation in together.citations] == [BRIDGE, TOWER]
    assert together.question == "le pont et la tour ?"


def test_halves_are_not_joined_where_one_is_refused_or_the_same() -> None:
    sure, refused = _answered("le pont ?", BRIDGE), _answered("la tour ?")
    assert join_answers("les deux ?", [sure, refused]) is None
    assert join_answers("les deux ?", [sure, _answered("le pont encore ?", BRIDGE)]) is None


def test_where_one_half_is_doubtful_the_whole_is() -> None:
    sure, unsure = _answered("le pont ?", BRIDGE), _answered("la tour ?", TOWER, sure=False)
    together = join_answers("les deux ?", [sure, unsure])
    assert together is not None
    assert together.outcome == "perhaps"


def test_an_article_near_in_meaning_tells_of_a_subject_only_if_it_names_it() -> None:
    found = find_topic("le moulin", hits(MILL, TOWER, step=0.01), sure=True)
    assert found.near == (TOWER,)
    assert found.central == (MILL,)
