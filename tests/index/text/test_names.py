"""Names in a sentence."""

from __future__ import annotations

import pytest

from index.text.names import span_names


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("L'attaquant Thomas Riou, 24 ans, quitte l'AS Kervadec.", ["Thomas Riou", "AS Kervadec"]),
        ("« L’ex-ministre Ève Le Gall part. »", ["Ève Le Gall"]),
        ("L’entraîneur du Stade lanécois s’est tu.", ["Stade"]),
        ("D’après Jeanne d’Arc, l’été 2020 fut long.", ["Jeanne d’Arc"]),
        ("L’Égypte attend. L’eau monte..", ["Égypte"]),
    ],
)
def test_names_after_an_elision(sentence: str, names: list[str]) -> None:
    assert [sentence[each.start : each.end] for each in span_names(sentence, "fr")] == names
