"""Questions of price, and sentences that tell one."""

from __future__ import annotations

import pytest

from index.reading.span_numbers import asks_price, tells_price


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Combien coûte-t-il ?", "fr"),
        ("Combien MAI-1-preview coûte-t-il ?", "fr"),
        ("Et combien ça coûtait ?", "fr"),
        ("Combien étaient-ils payés ?", "fr"),
        ("Combien vaut le terrain ?", "fr"),
        ("Quel est son salaire ?", "fr"),
        ("Quel est le prix du billet ?", "fr"),
        ("Quel est le coût de la flèche ?", "fr"),
        ("How much did Rosetta cost?", "en"),
        ("What’s the price of the ticket?", "en"),
    ],
)
def test_a_price_is_asked(question: str, language: str) -> None:
    assert asks_price(question, language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Quel prix Marie Curie a-t-elle reçu ?", "fr"),
        ("Quel est le prix de la paix en 1926 ?", "fr"),
        ("Combien de visiteurs paient leur entrée ?", "fr"),
        ("Combien de temps faut-il ?", "fr"),
        ("Combien mesure la tapisserie ?", "fr"),
        ("Combien de pays ont signé ?", "fr"),
        ("Combien pèse Philae ?", "fr"),
        ("How much water does the comet hold?", "en"),
        ("How many people paid?", "en"),
        ("Was kostet das?", "de"),
    ],
)
def test_another_thing_is_asked(question: str, language: str) -> None:
    assert not asks_price(question, language)


@pytest.mark.parametrize(
    "sentence",
    [
        "Le billet coûte 59 euros.",
        "La mission a coûté 1,4 milliard d’euros.",
        "Elle vaut 20 millions de dollars.",
        "L’entrée est gratuite.",
        "On payait en écus et en deniers.",
        "The ticket is £12.",
        "Quelques euros suffisent.",
    ],
)
def test_a_price_is_told(sentence: str) -> None:
    assert tells_price(sentence)


@pytest.mark.parametrize(
    "sentence", ["Le TGV roule à 318 km/h.", "Il a reçu deux prix en 1903.", "Sous le pont, l’eau."]
)
def test_no_price_is_told(sentence: str) -> None:
    assert not tells_price(sentence)
