from __future__ import annotations

import pytest

from index.build.passages import cut
from index.text.antecedents import find_leads, is_dependent, sentences_in_context
from tests.index.samples import article


@pytest.mark.parametrize(
    "text",
    [
        "Il alimente déjà deux fonctions.",
        "Actuellement, il alimente les deux fonctions.",
        "Depuis 2019, elle est fermée.",
        "Mais ils refusèrent.",
        "Ce soir-là, il pleuvait.",
        "Cette découverte lui valut un prix.",
        "Ce modèle a été entraîné en interne.",
        "C’est le premier du genre.",
        "Son fils lui succéda.",
        "Celui-ci mesure trois mètres.",
        "Le second fut abandonné.",
        "Il s’agit du premier modèle.",
        "« Il reviendra », dit-on.",
    ],
)
def test_a_french_sentence_that_opens_with_a_pronoun_leans(text: str) -> None:
    assert is_dependent(text, "fr")


@pytest.mark.parametrize(
    "text",
    [
        "MAI-1-preview a été entraîné sur 15 000 puces.",
        "Il y a trois lunes.",
        "Il faut deux heures.",
        "Ce mercredi 4 mai, la banque a tranché.",
        "Il ne faut pas confondre le Web avec Internet.",
        "Il est possible de visiter la grotte.",
        "Cependant, la grotte ferma.",
        "Celsius inventa une échelle.",
        "Iles et presqu’îles abondent.",
        "Le second empire dura dix-huit ans, et il finit mal.",
        "Marie Curie, elle, resta.",
        "Quant à MAI-1-preview, il a été entraîné sur 15 000 puces.",
    ],
)
def test_a_french_sentence_that_names_its_subject_stands(text: str) -> None:
    assert not is_dependent(text, "fr")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They landed on the Moon.", True),
        ("In 1969, it carried three men.", True),
        ("This success was noted.", True),
        ("But she never published it.", True),
        ("Item by item, the list grew.", False),
        ("Thistles grow there.", False),
        ("It is possible to visit.", False),
        ("Apollo 11 landed in July.", False),
        ("As for Collins, he stayed in orbit.", False),
    ],
)
def test_english(text: str, expected: bool) -> None:
    assert is_dependent(text, "en") is expected


def test_other_languages_are_left_alone() -> None:
    assert not is_dependent("Él llegó tarde.", "es")


def test_the_lead_is_the_nearest_sentence_that_stands_on_its_own() -> None:
    text = "Le robot Ada parle. Il est petit. Actuellement, il marche. Les autres dorment."
    passage = cut(article("robot", text))[0]
    named = passage.sentences[0]
    assert find_leads(passage, "fr") == [None, named, named, None]


def test_a_sentence_that_leans_is_read_behind_its_lead() -> None:
    passage = cut(article("robot", "Le robot Ada parle. Il est petit."))[0]
    assert sentences_in_context(passage, "fr") == [
        "Le robot Ada parle.",
        "Le robot Ada parle. Il est petit.",
    ]


def test_a_passage_that_begins_with_a_pronoun_has_no_lead_to_show() -> None:
    passage = cut(article("robot", "Il est petit. Il marche."))[0]
    assert find_leads(passage, "fr") == [None, None]
