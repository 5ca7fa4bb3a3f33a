"""Days that sentences speak of."""

from __future__ import annotations

from datetime import date

import pytest

from index.text.event_days import find_event_days

SATURDAY = date(2016, 10, 1)


@pytest.mark.parametrize(
    ("sentence", "first", "last", "exactness"),
    [
        ("Il est mort hier à Paris.", "2016-09-30", "2016-09-30", "day"),
        ("Rosetta s’est écrasée vendredi.", "2016-09-30", "2016-09-30", "day"),
        ("Il a voté samedi.", "2016-10-01", "2016-10-01", "day"),
        ("Le vote aura lieu mardi.", "2016-10-04", "2016-10-04", "day"),
        ("Ils votent mardi prochain.", "2016-10-04", "2016-10-04", "day"),
        ("Lancée le 2 mars 2004, elle vole.", "2004-03-02", "2004-03-02", "day"),
        ("Du 3 au 5 septembre, ils ont voté.", "2016-09-03", "2016-09-03", "day"),
        ("Le 1 er mai, il défile.", "2016-05-01", "2016-05-01", "day"),
        ("Le 11 novembre, la mission s’achèvera.", "2016-11-11", "2016-11-11", "day"),
        ("Suivront des passages jusqu’au 15 juin.", "2017-06-15", "2017-06-15", "day"),
        ("Le 11 novembre, elle est née.", "2016-11-11", "2016-11-11", "day"),
        ("Le 20 février, elle est née.", "2016-02-20", "2016-02-20", "day"),
        ("Début juillet, il part.", "2016-07-01", "2016-07-10", "part"),
        ("Fin février 2016, il part.", "2016-02-21", "2016-02-29", "part"),
        ("En mars, ils ont gagné.", "2016-03-01", "2016-03-31", "month"),
        ("En août 2014, elle arrive.", "2014-08-01", "2014-08-31", "month"),
        ("La semaine dernière, il a plu.", "2016-09-19", "2016-09-25", "week"),
        ("Le mois dernier, il a plu.", "2016-09-01", "2016-09-30", "month"),
        ("L’an dernier, il a plu.", "2015-01-01", "2015-12-31", "year"),
        ("Il a voté le 2016-03-05.", "2016-03-05", "2016-03-05", "day"),
        ("En 2012, elle fut élue.", "2012-01-01", "2012-12-31", "year"),
        ("Il y a trois jours, il partait.", "2016-09-28", "2016-09-28", "day"),
        ("L’été dernier, la crise éclate.", "2016-06-01", "2016-08-31", "season"),
        ("L’été 2015, la crise éclate.", "2015-06-01", "2015-08-31", "season"),
        ("They left on March 3, 2015.", "2015-03-03", "2015-03-03", "day"),
        ("They met yesterday.", "2016-09-30", "2016-09-30", "day"),
        ("They met two months ago.", "2016-08-01", "2016-08-31", "month"),
    ],
)
def test_days_are_resolved_from_the_article_s(
    sentence: str, first: str, last: str, exactness: str
) -> None:
    days = [day for day in find_event_days(sentence, SATURDAY) if not day.is_aside]
    assert days, sentence
    period = days[0].period
    assert (str(period.first), str(period.last), days[0].exactness) == (first, last, exactness)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ils ont marché sur Mars.",
        "They may leave.",
        "L’Euro 2016 a coûté 2000 euros.",
        "Le Printemps arabe a commencé.",
        "Il a été élu.",
        "Il a un enfant, aujourd’hui âgé de dix ans.",
        "1 200 personnes sont venues.",
        "Le 31 février 2016 n’existe pas.",
        "En mai 0000, rien.",
    ],
)
def test_what_is_no_day(sentence: str) -> None:
    assert not find_event_days(sentence, SATURDAY)


@pytest.mark.parametrize(
    "sentence",
    [
        "Le candidat à la présidentielle de mai prochain parle.",
        "Elle veille depuis 2009.",
        "Il a puni l’attaque chimique de mardi.",
        "Il y a un an, le taux était de 10 %.",
    ],
)
def test_days_of_a_noun_or_of_a_beginning_are_set_aside(sentence: str) -> None:
    assert all(day.is_aside for day in find_event_days(sentence, SATURDAY))


def test_without_a_day_of_the_article_only_whole_dates_are_known() -> None:
    assert not find_event_days("Il est mort hier, le 3 mai.", None)
    assert len(find_event_days("Il est mort le 3 mai 2012, en 2012.", None)) == 2
