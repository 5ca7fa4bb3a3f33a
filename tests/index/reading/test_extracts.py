from __future__ import annotations

import pytest

from index.reading.extracts import rank_extracts
from index.reading.sentences import is_question, rank_sentences
from tests.index.reading.hits import hit


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("Combien de personnes l’usine emploie-t-elle ?", True),
        ("« Et les brevets ? »", True),
        ("“Who cooks?”", True),
        ("L’usine emploie 800 personnes.", False),
        ("Le maire s’est demandé : « Que faire ? »", False),
        ("Quatre réponses à la question « Que faire ? » ont été données.", False),
    ],
)
def test_a_question_is_told_from_what_reports_one(sentence: str, asks: bool) -> None:
    assert is_question(sentence) is asks


def test_the_sentence_below_a_question_is_as_near_as_the_question() -> None:
    text = "Combien de places ? Quarante. Combien de vélos ? Six. Le lac est calme."
    (ranked,) = rank_sentences([hit(text, [0.6, 0.4, 0.9, 0.4, 0.5])])
    texts = [extract.text for extract in rank_extracts([ranked])]
    assert texts == ["Six.", "Quarante.", "Le lac est calme."]


def test_a_list_ranks_as_its_best_sentence_for_the_confidence_too() -> None:
    text = "Les lauréats sont :\n\nLa Marée, de Paul Adam\nNuit claire, de Lina Sow"
    (ranked,) = rank_sentences([hit(text, [0.9, 0.5, 0.5])])
    (extract,) = rank_extracts([ranked])
    assert (extract.text, extract.rank) == (text, max(ranked.ranks))
