"""The day as a reader gets it: the sentences that tell the news, once, with both sides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.archive.lede import lede
from bot.digests.daily import make_daily
from bot.digests.script import Script
from index.article import Article, Period
from index.ingestion.passages import cut
from tests.bot.digests.made import DAY, article, generation

TODAY = Period(DAY, DAY)
TOLL = "La crue de la Vaure a fait 12 morts à Noirmont, selon la préfecture."
CRUE = article(
    "Crue de la Vaure",
    f"{TOLL} Elle a emporté deux ponts. En effet, il est tombé 90 mm de pluie en une heure. "
    "Que faire ? Voici le détail :",
)
CRUE_TOO = article(
    "Noirmont sous les eaux",
    "Sous les eaux, Noirmont pleure 14 morts après la crue de la Vaure, selon les secours.",
    outlet="La Gazette",
)
RISE = "La Vaure est montée de 3 mètres dans la nuit de lundi."


def texts(script: Script) -> list[str]:
    return [line.text for line in script.lines]


def chosen(made: Article) -> list[str]:
    return [quote.quote for quote in lede(made, cut(made)[0])]


def test_a_story_is_told_by_how_its_article_begins_after_whose_it_is_its_day_and_headline() -> None:
    told = texts(make_daily(generation([CRUE]), TODAY, "fr"))
    at = told.index("Selon Le Phare, le 26 mars\u00a0: «\u00a0Crue de la Vaure\u00a0».")
    assert told[at + 1] == TOLL


def test_the_two_voices_tell_one_story_each_in_turn() -> None:
    daily = make_daily(generation([CRUE, article("Le pont", RISE)]), TODAY, "fr")
    voices = [line.speaker for line in daily.lines if line.citation is not None]
    assert (voices[0], voices[-1]) == ("first", "second")


@pytest.mark.parametrize(
    "opening",
    [
        "Elle est la plus forte depuis 1910.",
        "Ces pluies surviennent dans un pays déjà touché.",
        "Cependant, la décrue est lente ce soir.",
        "« Nous avons eu très peur cette nuit », a-t-il déclaré.",
        "Voici ce que l’on sait de la crue : Faut-il reconstruire les deux ponts de la ville ?",
        "“The river has never been so high in this town,” said the mayor of the place.",
    ],
    ids=["pronoun", "demonstrative", "connective", "quote", "announcement", "other language"],
)
def test_what_leans_on_nothing_told_or_tells_no_news_is_left_out(opening: str) -> None:
    assert chosen(article("Crue", f"{opening} {RISE}", language="fr")) == [RISE]


def test_where_figures_differ_both_are_told_with_whose_they_are() -> None:
    same = {CRUE.title: "crue", CRUE_TOO.title: "crue"}
    daily = make_daily(generation([CRUE, CRUE_TOO], same), TODAY, "fr")
    told, quotes = texts(daily), " ".join(quote.quote for quote in daily.quotes)
    assert "12 morts" in quotes
    assert "14 morts" in quotes
    at = told.index("Les articles ne donnent pas le même chiffre\u00a0:")
    assert told[at + 1].startswith("Selon L")
    assert "Aussi chez La Gazette." in told or "Aussi chez Le Phare." in told


def test_the_sentence_that_carries_the_headline_is_told_first() -> None:
    resigned = "Le maire de Noirmont, Paul Kerdoncuff, a démissionné jeudi matin."
    text = f"La politique réserve bien des surprises aux habitants du littoral. {resigned}"
    assert chosen(article("Le maire de Noirmont démissionne", text))[0] == resigned


def test_the_newest_of_a_story_is_told_and_what_was_before_it_named() -> None:
    before = article(CRUE.title, CRUE.text, DAY - timedelta(days=1))
    after = article(
        "Crue de la Vaure\u00a0: les ponts reconstruits",
        "Les deux ponts que la Vaure avait emportés seront reconstruits au printemps prochain.",
    )
    market = article("Élection à Kersaint", "Le maire de Kersaint a été élu dimanche soir.")
    events = {before.title: "crue", after.title: "crue"}
    period = Period(DAY - timedelta(days=1), DAY)
    daily = make_daily(generation([before, after, market], events), period, "fr")
    told = texts(daily)
    earlier = told.index("Plus tôt, le 25 mars\u00a0: «\u00a0Crue de la Vaure\u00a0».")
    assert told[earlier - 1] == after.text
    assert TOLL not in told
    assert {before.id, after.id} <= {source.id for source in daily.sources}
    titles = [f"«\u00a0{made.title}\u00a0»." for made in (after, market)]
    assert told[1] == "Les titres."
    assert sorted(told[2:4]) == sorted(titles)


def test_yesterday_is_said_with_its_day_or_not_at_all() -> None:
    opened, closed = "Le pont a rouvert hier à Noirmont.", "La gare a fermé hier à Kersaint."
    day_before = DAY - timedelta(days=1)
    made = article("Le pont rouvre à Noirmont", f"{opened} {closed}", day_before)
    told = texts(make_daily(generation([made]), Period(day_before, DAY), "fr"))
    assert told[told.index(opened) + 1] == "Soit le 24 mars."
    assert closed not in told


def test_nothing_new_is_said_with_the_day_of_the_newest() -> None:
    tomorrow = DAY + timedelta(days=1)
    told = make_daily(generation([CRUE]), Period(tomorrow, tomorrow), "fr")
    shown = [line.text for line in told.lines if not line.aloud]
    newest = "L’article le plus récent est du 26 mars 2026."
    assert (told.quotes, shown) == ((), ["Rien de neuf en français le 27 mars 2026.", newest])
    told = make_daily(generation([CRUE]), TODAY, "en")
    assert texts(told)[-1] == "Nothing new in English on 26 March 2026."


def test_what_a_person_follows_comes_first_and_is_said() -> None:
    other = article("Marché", "Le marché de Kersaint a rouvert mercredi avec 40 forains.")
    told = make_daily(generation([other, CRUE]), TODAY, "fr", ["crue Vaure"])
    assert told.quotes[0].quote == TOLL
    assert "Vous suivez\u00a0: crue Vaure" in texts(told)
