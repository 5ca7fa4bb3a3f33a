"""Sentences that the passages do not speak of, and details that they do not have."""

from __future__ import annotations

import pytest

from bot.verification.checker import FactChecker
from tests.bot.verification.made import fault

BRIDGE = (
    "Le pont du village a rouvert samedi après quatorze mois de travaux. Une foule de promeneurs "
    "l’a traversé dès le matin, derrière la fanfare."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Le pont du village a été rouvert samedi, après quatorze mois de chantier.",
        "Une foule de promeneurs a traversé le pont dès le matin.",
    ],
)
def test_a_paraphrase_is_kept(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, BRIDGE) is None


@pytest.mark.parametrize(
    "claim",
    [
        "Le pont du village a rouvert samedi sous un feu d’artifice tiré de la rivière.",
        "Une foule de promeneurs l’a traversé pour protester contre la fermeture de l’école.",
    ],
)
def test_an_invented_detail_is_not(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, BRIDGE) == "detail"


@pytest.mark.parametrize(
    "claim",
    ["La première réponse est une phrase de la lettre.", "Une journée au port (6 mai 2024).", "1"],
)
def test_nor_is_what_says_nothing(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, BRIDGE) in ("meaning", "number", "detail")


def test_what_the_passage_does_not_speak_of_is_not(checker: FactChecker) -> None:
    claim = "Les prix du blé ont baissé sur les marchés mondiaux."
    assert fault(checker, claim, BRIDGE) == "meaning"
