from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from index.article import Period
from index.text.dates import (
    MONTH_NUMBERS,
    find_date,
    find_moment,
    moment_and_rest,
    month_names,
    period_around,
)
from index.text.event_days import find_event_days
from index.text.moments import find_moments
from index.text.patterns import one_of

DAY = date(2025, 8, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Publié le 29 août 2025", DAY),
        ("29 aout 2025 à 10h30", DAY),
        ("Published on August 29, 2025", DAY),
        ("Aug. 29th, 2025", DAY),
        ("29 August 2025", DAY),
        ("2025-08-29T10:00:00Z", DAY),
        ("29/08/2025", DAY),
        ("08/29/2025", DAY),
        ("29.8.2025", DAY),
        ("29 de agosto de 2025", DAY),
        # They look as if they could be read in two ways, and cannot.
        ("1er mars 2024", date(2024, 3, 1)),
        ("04.03.2024", date(2024, 3, 4)),
        ("", None),
        ("août 2025", None),
        ("03/04/2025", None),
        ("31 février 2025", None),
        ("129 août 20255", None),
    ],
)
def test_a_clear_date_is_read_and_an_unclear_one_is_none(text: str, day: date | None) -> None:
    assert find_date(text) == day


TWO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Publié le 29 août 2025 à 10h30", datetime(2025, 8, 29, 10, 30)),
        ("29 août 2025 à 10h", datetime(2025, 8, 29, 10)),
        ("29. August 2025 um 10.30 Uhr", datetime(2025, 8, 29, 10, 30)),
        ("August 29, 2025 at 5 p.m.", datetime(2025, 8, 29, 17)),
        ("Aug. 29, 2025 12:05 am GMT", datetime(2025, 8, 29, 0, 5, tzinfo=UTC)),
        ("29 août 2025 à 8h05 (heure de Paris)", datetime(2025, 8, 29, 8, 5, tzinfo=TWO)),
        ("2025-08-29T10:30:00Z", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("Fri, 29 Aug 2025 10:30:00 GMT", datetime(2025, 8, 29, 10, 30, tzinfo=UTC)),
        ("29 août 2025", date(2025, 8, 29)),
        ("29 août 2025, 12.50 euros", date(2025, 8, 29)),
        ("29 août 2025 à 25h30", date(2025, 8, 29)),
        ("29 août 2025 à 12 km de Lyon", date(2025, 8, 29)),
        ("à 10h30", None),
    ],
)  # fmt: skip
def test_a_time_is_read_where_it_is_told(text: str, moment: date | datetime | None) -> None:
    found = find_moment(text)
    assert found == moment
    assert type(found) is type(moment)
    if isinstance(found, datetime) and isinstance(moment, datetime):
        assert found.utcoffset() == moment.utcoffset()


def test_what_stands_around_a_moment_is_told() -> None:
    moment, rest = moment_and_rest("Le 29 août 2025 à 10h30, dans Vie locale")
    assert moment == datetime(2025, 8, 29, 10, 30)
    assert rest.split() == ["le", ",", "dans", "vie", "locale"]
    assert moment_and_rest("Rien") == (None, "rien")


@pytest.mark.parametrize("language", ["fr", "en", "es", "de", "it", "pt", "nl"])
def test_every_language_has_twelve(language: str) -> None:
    assert {MONTH_NUMBERS.get(name, 0) for name in month_names(language)} - {0} == set(range(1, 13))


def test_names_are_found_with_and_without_their_accents() -> None:
    pattern = re.compile(one_of(month_names("fr", "en")))
    assert pattern.findall("août, aout, may, mai, enero") == ["août", "aout", "may", "mai"]


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("day", date(2024, 2, 29), date(2024, 2, 29)),
        ("week", date(2024, 2, 26), date(2024, 3, 3)),
        ("month", date(2024, 2, 1), date(2024, 2, 29)),
        ("year", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_period_is_the_days_around_one(unit: str, first: date, last: date) -> None:
    assert period_around(date(2024, 2, 29), unit) == Period(first, last)


def read(text: str) -> list[tuple[int | None, int | None, int | None]]:
    return [(moment.year, moment.month, moment.day) for moment in find_moments(text)]


@pytest.mark.parametrize(
    "text",
    ["le 4 juillet 1934", "July 4, 1934", "4 July 1934", "July 4th, 1934", "1934-07-04",
     "04/07/1934", "4 de julio de 1934"],
)  # fmt: skip
def test_a_day_is_the_same_however_it_is_written(text: str) -> None:
    assert read(text) == [(1934, 7, 4)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("en septembre 1928", [(1928, 9, None)]),
        ("le 1er juin", [(None, 6, 1)]),
        ("le 12 mars et en mai 2012", [(None, 3, 12), (2012, 5, None)]),
        ("2 000 chênes", []),
    ],
)
def test_parts_of_a_date(text: str, told: list[tuple[int | None, int | None, int | None]]) -> None:
    assert read(text) == told


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
