"""Sentences about somebody who has only a first name of the question's in common."""

from __future__ import annotations

import pytest

from index.reading.namesakes import is_of_namesake

SENTENCE = "L’architecte en chef, Philippe Villeneuve, défend une reconstruction à l’identique."


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("Qui est Philippe Jost ?", True),
        ("Qui est Philippe Villeneuve ?", False),
        ("Que dit Philippe Villeneve ?", False),
        ("Qui est Jean Villeneuve ?", False),
        ("Que dit Philippe Villeneuve de Bordeaux ?", False),
        ("Qui dirige le chantier ?", False),
    ],
)
def test_a_namesake_has_only_the_first_name_in_common(question: str, is_other: bool) -> None:
    assert is_of_namesake(question, SENTENCE) == is_other
