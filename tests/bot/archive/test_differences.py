"""What two sentences on one thing tell differently: numbers, days and names, side by side."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.differences import compare_sentences

DAY = date(2026, 3, 20)  # a Friday
BRIDGE = "Le pont de Vaubrey, fermé mardi, mesure 30 mètres et compte 4 arches."


def differing(own: str, other: str) -> list[tuple[str, str]]:
    pairs = compare_sentences(own, other, "fr", DAY).differences
    return [(own[slice(*pair.own)], other[slice(*pair.other)]) for pair in pairs]


@pytest.mark.parametrize(
    ("own", "pairs"),
    [
        (BRIDGE, []),
        (BRIDGE.replace("30 mètres", "3 000 cm"), []),
        (BRIDGE.replace("30", "35"), [("35 mètres", "30 mètres")]),
        (BRIDGE.replace("4", "cinq"), [("cinq arches", "4 arches")]),
        (BRIDGE.replace("mardi", "le 17 mars"), []),
        (BRIDGE.replace("mardi", "en mars 2026"), []),
        (BRIDGE.replace("mardi", "le 18 mars"), [("18 mars", "mardi")]),
        (BRIDGE.replace("Vaubrey", "Vaubray"), [("Vaubray", "Vaubrey")]),
        ("Le moulin de Corbelle a 8 ailes depuis le 18 mars.", []),
        ("Le pont de Vaubrey mesure une trentaine de mètres.", []),
    ],
)
def test_what_differs_is_paired(own: str, pairs: list[tuple[str, str]]) -> None:
    assert differing(own, BRIDGE) == pairs


def test_first_names_are_compared() -> None:
    said = "Le maire Paul Corbel a rouvert le pont."
    assert differing("Le maire Jean Corbel a rouvert le pont.", said) == [
        ("Jean Corbel", "Paul Corbel")
    ]
    assert differing("Le maire Corbel a rouvert le pont.", said) == []


def test_what_both_have_is_known() -> None:
    own = BRIDGE.replace("30", "35")
    shared = compare_sentences(own, BRIDGE, "fr", DAY).shared
    assert {own[slice(*place)] for place in shared} == {"Vaubrey", "4 arches"}
