from __future__ import annotations

import pytest

from bot.answering.extractive import Relation, relation


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            "Le modèle a été entraîné sur 15 000 puces Nvidia.",
            "Ce modèle fut entraîné sur environ 15 000 puces de Nvidia.",
            Relation.SAME,
        ),
        (
            "Le modèle a été entraîné sur 15 000 puces Nvidia.",
            "Le modèle a été entraîné sur 18 000 puces Nvidia.",
            Relation.DIFFERS,
        ),
        (
            "La grotte fut découverte en 1940 par quatre adolescents.",
            "La grotte fut découverte par quatre adolescents.",
            Relation.SAME,
        ),
        (
            "La grotte fut découverte en 1940.",
            "Une copie de la grotte ouvrit au public près de Montignac.",
            Relation.NEW,
        ),
        ("", "", Relation.NEW),
    ],
)
def test_two_quotes(one: str, other: str, expected: Relation) -> None:
    assert relation(one, other, "fr") is expected
    assert relation(other, one, "fr") is expected
