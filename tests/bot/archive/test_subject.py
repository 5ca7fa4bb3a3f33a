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


def test_what_is_of_a_place_bears_no_other_name() -> None:
    vote = told("Un vote", "Le Parlement de Catalogne se réunit.")
    assert titles("Catalogne", vote, told("Crise", "La Catalogne attend.")) == ["Crise", "Un vote"]


def test_common_nouns_follow_each_other_if_they_do_in_a_title() -> None:
    law = told("La loi travail", "Elle est votée.")
    other = told("Au golfe", "La loi change le travail des étrangers.")
    assert titles("loi travail", law, other) == ["La loi travail"]
    assert titles("loi travail", other) == ["Au golfe"]


def central(subject: str, *articles: Article) -> set[str]:
    with searcher_over(*articles) as searcher:
        return {own.article.title for own in find_subject(searcher, subject).central}


def test_an_article_on_a_subject_begins_with_it_or_goes_on_about_it() -> None:
    last = told("Divers", "Un. Deux mots. Trois mots ici. Quatre mots sont là. Le Mali gagne.")
    vote = told("Mali : un vote", "Le vote est clos.")
    often = told("Sommet", "La fête commence. Une ville danse. Le Mali gagne. Le Mali chante.")
    once = told("Animateur", "L’animateur arrive. Il parle du Mali. Il part. Il rit. Il dort.")
    titles = central("Mali", MALI, last, vote, often, once)
    assert titles == {"Un sommet", "Mali : un vote", "Sommet"}


def test_an_article_whose_opening_names_a_subject_counts_if_it_opens_like_one_about_it() -> None:
    start = "La présidence parle de paix au sommet. Les chefs de la région discutent de paix."
    one = told("Mali : la paix", f"{start} Le texte est signé. On rit. On part. On dort.")
    other = told("La paix", f"{start} Cela se passe au Mali. On chante. On rentre. On se tait.")
    third = told("Récolte", "Le blé pousse. Il pleut. Le Mali en vend. On mange. On boit. On dort.")
    rest = [told(f"Divers {n}", f"Chose{n} arrive ici{n}. Puis{n} vient là{n}.") for n in range(9)]
    assert central("Mali", one, other, third, *rest) == {"Mali : la paix", "La paix"}


def test_a_year_of_a_subject_is_that_of_the_article_or_in_it() -> None:
    won = told("Concours : la victoire", "Le Concours est gagné.", "2017-05-14")
    city = told("Concours : la ville", "Le Concours de 2017 aura sa ville.", "2016-09-09")
    other = told("Concours : la suite", "Le Concours recommence.", "2018-05-14")
    assert central("Concours 2017", won, city, other) == {won.title, city.title}


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
