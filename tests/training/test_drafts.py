"""Samples made of questions: what they are asked, and whether the passage still answers."""

from __future__ import annotations

import re
from random import Random

import pytest

from training.drafts import Drafts, add_dated, add_near_misses, make_rankings
from training.near_misses import Names
from training.prepare import spread
from training.sources import TrainingQuestion, fingerprint, readable_title

PASSAGE = "La ville est gouvernée par Anne, qui succède à Paul."
QUESTION = TrainingQuestion(
    "made", "fr", "Ville", PASSAGE, "Qui gouverne la ville ?", (("Anne", 27),)
)


def years(text: str) -> set[str]:
    return set(re.findall(r"\d{4}", text))


def test_a_dated_question_asks_of_the_year_that_the_date_or_the_title_carries() -> None:
    drafts = Drafts()
    add_dated(drafts, QUESTION, Random(1))
    for sample in drafts.draw("dated", True, 40, Random(2)):
        assert sample.holds
        assert sample.text[sample.start : sample.end] == "Anne"
        assert years(sample.asked) == years(sample.day or sample.title)


def test_its_near_miss_asks_of_another_time() -> None:
    drafts = Drafts()
    add_dated(drafts, QUESTION, Random(1))
    samples = drafts.draw("near-miss-dated", True, 40, Random(2))
    assert not any(sample.holds for sample in samples)
    differing = [s for s in samples if years(s.asked) != years(s.day or s.title)]
    assert len(differing) > len(samples) / 2


def test_a_near_miss_is_never_dated_by_the_year_it_asks_of() -> None:
    question = TrainingQuestion(
        "made", "fr", "", "Anne gouverne en 2012.", "Qui gouverne en 2012 ?", (("Anne", 0),)
    )
    drafts = Drafts()
    add_near_misses(drafts, question, Names([]), Random(1))
    for sample in drafts.draw("near-miss-made", True, 60, Random(2)):
        assert years(sample.asked).isdisjoint(years(sample.day))


def test_a_ranking_is_the_answer_before_what_search_finds_without_it() -> None:
    towns = {
        "Lyon": "Anne",
        "Nantes": "Paul",
        "Lille": "Marie",
        "Rennes": "Hugo",
        "Metz": "Louis",
        "Brest": "Anne",  # the same name: no rival of Lyon's
    }
    questions = [
        TrainingQuestion(
            "made",
            "fr",
            town,
            f"À {town}, la mairie est tenue par {name} depuis dix ans.",
            f"Qui tient la mairie de {town} ?",
            ((name, len(f"À {town}, la mairie est tenue par ")),),
        )
        for town, name in towns.items()
    ]
    rankings = make_rankings(questions, Random(1))
    assert len(rankings) == len(towns)
    for own, *rivals in rankings:
        assert own.text[own.start : own.end] == towns[own.text.split(",")[0][2:]]
        assert own.holds
        assert len({rival.text for rival in rivals}) == 3
        assert {bool(rival.title) for rival in rivals} == {bool(own.title)}
        for rival in rivals:
            assert rival.asked == own.asked
            assert not rival.holds
            assert own.text[own.start : own.end] not in rival.text


def test_any_beginning_has_the_mix_of_the_whole() -> None:
    drafts = Drafts()
    add_dated(drafts, QUESTION, Random(1))
    groups = [
        drafts.draw(kind, True, n, Random(3))
        for kind, n in (("dated", 300), ("near-miss-dated", 100))
    ]
    beginning = spread(groups, Random(4))[:100]
    assert sum(sample.holds for sample in beginning) == pytest.approx(75, abs=2)


def test_titles_are_read_as_people_write_them() -> None:
    assert readable_title("<i>Looney_Tunes</i>") == "Looney Tunes"
    assert fingerprint("Sport") == fingerprint("Sport") != fingerprint("Sports")
