"""One event told by several is one story; what comes again day by day is not one event."""

from __future__ import annotations

from datetime import timedelta

from bot.digests.stories import find_stories
from index.article import Copy, Period
from tests.bot.digests.made import DAY, article, generation

PONT = article(
    "Le pont de Noirmont fermé",
    "Le pont de Noirmont a été fermé mercredi soir après la rupture d’un câble porteur.",
)
PONT_TOO = article(
    "Un câble rompt au pont de Noirmont",
    "La préfecture a fermé le pont de Noirmont : un câble porteur s’est rompu mercredi soir.",
    outlet="La Gazette",
)
PORT = article("Sardines à Kersaint", "La coopérative a débarqué 40 tonnes de sardines jeudi.")
SAME = {PONT.title: "pont", PONT_TOO.title: "pont"}
TODAY = Period(DAY, DAY)
WEEK = Period(DAY, DAY + timedelta(days=7))


def told(*articles, **more):  # type: ignore[no-untyped-def]
    made = generation(articles, more.pop("events", SAME))
    found = find_stories(made, more.pop("period", TODAY), "fr", **more)
    return [[each.title for each in story.articles] for story in found]


def test_the_same_event_in_other_words_is_one_story_told_by_both() -> None:
    stories = find_stories(generation([PORT, PONT, PONT_TOO], SAME), TODAY, "fr")
    assert [{each.title for each in story.articles} for story in stories] == [
        {PONT.title, PONT_TOO.title},
        {PORT.title},
    ]
    assert {stories[0].articles[0].outlet, *stories[0].also} == {"Le Phare", "La Gazette"}


def test_articles_that_only_share_their_meaning_or_their_words_are_two_stories() -> None:
    assert len(told(PONT, PORT, events={PONT.title: "accident", PORT.title: "accident"})) == 2
    later = article(PONT_TOO.title, PONT_TOO.text, DAY + timedelta(days=3), "La Gazette")
    assert len(told(PONT, later, period=WEEK)) == 2


def test_an_outlet_goes_on_with_its_own_story_on_another_day() -> None:
    tomorrow = DAY + timedelta(days=1)
    later = article(PONT_TOO.title, PONT_TOO.text, tomorrow)
    assert len(told(later, PONT, period=WEEK)) == 2
    stories = find_stories(generation([later, PONT], SAME), Period(tomorrow, tomorrow), "fr")
    assert [(story.articles, story.is_known) for story in stories] == [((later,), False)]


def test_a_story_that_was_told_is_known_when_another_outlet_has_it() -> None:
    tomorrow = DAY + timedelta(days=1)
    later = article(PONT_TOO.title, PONT_TOO.text, tomorrow, PONT_TOO.outlet)
    made = generation([later, PONT], SAME)
    for first, earlier in ((tomorrow, ()), (DAY, (PONT.id,))):
        stories = find_stories(made, Period(first, tomorrow), "fr", earlier=earlier)
        assert [(story.articles, story.is_known) for story in stories] == [((later,), True)]


def test_what_matters_comes_before_what_is_long_or_fresh() -> None:
    yesterday = DAY - timedelta(days=1)
    race = article(
        "Triathlon : Kersaint reçoit l’étape",
        "Le triathlon de Kersaint réunit dimanche les meilleurs mondiaux. " * 3,
    )
    attack = article(
        "Fusillade à Noirmont : 50 morts", "Une fusillade a fait 50 morts à Noirmont.", yesterday
    )
    first, *_ = told(race, attack, period=Period(yesterday, DAY))
    assert first == [attack.title]


def test_what_more_tell_comes_first_then_what_a_person_follows() -> None:
    copies = (Copy("c1", PORT.title, "a", "L’Écho"), Copy("c2", PORT.title, "b", "Le Matin"))
    copied = article(PORT.title, PORT.text, copies=copies)
    assert told(PONT, copied) == [[PORT.title], [PONT.title]]
    assert told(PONT, copied, subjects=["câble porteur"]) == [[PONT.title], [PORT.title]]
    assert told(PONT, copied, subjects=["câble électrique"]) == [[PORT.title], [PONT.title]]


def test_other_languages_other_days_and_what_was_told_are_left_out() -> None:
    english = article("The bridge", "The bridge was closed on Wednesday evening by the prefect.")
    old = article("Vieux", "Le pont est ouvert depuis mardi matin.", DAY - timedelta(days=1))
    assert told(PONT, english, old) == [[PONT.title]]
    assert told(PONT, PORT, earlier={PONT.id}) == [[PORT.title]]
    assert told() == []


def test_over_several_days_a_story_stands_behind_the_one_that_it_is_like() -> None:
    later = article(PONT_TOO.title, PONT_TOO.text, DAY + timedelta(days=2))
    made = generation([later, PORT, PONT], SAME)
    stories = find_stories(made, WEEK, "fr")
    titles = [story.articles[0].title for story in stories]
    at = titles.index(PONT.title)
    assert titles[at + 1] == later.title
    assert [story.goes_on for story in stories].index(True) == at + 1
