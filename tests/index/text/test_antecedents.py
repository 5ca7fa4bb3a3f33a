from __future__ import annotations

import pytest

from index.ingestion.passages import cut
from index.text.antecedents import find_leads, is_dependent
from index.text.names import span_names, spell_slugs
from tests.index.samples import article


@pytest.mark.parametrize(
    ("language", "text", "leans"),
    [
        ("fr", "Il alimente déjà deux fonctions.", True),
        ("fr", "Actuellement, il alimente les deux fonctions.", True),
        ("fr", "Depuis 2019, elle est fermée.", True),
        ("fr", "Ce soir-là, il pleuvait.", True),
        ("fr", "Cette découverte lui valut un prix.", True),
        ("fr", "C’est le premier du genre.", True),
        ("fr", "Celui-ci mesure trois mètres.", True),
        ("fr", "Le second fut abandonné.", True),
        ("fr", "« Il reviendra », dit-on.", True),
        ("en", "They landed on the Moon.", True),
        ("en", "In 1969, it carried three men.", True),
        ("en", "This success was noted.", True),
        # Those that name their subject stand.
        ("fr", "MAI-1-preview a été entraîné sur 15 000 puces.", False),
        ("fr", "Il y a trois lunes.", False),
        ("fr", "Ce mercredi 4 mai, la banque a tranché.", False),
        ("fr", "Il ne faut pas confondre le Web avec Internet.", False),
        ("fr", "Cependant, la grotte ferma.", False),
        ("fr", "Celsius inventa une échelle.", False),
        ("fr", "Le second empire dura dix-huit ans, et il finit mal.", False),
        ("fr", "Marie Curie, elle, resta.", False),
        ("fr", "Quant à MAI-1-preview, il a été entraîné sur 15 000 puces.", False),
        ("en", "Item by item, the list grew.", False),
        ("en", "It is possible to visit.", False),
        ("en", "As for Collins, he stayed in orbit.", False),
    ],
)
def test_a_sentence_that_opens_with_a_pronoun_leans(language: str, text: str, leans: bool) -> None:
    assert is_dependent(text, language) is leans


def test_the_lead_is_the_nearest_sentence_that_stands_on_its_own_if_any() -> None:
    text = "Le robot Ada parle. Il est petit. Actuellement, il marche. Les autres dorment."
    passage = cut(article("robot", text))[0]
    named = passage.sentences[0]
    assert find_leads(passage, "fr") == [None, named, named, None]
    passage = cut(article("robot", "Il est petit. Il marche."))[0]
    assert find_leads(passage, "fr") == [None, None]


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
