"""Numbers and dates that stand in the passages for something else."""

from __future__ import annotations

import pytest

from bot.verification.checker import FactChecker
from tests.bot.verification.made import fault

FIRE = (
    "L’incendie a détruit 13 200 maisons et 87 églises. Le pont ferma en 1852 et la gare en 1871. "
    "Deux bateaux partent chaque jour."
)


@pytest.mark.parametrize(
    "claim",
    [
        "L’incendie a détruit 13 200 maisons et 87 églises.",
        "L’incendie a détruit 87 églises et 13 200 maisons.",
        "87 églises ont été détruites par l’incendie.",
        "La gare ferma en 1871.",
        "Le pont a fermé en 1852.",
        "Chaque jour, deux bateaux partent.",
    ],
)
def test_a_figure_in_its_place_is_kept(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, FIRE) is None


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("L’incendie a détruit 87 maisons et 13 200 églises.", "number"),
        ("L’incendie a détruit 87 maisons.", "number"),
        ("Le pont ferma en 1871.", "date"),
        ("Trois bateaux partent chaque jour.", "number"),
    ],
)
def test_a_figure_in_another_ones_place_is_not(
    checker: FactChecker, claim: str, wrong: str
) -> None:
    assert fault(checker, claim, FIRE) == wrong


COURT = (
    "La cour a relaxé Alain Brossard, mais elle a condamné son adjoint, Denis Vauquel. La facture "
    "passe de 7,4 à 11,9 millions d’euros. L’efficacité du premier vaccin atteignait 95 % ; celle "
    "du vaccin de Moderna, 94,1 %."
)


@pytest.mark.parametrize(
    "claim",
    [
        "La cour a relaxé Alain Brossard et condamné Denis Vauquel.",
        "La facture est passée de 7,4 à 11,9 millions d’euros.",
        "L’efficacité du vaccin de Moderna atteignait 94,1 %.",
    ],
)
def test_what_belongs_together_is_kept(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, COURT) is None


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("La cour a relaxé Denis Vauquel et condamné Alain Brossard.", "roles"),
        ("La facture est passée de 11,9 à 7,4 millions d’euros.", "number"),
        ("L’efficacité du vaccin de Moderna atteignait 95 %.", "number"),
    ],
)
def test_what_was_joined_wrongly_is_not(checker: FactChecker, claim: str, wrong: str) -> None:
    assert fault(checker, claim, COURT) == wrong
