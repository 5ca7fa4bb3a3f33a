"""Requests in plain words: the function, the subject and the period."""

from __future__ import annotations

from datetime import date

import pytest

from bot.archive.plain_words import parse_function
from bot.archive.quotes import split_topic
from index.article import Period

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("message", "function", "subject"),
    [
        ("Chronologie de la mission Rosetta", "chronology", "mission Rosetta"),
        ("fais-moi une chronologie de l’affaire Benalla", "chronology", "affaire Benalla"),
        ("Quelles sont les grandes dates de Rosetta ?", "chronology", "Rosetta"),
        ("Give me a timeline of the Rosetta mission", "chronology", "Rosetta mission"),
        ("Retrace l’histoire des gilets jaunes.", "chronology", "gilets jaunes"),
        ("Rosetta : chronologie svp", "chronology", "Rosetta"),
        ("Fais le point sur les gilets jaunes", "overview", "gilets jaunes"),
        ("Catalogne : où en est-on ?", "overview", "Catalogne"),
        ("Que sait-on de Rosetta ?", "overview", "Rosetta"),
        ("Fiche sur Emmanuel Macron", "dossier", "Emmanuel Macron"),
        ("C’est quoi Air Lot ? Monte-moi une fiche.", "dossier", "Air Lot"),
        ("dossier Air Lot (la compagnie)", "dossier", "Air Lot"),
        ("Résume l’article sur Rosetta", "summary", "Rosetta"),
        ("Qui est pour et qui est contre la réforme ?", "positions", "réforme"),
        ("Toutes les citations de Donald Trump", "quotes", "Donald Trump"),
        ("Du nouveau pour Bolt ?", "latest", "Bolt"),
        ("Quels pays ont signé le traité ?", "list", "pays ont signé le traité"),
        ("combien de papiers sur le Burundi ?", "count", "Burundi"),
        ("combien de fois avez-vous parlé du Burundi ?", "count", "Burundi"),
        ("combien de fois le journal a-t-il parlé du Burundi ?", "count", "Burundi"),
        ("les nouvelles les plus récentes du Burundi", "latest", "Burundi"),
        ("combien d’articles parlent du Burundi ?", "count", "Burundi"),
        ("qu’avez-vous publié sur le Burundi ?", "articles", "Burundi"),
        ("historique de la sonde Juno", "chronology", "sonde Juno"),
        ("Montrez-moi vos articles sur Jean Ferrat", "articles", "Jean Ferrat"),
        ("Retracez-moi l’histoire de la banque", "chronology", "banque"),
        ("Compare l’acte IV et l’acte V", "comparison", "acte IV et l’acte V"),
        ("Affaire Zed : déroulé complet des faits", "chronology", "Affaire Zed"),
        ("Le pont, les partisans et les opposants", "positions", "pont"),
        ("macron, ses citations en 2016", "quotes", "macron"),
        ("What did Anna Rossi say after Rio?", "quotes", "Anna Rossi say after Rio"),
        ("Quels papiers avez-vous publiés sur Haïti ?", "articles", "Haïti"),
        ("Quels pays ont signé, d’après vos articles ?", "list", "pays ont signé"),
    ],
)
def test_a_function_and_its_subject_are_found(message: str, function: str, subject: str) -> None:
    request = parse_function(message, TODAY)
    assert request is not None
    assert (request.function, request.subject) == (function, subject)


@pytest.mark.parametrize(
    ("message", "intent", "name", "function", "subject"),
    [
        (
            "calendrier des événements de la crise à Nice",
            "chronology",
            "la crise",
            "chronology",
            "crise à Nice",
        ),
        ("Rappelle la crise à Nice pas à pas", "summary", "crise", "chronology", "crise à Nice"),
        ("Résume ce qu’on sait de la crise", "summary", "la crise", "overview", "crise"),
        ("L’article sur la crise, en trois phrases", "articles", "la crise", "summary", "crise"),
        ("Trouve les textes qui évoquent Nice", "articles", "Nice", "articles", "Nice"),
        ("Que reproche Rossi à Petit ?", "question", "Rossi", "quotes", "Rossi à Petit"),
        (
            "phrases d’Anna Rossi sur le pont",
            "quotes",
            "le pont",
            "quotes",
            "Anna Rossi sur le pont",
        ),
        ("Pont : qui le défend, qui le critique ?", "question", "Pont", "positions", "Pont"),
        ("Fiche d’identité : l’Air Lot", "dossier", "l’Air Lot", "dossier", "Air Lot"),
    ],
)
def test_what_the_message_was_read_as_tells_where_its_subject_begins(
    message: str, intent: str, name: str, function: str, subject: str
) -> None:
    request = parse_function(message, TODAY, intent, name=name)
    assert request is not None
    assert (request.function, request.subject) == (function, subject)


@pytest.mark.parametrize(
    "message",
    [
        "Quel est le bilan de l’attentat ?",
        "Qui instruit le dossier Fillon ?",
        "Que dit la loi ?",
        "Quel est le chrono d’Anna Rossi au marathon ?",
        "Que dit l’article sur Lascaux ?",
        "Que disent les articles sur Anna Rossi ?",
    ],
)
def test_other_messages_are_no_request(message: str) -> None:
    assert parse_function(message, TODAY) is None


def test_what_a_message_was_taken_for_is_its_function_without_words_of_another() -> None:
    request = parse_function("l’économie burundaise", TODAY, "overview")
    assert request is not None
    assert (request.function, request.subject) == ("overview", "économie burundaise")
    assert parse_function("l’économie burundaise", TODAY, "question") is None


@pytest.mark.parametrize(
    ("message", "period"),
    [
        ("chronologie de la crise au printemps 2016", Period(date(2016, 3, 1), date(2016, 5, 31))),
        ("chronologie crise automne 2016", Period(date(2016, 9, 1), date(2016, 11, 30))),
        ("articles sur Mars de mars 2024", Period(date(2024, 3, 1), date(2024, 3, 31))),
        ("résume l’article du 3 mars 2024 sur Mars", Period(date(2024, 3, 3), date(2024, 3, 3))),
        (
            "liste des crues qui ont eu lieu en janvier, février et mars 2017",
            Period(date(2017, 1, 1), date(2017, 3, 31)),
        ),
        # The day is the event's and not the article's.
        ("chronologie de l’attentat du 14 juillet 2016", None),
    ],
)
def test_a_period_is_cut_from_the_subject(message: str, period: Period | None) -> None:
    request = parse_function(message, TODAY)
    assert request is not None
    assert request.period == period


@pytest.mark.parametrize(
    ("words", "both"),
    [
        ("Macron sur l’Europe", ("Macron", "Europe")),
        ("Fillon à propos de sa montre", ("Fillon", "sa montre")),
        ("Trump say about Russia", ("Trump", "Russia")),
        ("Guy Petit au sujet d’Uber", ("Guy Petit", "Uber")),
        ("président Macron en quittant la salle", ("Macron", "quittant la salle")),
        ("sélectionneur des Bleus après la finale", ("sélectionneur des Bleus", "finale")),
    ],
)
def test_a_person_and_a_topic_are_told_apart(words: str, both: tuple[str, str]) -> None:
    assert split_topic(words) == both


@pytest.mark.parametrize(
    ("subject", "forms"), [("North Korea", ("Corée du Nord",)), ("the cup of France", ())]
)
def test_an_english_country_is_also_looked_for_in_french(
    subject: str, forms: tuple[str, ...]
) -> None:
    request = parse_function(f"Timeline of {subject}", TODAY)
    assert request is not None
    assert request.forms == forms


@pytest.mark.parametrize(
    "message", ["Comment s’appelle finalement l’histoire ?", "Les clubs par lesquels il est passé"]
)
def test_a_word_alone_asks_for_no_function(message: str) -> None:
    assert parse_function(message, TODAY) is None


def test_only_two_subjects_are_compared() -> None:
    assert parse_function("Les clubs par lesquels il est passé", TODAY, "comparison") is None
