"""Words that stand where others stand."""

from __future__ import annotations

from random import Random

import pytest

from training.lexicon import build_lexicon

CITIES, TRADES = ("lyonnais", "bordelais", "toulousain"), ("boulanger", "menuisier", "vigneron")
TEXTS = [
    f"le {trade} {city} ouvre une {shop} dans cette rue calme"
    for trade in TRADES
    for city in CITIES
    for shop in ("boutique", "échoppe", "galerie")
    for _ in range(8)
]


def test_a_words_likes_are_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.lexicon._COMMONEST", 0)
    monkeypatch.setattr("training.lexicon._DIMENSIONS", 5)
    lexicon = build_lexicon({"fr": TEXTS})
    chance = Random(1)
    found = {lexicon.like("fr", "boulanger", chance) for _ in range(50)}
    assert found
    assert found <= set(TRADES)
    assert lexicon.like("en", "boulanger", chance) is None
