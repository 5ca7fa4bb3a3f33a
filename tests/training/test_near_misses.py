from __future__ import annotations

from random import Random

import pytest

from training.near_misses import Names, NearMiss, answer_year, make_near_misses

NAMES = Names(
    ("fr", f"Qui gouverne à {place} ?") for place in ("Lyon", "Turin", "Gand", "Brest", "Metz")
)


def make(question: str, passage: str, seed: int = 1) -> list[NearMiss]:
    return make_near_misses(question, "fr", passage, NAMES, Random(seed))


@pytest.mark.parametrize(
    ("question", "passage", "kind", "gone"),
    [
        ("Combien ont voté en 2012 ?", "En 2012, 51 % ont voté.", "year", "2012"),
        ("Que dit le RGAA 5 ?", "Le RGAA 5 dit peu.", "edition", "5"),
        ("Que fit Louis XIV ?", "Louis XIV régna.", "edition", "XIV"),
        ("Qui a vendu 300 lits ?", "Il a vendu 300 lits.", "number", "300"),
        ("Qui gouverne à Lyon ?", "Anne gouverne Lyon.", "place", "Lyon"),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_thing_is_exchanged(question: str, passage: str, kind: str, gone: str, seed: int) -> None:
    (miss,) = make(question, passage, seed)
    assert (miss.kind, miss.gone) == (kind, gone)
    assert miss.put not in passage
    assert miss.question == question.replace(gone, miss.put)


def test_the_year_of_an_answer_is_the_only_one_of_its_sentence() -> None:
    passage = "Il part en 1911. En 1912, Anne gouverne. Puis 1913 vient."
    start = passage.index("Anne")
    assert answer_year(passage, start, start + 4) == 1912
    both = "En 1912 et 1913, Anne gouverne."
    assert answer_year(both, both.index("Anne"), both.index("Anne") + 4) is None
