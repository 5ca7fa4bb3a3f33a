from __future__ import annotations

from datetime import date

import pytest

from index.reading.years import is_of_other_years
from tests.index.reading.hits import hit

DATED = (
    "En 1998, le recensement du Pakistan fut interrompu. Il a compté 134 millions d’habitants. "
    "Celui de 2017 en a compté 207 millions. Les villes ont grandi."
)


@pytest.mark.parametrize(
    ("question", "at", "published", "expected"),
    [
        ("Combien d’habitants en 2017 ?", 2, None, False),
        ("Combien d’habitants en 1998 ?", 1, None, False),  # the year told before it
        ("Combien d’habitants entre 1990 et 2000 ?", 1, None, False),
        ("Combien d’habitants en 1998 ?", 1, date(2017, 9, 16), True),  # told of the day
        ("Combien d’habitants ?", 2, None, False),
    ],
)
def test_the_years_of_a_sentence_are_its_own(
    question: str, at: int, published: date | None, expected: bool
) -> None:
    one = hit(DATED, published=published)
    assert is_of_other_years(question, one, one.sentences[at].sentence) is expected


def test_where_no_year_is_told_it_may_be_any() -> None:
    one = hit("Le recensement a compté 207 millions d’habitants.")
    assert not is_of_other_years("Combien en 2017 ?", one, one.sentences[0].sentence)
