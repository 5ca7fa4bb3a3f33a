from __future__ import annotations

import pytest

from index.search.question_words import question_names
from index.search.scoring import spoken_of

IDF = {"mai-1": 3.0, "puces": 1.0}


def test_a_name_carries_over_to_the_sentences_after_it() -> None:
    shares = spoken_of(IDF, {"mai-1"}, set(), [{"autre"}, {"mai-1"}, {"puces"}, {"puces"}])
    assert shares == pytest.approx([0.0, 0.75, 1.0, 1.0])


def test_a_common_word_does_not() -> None:
    assert spoken_of(IDF, {"mai-1"}, set(), [{"puces"}, {"mai-1"}]) == pytest.approx([0.25, 0.75])


def test_the_title_and_heading_name_what_follows() -> None:
    assert spoken_of(IDF, {"mai-1"}, {"mai-1", "puces"}, [{"autre"}]) == pytest.approx([0.75])


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Combien de puces ont servi à entraîner MAI-1 ?", {"mai-1", "fr:mai", "1"}),
        ("Qui a découvert Lascaux ?", {"fr:lascal"}),
        ("Quelle est la durée du voyage ?", set()),
        ("CRISPR, c'est quoi ?", {"fr:crispr"}),
        ("que s'est-il passé en 1940", {"1940"}),
    ],
)
def test_names_of_a_question(question: str, expected: set[str]) -> None:
    found = question_names(question, "fr")
    assert expected <= found
    assert bool(expected) is bool(found)
