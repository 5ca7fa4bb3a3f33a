"""Chronologies."""

from __future__ import annotations

from datetime import date

import pytest

from bot.answer import Answer
from bot.archive.archive import Archive
from bot.archive.request import ArchiveRequest
from index.article import Article, Period
from index.search.confidence import Thresholds
from tests.bot.archive.made import searcher_over, told

LAUNCH = told(
    "Rosetta est lancée",
    "La sonde Rosetta a été lancée mardi à Kourou. La sonde atteindra la comète en août 2014.",
    "2004-03-03",
)
LANDING = told(
    "Philae se pose",
    "Le robot de Rosetta s’est posé mercredi sur la comète. Il dort depuis samedi à l’ombre.",
    "2014-11-16",
)
END = told(
    "Rosetta s’achève",
    "La mission Rosetta a pris fin vendredi, douze ans après le départ. Quel voyage, mardi 4 !",
    "2016-10-01",
)
STONE = told("Une pierre", "La Rosetta Stone a été trouvée le 15 juillet 1799.", "2016-10-02")


def chronology(subject: str, *articles: Article, period: Period | None = None) -> Answer:
    question = f"Chronologie de {subject}"
    with searcher_over(*articles) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.0))
        return archive.call(ArchiveRequest("chronology", subject, period, "", question, "fr"))


def test_events_stand_in_the_order_of_their_days_with_how_exact_they_are() -> None:
    answer = chronology("Rosetta", END, LANDING, LAUNCH, STONE)
    assert [statement.label for statement in answer.statements] == [
        "2 mars 2004",
        "août 2014",
        "12 novembre 2014",
        "article du 16 novembre 2014",
        "30 septembre 2016",
    ]
    assert answer.statements[-1].text.startswith("La mission Rosetta a pris fin vendredi")
    assert answer.statements[0].heading == (
        "5 dates, d’après 3 articles. Aucune date entre le 16 novembre 2014 et le 30 septembre "
        "2016. Laissé de côté, car ce nom y est celui d’autre chose\u00a0: "
        "«\u00a0Une pierre\u00a0»."
    )
    assert answer.verbatim


def test_a_line_that_leans_on_the_sentence_before_it_stands_below_it() -> None:
    text = (
        "La sonde Rosetta quitte Kourou. L’année suivante, en mars 2005, Rosetta frôle la Terre. "
        "Mais Rosetta s’est tue le 8 juin 2011."
    )
    answer = chronology("Rosetta", told("Rosetta", text, "2014-11-16"))
    leads = {
        statement.days.first.year: citation.lead and citation.lead.text
        for statement, citation in zip(answer.statements, answer.citations, strict=True)
        if statement.days is not None
    }
    assert leads[2005] == "La sonde Rosetta quitte Kourou."
    assert leads[2011] is None  # it is the line before


def test_a_shortened_chronology_tells_how_many_dates_are_not_shown() -> None:
    text = " ".join(
        f"Rosetta observe zone{one} et {other} le {day} mai {year}."
        for year, one in zip(range(2004, 2016), "abcdefghijkl", strict=True)
        for day, other in ((3, "Mars"), (9, "Vénus"))
    )
    answer = chronology("Rosetta", told("Rosetta", text, "2016-10-01"))
    assert "4 autres ne sont pas montrées" in (answer.statements[0].heading or "")


def test_a_period_is_that_of_the_events() -> None:
    period = Period(date(2014, 1, 1), date(2014, 12, 31))
    answer = chronology("Rosetta", END, LANDING, LAUNCH, period=period)
    assert [statement.label for statement in answer.statements] == [
        "août 2014",
        "12 novembre 2014",
        "article du 16 novembre 2014",
    ]
    assert answer.period is None  # the articles are of other years


def test_an_event_told_twice_stands_once_with_its_most_exact_day() -> None:
    again = told("Rosetta finit", "La mission Rosetta a pris fin le 30 septembre.", "2016-11-02")
    vague = told("La fin de Rosetta", "La mission Rosetta a pris fin en septembre.", "2016-12-02")
    answer = chronology("Rosetta", vague, again)
    assert [statement.label for statement in answer.statements] == ["30 septembre 2016"]


def test_of_two_figures_of_one_event_both_are_shown() -> None:
    one = told(
        "L’attentat de Nice", "L’attentat de Nice a fait 84 morts le 14 juillet.", "2016-07-15"
    )
    other = told("Nice en deuil", "L’attentat de Nice a fait 86 morts le 14 juillet.", "2016-08-20")
    answer = chronology("attentat de Nice", one, other)
    assert sorted(statement.label for statement in answer.statements) == [
        "14 juillet 2016",
        "14 juillet 2016, autre chiffre",
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (
            "Gerbert est élu à Reims en 1911. Gerbert meurt à Rome en décembre de la même année.",
            ["1911"],
        ),
        (
            "Gerbert meurt le 22 mai 1885. Le 1er juin, une foule suit Gerbert au cimetière.",
            ["22 mai 1885"],
        ),
        (
            "Le feu prend chez Gerbert le 15 avril 2009. Vers 20 heures, Gerbert sort de la tour.",
            ["15 avril 2009"],
        ),
        (
            "Il y a dix ans aujourd’hui, le 12 novembre 2014, Gerbert touchait le sol.",
            ["12 novembre 2014"],
        ),
        ("Gerbert écrit en 1856\u00a0: «\u00a0Demain, dès l’aube, je partirai.\u00a0»", ["1856"]),
        (
            "Gerbert est né à Aurillac en 1950. Gerbert a été élu hier à Reims. "
            "Le 3 mars, Gerbert a parlé à Lyon.",
            ["1950", "3 mars 2024", "11 novembre 2024"],
        ),
    ],
)
def test_a_day_without_a_year_is_not_the_articles_where_years_ago_are_told(
    text: str, days: list[str]
) -> None:
    answer = chronology("Gerbert", told("Gerbert", text, "2024-11-12"))
    assert [statement.label for statement in answer.statements] == days
