"""Near misses: one thing exchanged, only where the passage names it."""

from __future__ import annotations

from random import Random

import pytest

from training.near_misses import (
    Names,
    NearMiss,
    add_year,
    answer_year,
    contraries,
    make_contraries,
    make_near_misses,
    other_year,
)

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
def test_a_thing_is_exchanged_for_its_like(
    question: str, passage: str, kind: str, gone: str, seed: int
) -> None:
    (miss,) = make(question, passage, seed)
    assert (miss.kind, miss.gone) == (kind, gone)
    assert miss.put not in passage
    assert miss.question == question.replace(gone, miss.put)


def test_what_the_passage_does_not_name_stays() -> None:
    assert make("Combien ont voté en 2012 ?", "51 % ont voté.") == []
    assert make("Qui gouverne à Lyon ?", "Anne gouverne.") == []


def test_the_same_seed_makes_the_same_near_misses() -> None:
    question, passage = "Qui gouverne à Lyon en 2012 ?", "Anne gouverne Lyon en 2012."
    assert make(question, passage, 3) == make(question, passage, 3)


@pytest.mark.parametrize(
    ("question", "passage", "made"),
    [
        (
            "Pourquoi a-t-il accepté l’offre ?",
            "Il l’a signée.",
            ["Pourquoi a-t-il refusé l’offre ?"],
        ),
        ("Qui gagne le match ?", "Lyon bat Metz.", ["Qui perd le match ?"]),
        ("Pourquoi a-t-il accepté l’offre ?", "Il l’a refusé hier, accepté ensuite.", []),
        ("Qui l’accepte ?", "Lyon.", []),
        ("Combien de points ?", "Dix.", []),
    ],
)
def test_a_word_is_exchanged_for_its_contrary(question: str, passage: str, made: list[str]) -> None:
    assert [each.question for each in make_contraries(question, "fr", passage)] == made


def test_contraries_are_words_of_their_language_and_never_the_word_itself() -> None:
    for language in ("fr", "en"):
        assert all(word != other for word, other in contraries(language).items())
    assert contraries("fr")["condamnée"] == "relaxée"
    assert not contraries("es")


def test_a_year_is_added_before_the_question_mark_or_in_front() -> None:
    added = {add_year("Qui gouverne ?", "fr", 2012, Random(seed)) for seed in range(20)}
    assert added == {"Qui gouverne en 2012 ?", "En 2012, qui gouverne ?"}
    assert add_year("Who rules?", "en", 2012, Random(1), month=5) == "Who rules in May 2012?"


def test_no_year_is_added_where_a_time_is_told_or_asked() -> None:
    assert add_year("Qui gouverne en 1900 ?", "fr", 2012, Random(1)) is None
    assert add_year("Quand gouverne-t-il ?", "fr", 2012, Random(1)) is None


def test_another_year_is_not_one_that_is_seen() -> None:
    seen = " ".join(str(year) for year in range(1900, 2030) if year != 2013)
    years = {other_year(2012, seen, Random(seed)) for seed in range(50)}
    assert years <= {2013, None} | set(range(1900))
    assert 2013 in years


def test_the_year_of_an_answer_is_the_only_one_of_its_sentence() -> None:
    passage = "Il part en 1911. En 1912, Anne gouverne. Puis 1913 vient."
    start = passage.index("Anne")
    assert answer_year(passage, start, start + 4) == 1912
    both = "En 1912 et 1913, Anne gouverne."
    assert answer_year(both, both.index("Anne"), both.index("Anne") + 4) is None
