"""What is told together or in an order."""

from __future__ import annotations

import pytest

from bot.verification.checker import FactChecker
from tests.bot.verification.made import fault

COURT = (
    "La cour a relaxé Alain Brossard, mais elle a condamné son adjoint, Denis Vauquel. La facture "
    "passe de 7,4 à 11,9 millions d’euros. L’efficacité du premier vaccin atteignait 95 % ; celle "
    "du vaccin de Moderna, 94,1 %."
)


@pytest.mark.parametrize(
    "claim",
    [
        "La cour a relaxé Alain Brossard et condamné Denis Vauquel.",
        "Denis Vauquel a été condamné, Alain Brossard relaxé.",
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
