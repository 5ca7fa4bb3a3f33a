from __future__ import annotations

import pytest

from index.build.passages import cut
from index.text.antecedents import find_leads, is_dependent
from tests.index.samples import article


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Il alimente déjà deux fonctions."),
        ("fr", "Actuellement, il alimente les deux fonctions."),
        ("fr", "Depuis 2019, elle est fermée."),
        ("fr", "Mais ils refusèrent."),
        ("fr", "Ce soir-là, il pleuvait."),
        ("fr", "Cette découverte lui valut un prix."),
        ("fr", "Ce modèle a été entraîné en interne."),
        ("fr", "C’est le premier du genre."),
        ("fr", "Son fils lui succéda."),
        ("fr", "Celui-ci mesure trois mètres."),
        ("fr", "Le second fut abandonné."),
        ("fr", "Il s’agit du premier modèle."),
        ("fr", "« Il reviendra », dit-on."),
        ("en", "They landed on the Moon."),
        ("en", "In 1969, it carried three men."),
        ("en", "This success was noted."),
        ("en", "But she never published it."),
    ],
)
def test_a_sentence_that_opens_with_a_pronoun_leans(language: str, text: str) -> None:
    assert is_dependent(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "MAI-1-preview a été entraîné sur 15 000 puces."),
        ("fr", "Il y a trois lunes."),
        ("fr", "Il faut deux heures."),
        ("fr", "Ce mercredi 4 mai, la banque a tranché."),
        ("fr", "Il ne faut pas confondre le Web avec Internet."),
        ("fr", "Il est possible de visiter la grotte."),
        ("fr", "Cependant, la grotte ferma."),
        ("fr", "Celsius inventa une échelle."),
        ("fr", "Iles et presqu’îles abondent."),
        ("fr", "Le second empire dura dix-huit ans, et il finit mal."),
        ("fr", "Marie Curie, elle, resta."),
        ("fr", "Quant à MAI-1-preview, il a été entraîné sur 15 000 puces."),
        ("en", "Item by item, the list grew."),
        ("en", "Thistles grow there."),
        ("en", "It is possible to visit."),
        ("en", "Apollo 11 landed in July."),
        ("en", "As for Collins, he stayed in orbit."),
    ],
)
def test_a_sentence_that_names_its_subject_stands(language: str, text: str) -> None:
    assert not is_dependent(text, language)


def test_the_lead_is_the_nearest_sentence_that_stands_on_its_own() -> None:
    text = "Le robot Ada parle. Il est petit. Actuellement, il marche. Les autres dorment."
    passage = cut(article("robot", text))[0]
    named = passage.sentences[0]
    assert find_leads(passage, "fr") == [None, named, named, None]


def test_a_passage_that_begins_with_a_pronoun_has_no_lead_to_show() -> None:
    passage = cut(article("robot", "Il est petit. Il marche."))[0]
    assert find_leads(passage, "fr") == [None, None]
