"""Messages of several questions."""

from __future__ import annotations

import pytest

from bot.answer import Answer, Citation, Statement
from bot.followups.parts import join_parts, name_pronoun, split_parts
from index.ingestion.passages import cut
from tests.index.samples import article

TOWER = article("tower", "La tour fut construite en 1901. Elle mesure 40 mètres.", title="La tour")


def answered(question: str, number: int, outcome: str = "sure") -> Answer:
    passage = cut(TOWER)[0]
    citation = Citation.of(number, passage.sentences[number - 1], passage, TOWER)
    statement = Statement(citation.quote, (number,))
    return Answer(question, "fr", outcome, 0.9, (statement,), (citation,))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "Où est mort Prince ? Et George Michael, quand est-il mort ?",
            ("Où est mort Prince ?", "George Michael, quand est-il mort ?"),
        ),
        (
            "Quand est né Macron et quand est mort Prince ?",
            ("Quand est né Macron ?", "Quand est mort Prince ?"),
        ),
        ("Où est né Higgs ? Et son Nobel ?", ("Où est né Higgs ?", "Et son Nobel ?")),
        ("C’est vrai qu’il a volé la caisse et que tout le monde le sait ?", ()),
        ("bilan de Nice ? et combien de morts ?", ("bilan de Nice ?", "et combien de morts ?")),
        (
            "Combien vaut Air Lot, combien a payé Prince, avec quel prêt, et qui dirige Air Lot ?",
            (
                "Combien vaut Air Lot ?",
                "Combien a payé Prince, avec quel prêt ?",
                "Qui dirige Air Lot ?",
            ),
        ),
        (
            "Où est mort Prince ? et combien de morts à Nice",
            ("Où est mort Prince ?", "combien de morts à Nice ?"),
        ),
        (
            "2 choses : qui a gagné ? 2) Où est mort Prince ; combien de morts à Nice ?",
            ("qui a gagné ?", "Où est mort Prince ?", "combien de morts à Nice ?"),
        ),
        (
            "Combien de mains à Nice, combien de blessés sous la neige, et qui dirige Air Lot ?",
            (
                "Combien de mains à Nice ?",
                "Combien de blessés sous la neige ?",
                "Qui dirige Air Lot ?",
            ),
        ),
        ("Qui a gagné et pourquoi ?", ()),
        ("Sur le patinage artistique, combien d’articles sont parus en mai 2018 ?", ()),
        ("C’est quoi Air Lot ? Monte-moi une fiche.", ()),
        ("Où est mort Prince ?", ()),
    ],
)
def test_questions_are_told_apart(message: str, parts: tuple[str, ...]) -> None:
    assert split_parts(message) == parts


def test_a_pronoun_is_what_was_asked_about_before() -> None:
    assert (
        name_pronoun("Combien d’articles sur lui ?", "Prince") == "Combien d’articles sur Prince ?"
    )
    assert name_pronoun("Combien en parlent ?", "Prince") == "Combien parlent de Prince ?"


def test_each_part_stands_below_its_question_with_its_outcome() -> None:
    parts = ("Quand ?", "De quelle hauteur ?", "Par qui ?")
    refused = Answer("Par qui ?", "fr", "no", 0.0)
    joint = join_parts(
        "trois questions",
        parts,
        [answered("Quand ?", 1), answered("De quelle hauteur ?", 2, "perhaps"), refused],
    )
    assert joint is not None
    assert [s.heading for s in joint.statements] == [
        "Sans réponse dans les articles\u00a0: Par qui ? Quand ?",
        "De quelle hauteur ? (le plus proche)",
    ]
    assert (joint.outcome, [c.number for c in joint.citations]) == ("perhaps", [1, 2])


def test_without_any_answer_the_message_is_answered_as_one() -> None:
    assert join_parts("deux ?", ("a ?", "b ?"), [Answer("a ?", "fr", "no", 0.0)] * 2) is None
