"""What the passages deny, and what they do not."""

from __future__ import annotations

import pytest

from bot.verification.checker import FactChecker
from tests.bot.verification.made import fault

COUNCIL = (
    "Le conseil n’a pas accordé la subvention de deux millions. L’eau du robinet n’a jamais été "
    "contaminée. La fréquentation a reculé de 5 % cet été. Le maire a ouvert la séance."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Le conseil n’a pas accordé la subvention.",
        "L’eau du robinet n’a jamais été contaminée.",
        "L’eau du robinet n’a pas été contaminée.",
        "La fréquentation a baissé de 5 % cet été.",
        "Non, le conseil n’a pas accordé la subvention.",
        "The council did not grant the subsidy.",
    ],
)
def test_the_same_denial_is_kept(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, COUNCIL) is None


@pytest.mark.parametrize(
    "claim",
    [
        "Le conseil a accordé la subvention de deux millions.",
        "L’eau du robinet a été contaminée.",
        "La fréquentation a augmenté de 5 % cet été.",
        "La fréquentation n’a pas reculé cet été.",
        "Le maire n’a pas ouvert la séance.",
        "The council granted the subsidy.",
    ],
)
def test_the_contrary_is_not(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, COUNCIL) == "negation"


def test_a_bound_is_no_denial(checker: FactChecker) -> None:
    source = "Les rames roulent au plus à 320 km/h."
    assert fault(checker, "Les rames ne dépassent pas 320 km/h.", source) is None
