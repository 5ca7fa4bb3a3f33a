from __future__ import annotations

from datetime import date

import pytest

from index.reading.constraints import (
    UnmetConstraints,
    find_unmet,
    is_of_other_years,
    takes_for_granted,
)
from tests.index.reading.hits import hit

TEXT = "Le scrutin égyptien a mobilisé 51 % des inscrits, dit Mona Salem au Caire en 2012."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quelle participation en 2012 ?", UnmetConstraints(0, 0, 0)),
        ("Quelle participation en 2013 ?", UnmetConstraints(0, 0, 0)),  # when it was published
        ("Que dit Anne Salem ?", UnmetConstraints(0, 0, 0.5)),
        ("Que veulent les 51 % ?", UnmetConstraints(0, 0, 0)),
        ("Où ?", UnmetConstraints(0, 0, 0)),
    ],
)
def test_what_a_question_names_is_looked_for(question: str, expected: UnmetConstraints) -> None:
    assert find_unmet(question, hit(TEXT, published=date(2013, 1, 2))) == expected


def test_the_title_and_the_grouping_of_digits_count() -> None:
    one = hit("Le port a reçu 15 000 visiteurs.", title="Nîmes en 2020")
    assert find_unmet("Les 15000 visiteurs de Nîmes en 2020 ?", one) == UnmetConstraints(0, 0, 0)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Pourquoi le maire a-t-il refusé l’offre ?", True),
        ("Pourquoi les habitants se réjouissent-ils de l’offre ?", True),
        ("Pourquoi le maire peut-il accepter l’offre ?", False),
        ("Pourquoi l’offre a-t-elle été refusée ?", True),
        ("Pourquoi le port s’appelle-t-il ainsi ?", False),
        ("Comment le maire voit-il l’offre ?", False),  # how it is told may differ
        ("Pourquoi l’offre ?", False),
        ("", False),
    ],
)
def test_an_event_that_a_question_rests_on_is_looked_for(question: str, expected: bool) -> None:
    one = hit("Le maire a accepté l’offre pour sauver le port.", title="Le port de Nîmes")
    assert takes_for_granted(question, one) is expected


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
