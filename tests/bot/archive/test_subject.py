"""Which articles are on a subject."""

from __future__ import annotations

import pytest

from bot.archive.subject import SubjectName, find_subject
from index.article import Article
from tests.bot.archive.made import searcher_over, told

MALI = told("Un sommet", "Le Mali accueille le sommet. La ville est prête.")
BAD = told("Un malheur", "Les mals de dos font mal à tous. Rien de mal ici.")
PROBE = told("Rosetta se pose", "La sonde Rosetta s’est posée. Rosetta dort.")
STONE = told("Une pierre", "La Rosetta Stone est au musée.")
HAMON = told("Hamon gagne", "Benoît Hamon gagne la primaire. Hamon remercie ses soutiens.")
WIFE = told("Un emploi", "Gabrielle Hamon dément. Elle parlera lundi.")
VELO = told("Pistes", "La ville ouvre une piste cyclable en 2020. Les vélos roulent.")


def titles(subject: str, *articles: Article, question: str = "") -> list[str]:
    with searcher_over(*articles) as searcher:
        found = find_subject(searcher, subject, question=question)
        return sorted(article.article.title for article in found.articles)


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("Mali", ["Un sommet"]),
        ("mali", ["Un sommet"]),
        ("la Rosetta", ["Rosetta se pose"]),
        ("Benoît Hamon", ["Hamon gagne"]),
        ("benoit hamon", ["Hamon gagne"]),
        ("piste cyclable", ["Pistes"]),
        ("pistes cyclables", ["Pistes"]),
        ("vélo", ["Pistes"]),
        ("cyclable sonde", []),
        ("Zambie", []),
        ("le de la", []),
    ],
)
def test_an_article_on_a_subject_has_its_words_and_no_stems(subject: str, found: list[str]) -> None:
    assert titles(subject, MALI, BAD, PROBE, STONE, HAMON, WIFE, VELO) == found


def test_a_name_within_another_name_is_told_apart() -> None:
    with searcher_over(PROBE, STONE, HAMON, WIFE) as searcher:
        found = find_subject(searcher, "Rosetta")
        assert [homonym.title for homonym in found.homonyms] == ["Une pierre"]
        found = find_subject(searcher, "Hamon")
        assert [homonym.title for homonym in found.homonyms] == ["Un emploi"]


def test_the_title_and_the_opening_count_for_more_than_the_rest() -> None:
    last = told("Divers", "Un. Deux mots. Trois mots ici. Quatre mots sont là. Le Mali gagne.")
    with searcher_over(MALI, last, told("Mali : un vote", "Le vote est clos.")) as searcher:
        found = find_subject(searcher, "Mali")
    assert {hit.article.title for hit in found.central} == {"Un sommet", "Mali : un vote"}
    assert len(found.articles) == 3


def test_mentions_go_on_by_the_surname_alone() -> None:
    text = "Benoît Hamon gagne. Hamon remercie. Gabrielle Hamon pleure. M. Hamon part."
    with searcher_over(told("Un vote", text)) as searcher:
        (found,) = find_subject(searcher, "Benoît Hamon").articles
    assert [mention.sentence.text for mention in found.mentions] == [
        "Benoît Hamon gagne.",
        "Hamon remercie.",
        "M. Hamon part.",
    ]


def test_a_capital_that_begins_the_question_makes_no_name() -> None:
    assert not SubjectName.parse("Pistes", "Pistes cyclables").parts[0].is_name
    assert SubjectName.parse("Orange", "articles sur Orange").parts[0].is_name
    assert [part.text for part in SubjectName.parse("le Tour de France").parts] == [
        "Tour de France"
    ]


def test_a_surname_is_not_that_of_a_namesake_whom_fewer_articles_name() -> None:
    many = [told(f"Débat {n}", f"Marine Le Pen parle au débat {n}.") for n in range(3)]
    other = told("Doyen", "Jean-Marie Le Pen est le doyen. Marine Le Pen est sa fille.")
    with searcher_over(*many, other) as searcher:
        found = find_subject(searcher, "Le Pen")
    own = next(own for own in found.articles if own.article.title == "Doyen")
    assert [m.sentence.text for m in own.mentions if m.is_named] == ["Marine Le Pen est sa fille."]
