"""The day as a reader gets it: the sentences that tell the news, once."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

import pytest

from bot.archive.lede import lede
from bot.digests.daily import make_daily, newest_day
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
PONT = article(
    "Le pont de Noirmont", "Le pont de Noirmont a été fermé mercredi soir par la préfecture."
)
RISE = "La Vaure est montée de 3 mètres dans la nuit de lundi."


def texts(script: Script) -> list[str]:
    return [line.text for line in script.lines]


def chosen(made: Article) -> list[str]:
    return [quote.quote for quote in lede(made, cut(made)[0])]


def test_a_story_is_told_by_how_its_article_begins_after_what_is_not_said_yet() -> None:
    told = texts(make_daily(generation([CRUE]), TODAY, "fr"))
    assert told[1:4] == ["Source\u00a0: Le Phare.", "À la une.", TOLL]
    other = article("Tempête à Noirmont", RISE, outlet="La Gazette")
    told = texts(make_daily(generation([CRUE, other]), TODAY, "fr"))
    assert told[told.index(TOLL) - 1] == "Selon Le Phare\u00a0:"
    headline = "Selon La Gazette\u00a0: «\u00a0Tempête à Noirmont\u00a0»."
    assert told[told.index(RISE) - 1] == headline


def test_one_voice_names_a_story_another_reads_and_neither_says_more_than_four_sentences() -> None:
    market = (
        "Le marché de Kersaint a rouvert mercredi avec 40 forains. La halle a été repeinte en bleu "
        "et en blanc. Les poissonniers de Noirmont sont revenus avec leurs étals. La fontaine "
        "de la place coule de nouveau. Un orchestre a joué toute la matinée sous les arbres. Le "
        "maire de Kersaint est venu avec les enfants des écoles."
    )
    daily = make_daily(generation([article("Marché", market)]), TODAY, "fr")
    turns = groupby(daily.lines, key=lambda line: line.speaker)
    voices = [(speaker, len(list(lines))) for speaker, lines in turns]
    assert voices == [("first", 3), ("second", 4), ("first", 3)]


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


def test_the_others_with_the_same_news_are_named() -> None:
    same = {CRUE.title: "crue", CRUE_TOO.title: "crue"}
    daily = make_daily(generation([CRUE, CRUE_TOO], same), TODAY, "fr")
    assert {"Aussi chez La Gazette.", "Aussi chez Le Phare."} & set(texts(daily))
    assert len({quote.article.id for quote in daily.quotes}) == 1


def test_the_sentence_that_carries_the_headline_is_told_first() -> None:
    resigned = "Le maire de Noirmont, Paul Kerdoncuff, a démissionné jeudi matin."
    text = f"La politique réserve bien des surprises aux habitants du littoral. {resigned}"
    assert chosen(article("Le maire de Noirmont démissionne", text))[0] == resigned


def test_what_the_day_before_told_is_a_headline_and_its_sequel_a_story() -> None:
    before = article(CRUE.title, CRUE.text, DAY - timedelta(days=1))
    sequel = article(
        "Crue de la Vaure\u00a0: les ponts reconstruits",
        "Les deux ponts que la Vaure avait emportés seront reconstruits au printemps prochain.",
    )
    made = {before.title: "crue", sequel.title: "crue", CRUE_TOO.title: "crue"}
    daily = make_daily(generation([before, CRUE_TOO, sequel], made), TODAY, "fr")
    assert [quote.quote for quote in daily.quotes] == [sequel.text]
    daily = make_daily(generation([before, CRUE_TOO, PONT], made), TODAY, "fr")
    assert [quote.quote for quote in daily.quotes] == [PONT.text]
    again = f"Toujours dans l’actualité\u00a0: «\u00a0{CRUE_TOO.title}\u00a0»."
    assert texts(daily)[-2] == again
    assert {source.id for source in daily.sources} == {CRUE_TOO.id, PONT.id}
    daily = make_daily(generation([before, CRUE_TOO], made), TODAY, "fr")
    assert texts(daily)[-2:] == ["Rien de neuf en français le 26 mars 2026.", again]


def test_up_to_three_headlines_come_first() -> None:
    port = article("Sardines", "La coopérative de Kersaint a débarqué 40 tonnes de sardines jeudi.")
    made = [CRUE, PONT, port, article("Marché", "Le marché de Vaucelles a rouvert sous la halle.")]
    told = texts(make_daily(generation(made), TODAY, "fr"))
    assert told[2] == "Les titres."
    assert [line.startswith("«\u00a0") for line in told[3:7]] == [True, True, True, False]


def test_the_newest_day_with_articles_in_the_language_is_known() -> None:
    made = generation([CRUE, article("Bridge", "It is open.", DAY + timedelta(1), language="en")])
    assert newest_day(made, "fr", DAY + timedelta(9)) == DAY
    assert newest_day(made, "fr", DAY - timedelta(1)) is None


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
