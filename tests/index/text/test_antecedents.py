from __future__ import annotations

import pytest

from index.build.passages import cut
from index.text.antecedents import leads, leans
from tests.index.samples import article


@pytest.mark.parametrize(
    "text",
    [
        "Il alimente déjà deux fonctions.",
        "Depuis 2019, elle est fermée.",
        "Ce soir-là, il pleuvait.",
        "Ce modèle a été entraîné en interne.",
        "Son fils lui succéda.",
        "Le second fut abandonné.",
        "« Il reviendra », dit-on.",
    ],
)
def test_a_french_sentence_that_opens_with_a_pronoun_leans(text: str) -> None:
    assert leans(text, "fr")


@pytest.mark.parametrize(
    "text",
    [
        "MAI-1-preview a été entraîné sur 15 000 puces.",
        "Il faut deux heures.",
        "Il ne faut pas confondre le Web avec Internet.",
        "Cependant, la grotte ferma.",
        "Iles et presqu’îles abondent.",
        "Marie Curie, elle, resta.",
    ],
)
def test_a_french_sentence_that_names_its_subject_stands(text: str) -> None:
    assert not leans(text, "fr")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They landed on the Moon.", True),
        ("This success was noted.", True),
        ("Item by item, the list grew.", False),
        ("It is possible to visit.", False),
        ("As for Collins, he stayed in orbit.", False),
    ],
)
def test_english(text: str, expected: bool) -> None:
    assert leans(text, "en") is expected


def test_the_lead_is_the_nearest_sentence_that_stands_on_its_own() -> None:
    text = "Le robot Ada parle. Il est petit. Actuellement, il marche. Les autres dorment."
    passage = cut(article("robot", text))[0]
    named = passage.sentences[0]
    assert leads(passage, "fr") == [None, named, named, None]


def test_a_passage_that_begins_with_a_pronoun_has_no_lead_to_show() -> None:
    passage = cut(article("robot", "Il est petit. Il marche."))[0]
    assert leads(passage, "fr") == [None, None]
