"""Who did what to whom, and who said it."""

from __future__ import annotations

import pytest

from bot.verification.checker import FactChecker
from tests.bot.verification.made import fault

RACE = (
    "Grace Lowther a battu Anke Peeters d’une foulée. Paul Guivarch a soutenu Yannick Morvan au "
    "second tour. L’Académie préféra Édouard Branly à Marie Curie. Selon Hugo Lantier, les câbles "
    "étaient usés. Claire Montbrun conteste le jugement."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Grace Lowther a battu Anke Peeters.",
        "Anke Peeters a été battue par Grace Lowther.",
        "C’est Grace Lowther qui a battu Anke Peeters.",
        "Paul Guivarch a soutenu Yannick Morvan.",
        "L’Académie préféra Édouard Branly à Marie Curie.",
        "Selon Hugo Lantier, les câbles étaient usés.",
    ],
)
def test_the_same_roles_are_kept(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, RACE) is None


@pytest.mark.parametrize(
    "claim",
    [
        "Anke Peeters a battu Grace Lowther.",
        "Grace Lowther a été battue par Anke Peeters.",
        "Yannick Morvan a soutenu Paul Guivarch au second tour.",
        "L’Académie préféra Marie Curie à Édouard Branly.",
        "Selon Claire Montbrun, les câbles étaient usés.",
    ],
)
def test_roles_turned_round_are_not(checker: FactChecker, claim: str) -> None:
    assert fault(checker, claim, RACE) in ("roles", "attribution", "name")


def test_a_pronoun_stands_for_who_was_named_before(checker: FactChecker) -> None:
    source = "Les Français ne gardent pas la pierre. Vaincus, ils la cèdent aux Anglais en 1801."
    assert fault(checker, "Les Anglais ont cédé la pierre aux Français en 1801.", source) == "roles"
