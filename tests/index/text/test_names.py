"""Names in a sentence."""

from __future__ import annotations

import pytest

from index.text.names import span_names, spell_slugs


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
    assert [sentence[name.start : name.end] for name in span_names(sentence, "fr")] == names


@pytest.mark.parametrize(
    ("byline", "name"),
    [
        ("claire.legoff", "Claire Legoff"),
        ("claire-le-goff", "Claire Le Goff"),
        ("jeanne-de-la-tour", "Jeanne de la Tour"),
        ("hélène_durand, marc.petit", "Hélène Durand, Marc Petit"),
        ("e.durand", "E. Durand"),
        ("exemple.fr", "exemple.fr"),
        ("exemple.com", "exemple.com"),
        ("Jean-Paul", "Jean-Paul"),
        ("la rédaction", "la rédaction"),
        ("agence24", "agence24"),
    ],
)
def test_slugs_of_bylines_are_shown_as_names(byline: str, name: str) -> None:
    assert spell_slugs(byline) == name
