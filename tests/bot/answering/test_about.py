"""Questions about the articles themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.answer import Answer
from bot.answering.about import (
    AboutArticles,
    MetadataKind,
    MetadataQuestion,
    parse_metadata_question,
)
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from index.article import Article
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index, opened

TODAY = date(2025, 9, 10)


PONT = replace(
    article(
        "pont", "Le pont fut construit en 1901. Il mesure trente mètres.", "fr", "Le pont de Lyon"
    ),
    author="Élise Marchand",
    published=date(2025, 8, 29),
)
MOULIN = replace(
    article("moulin", "Le moulin broie du grain. Sa roue tourne près du pont.", "fr", "Un moulin"),
    published=date(2025, 9, 9),
)
HARBOUR = replace(
    article("harbour", "The harbour was dredged in 1932. Forty ships call.", "en", "The harbour"),
    author="Sam Doe",
)


def rower(number: int, title: str, text: str, published: date | None) -> Article:
    told = article(f"texte-{number}", text, "fr", title)
    return replace(told, published=published, url=f"https://exemple.fr/{number}")


ROWERS = [
    rower(0, "Une régate", "Le vent était fort. Anna Rossi a gagné la régate.", date(2025, 8, 1)),
    rower(1, "Un départ", "Anna Rossi quitte le club. Le club la regrette.", date(2025, 9, 1)),
    rower(2, "Un retour", "Le club se réjouit. Il accueille Rossi au printemps.", None),
    rower(3, "Une pluie", "La pluie tombe sur la rossignolière.", date(2025, 9, 2)),
]


@contextmanager
def chain_over(articles: list[Article]) -> Iterator[RetrievalQA]:
    with TemporaryDirectory() as folder:
        index(articles, Path(folder))
        with opened(Path(folder)) as generation:
            searcher = Searcher(generation, FakeEmbedder(), ConfidenceModel.load())
            about = AboutArticles(lambda: searcher, Thresholds.at(0.5))
            answerer = ExtractiveAnswerer(Thresholds.at(0.0))
            yield RetrievalQA(searcher, answerer, about, lambda: TODAY)


@pytest.fixture(scope="module")
def chain() -> Iterator[RetrievalQA]:
    with chain_over([PONT, MOULIN, HARBOUR]) as chain:
        yield chain


@pytest.fixture(scope="module")
def rowers() -> Iterator[RetrievalQA]:
    with chain_over(ROWERS) as chain:
        yield chain


def titles(answer: Answer) -> list[str]:
    return [each.article.title for each in answer.citations]


def test_the_author_of_the_only_article() -> None:
    with chain_over([PONT]) as chain:
        answer = chain.invoke("Qui a écrit cet article ?")
    assert answer.text == (
        "L’article «\u00a0Le pont de Lyon\u00a0» (29 août 2025) est signé Élise Marchand. [1]"
    )
    assert answer.citations[0].quote == "Le pont fut construit en 1901."
    assert answer.confidence > 0.9


def test_the_author_and_date_of_the_article_on_a_subject(chain: RetrievalQA) -> None:
    assert "Élise Marchand" in chain.invoke("Qui est l'auteur de l'article sur le pont ?").text
    assert "29 août 2025" in chain.invoke("Quand a été publié l'article sur le pont ?").text
    english = chain.invoke("Who wrote the article about the harbour?")
    assert english.text == "The article “The harbour” is by Sam Doe. [1]"


def test_what_an_article_does_not_give_is_said(chain: RetrievalQA) -> None:
    author = chain.invoke("Qui a écrit l'article sur le moulin ?")
    assert author.text.startswith("L’article «\u00a0Un moulin\u00a0» n’indique pas son auteur.")
    assert titles(author) == ["Un moulin"]
    assert (
        "date of publication" in chain.invoke("When was the article on the harbour published?").text
    )


def test_which_article_is_meant_is_asked_where_several_may_be(chain: RetrievalQA) -> None:
    answer = chain.invoke("Qui a écrit cet article ?")
    assert not answer.answered
    assert answer.refusal == "unclear"
    assert len(answer.nearest) == 3


def test_a_subject_that_no_article_has_is_refused(chain: RetrievalQA) -> None:
    answer = chain.invoke("Quels articles parlent de quetsches ?")
    assert not answer.answered
    assert answer.refusal == "unsaid"


def test_the_articles_of_a_time_are_listed_and_counted(chain: RetrievalQA) -> None:
    answer = chain.invoke("Quels articles ont été publiés en août 2025 ?")
    assert titles(answer) == ["Le pont de Lyon"]
    assert answer.period is not None
    assert (answer.period.first, answer.period.last) == (date(2025, 8, 1), date(2025, 8, 31))
    assert chain.invoke("Combien d'articles ont été publiés hier ?").text.startswith("Un seul")


def test_news_of_a_subject_is_how_its_newest_articles_begin(chain: RetrievalQA) -> None:
    answer = chain.invoke("Quoi de neuf sur le pont ?")
    assert answer.text == "Le pont fut construit en 1901. Il mesure trente mètres. [1]"
    assert titles(answer) == ["Le pont de Lyon"]
    everything = chain.invoke("Quoi de neuf ?")
    assert titles(everything) == ["Un moulin", "Le pont de Lyon", "The harbour"]
    assert [each.citations for each in everything.statements] == [(1,), (2,), (3,)]
    assert everything.statements[0].text == "Sa roue tourne près du pont."
    assert not chain.invoke("Dernières nouvelles des quetsches ?").answered
    assert not chain.invoke("Dernières nouvelles de la roue ?").answered


def test_what_is_compared_is_told_of_by_how_an_article_on_each_begins(chain: RetrievalQA) -> None:
    answer = chain.invoke("Compare le moulin et le pont")
    assert titles(answer) == ["Un moulin", "Le pont de Lyon"]
    assert [each.citations for each in answer.statements] == [(1,), (2,)]
    facets = chain.invoke("Compare la roue du moulin et celle du pont")
    assert titles(facets) != ["Un moulin", "Le pont de Lyon"]


def test_a_time_without_articles_is_a_refusal_that_says_so(chain: RetrievalQA) -> None:
    for question in ("Qu'a-t-on construit la semaine dernière ?", "les articles de mai 2020"):
        answer = chain.invoke(question)
        assert not answer.answered
        assert answer.refusal == "period"
        assert answer.period is not None


@pytest.mark.parametrize(
    "message", ["Anna Rossi", "anna rossi ?", "Que disent les articles sur « Anna Rossi » ?"]
)
def test_a_bare_name_shows_what_is_said_of_it_newest_first(
    rowers: RetrievalQA, message: str
) -> None:
    answer = rowers.invoke(message)
    assert answer.answered
    assert [each.quote for each in answer.citations] == [
        "Anna Rossi quitte le club.",
        "Anna Rossi a gagné la régate.",
    ]


def test_a_surname_is_enough_and_no_part_of_another_word(rowers: RetrievalQA) -> None:
    assert titles(rowers.invoke("Rossi")) == ["Un départ", "Une régate", "Un retour"]
    assert titles(rowers.invoke("Qui est Anna Rossi ?")) != ["Un départ", "Une régate"]


@pytest.mark.parametrize("message", ["un retour", "« Un retour »", "https://exemple.fr/2"])
def test_a_title_or_an_address_shows_how_the_article_begins(
    rowers: RetrievalQA, message: str
) -> None:
    answer = rowers.invoke(message)
    assert titles(answer) == ["Un retour"]
    assert answer.text.startswith("Il accueille Rossi au printemps.")


ABOUT_ARTICLES: list[tuple[str, MetadataKind, str]] = [
    ("Qui a écrit cet article ?", "author", ""),
    ("qui a ecri cet artcile", "author", ""),
    ("Qui est l'auteur de l'article sur Lascaux ?", "author", "Lascaux"),
    ("Quel est le nom de l'auteur de cet article ?", "author", ""),
    ("Par qui cet article a-t-il été écrit ?", "author", ""),
    ("De qui est l'article sur le Minitel ?", "author", "le Minitel"),
    ("L'article sur le TGV a été écrit par qui ?", "author", "le TGV"),
    ("Qui a rédigé l’article intitulé « Minitel » ?", "author", "Minitel"),
    ("QUI A SIGNÉ CE PAPIER", "author", ""),
    ("  Qui a  écrit cet\u00a0article\u202f?!", "author", ""),
    ("Qui a écrit le article sur Lascaux ?", "author", "Lascaux"),
    ("Who wrote this article?", "author", ""),
    ("Who is the author of the article about Hubble?", "author", "Hubble"),
    ("Who was the article on penicillin written by?", "author", "penicillin"),
    ("who's the auhtor of this article", "author", ""),
    ("Sais-tu qui a écrit ce texte ?", "author", ""),
    ("auteur de l'article ?", "author", ""),
    ("L'article sur le Web, qui l'a écrit ?", "author", "le Web"),
    ("Quand a été publié l'article sur Marie Curie ?", "date", "Marie Curie"),
    ("De quand date cet article ?", "date", ""),
    ("Quand l'article sur Lascaux a-t-il été publié ?", "date", "Lascaux"),
    ("Quelle est la date de publication de cet article ?", "date", ""),
    ("À quelle date est paru l'article sur Notre-Dame ?", "date", "Notre-Dame"),
    ("L'article date de quand ?", "date", ""),
    ("When was this article published?", "date", ""),
    ("When was the article about Apollo 11 written?", "date", "Apollo 11"),
    ("What is the publication date of this article?", "date", ""),
    ("When did the article on the Great Fire come out?", "date", "the Great Fire"),
    ("Quel est le titre de cet article ?", "title", ""),
    ("Comment s'intitule l'article sur le boson de Higgs ?", "title", "le boson de Higgs"),
    ("What is the title of the article about Ada Lovelace?", "title", "Ada Lovelace"),
    ("What is this article called?", "title", ""),
    ("Quels articles parlent de la Lune ?", "which", "la Lune"),
    ("quels artciles parlent de crispr", "which", "crispr"),
    ("Y a-t-il des articles sur Victor Hugo ?", "which", "Victor Hugo"),
    ("Quels sont les articles consacrés à Notre-Dame ?", "which", "Notre-Dame"),
    ("articles sur les vaccins", "which", "les vaccins"),
    ("Which articles are about the Moon?", "which", "the Moon"),
    ("Are there any articles about penicillin?", "which", "penicillin"),
    ("Show me articles about comets", "which", "comets"),
    ("Quel est le article sur Lascaux ?", "which", "Lascaux"),
    ("Quels articles ont été publiés ?", "which", ""),
    ("les articles", "which", ""),
    ("Which articles were published ?", "which", ""),
    ("What is the article on Hubble?", "which", "Hubble"),
    ("Combien d'articles y a-t-il ?", "count", ""),
    ("Combien d’articles parlent de Microsoft ?", "count", "Microsoft"),
    ("How many articles are there in the index?", "count", ""),
    ("How many articles mention Hubble?", "count", "Hubble"),
    ("Combien d'articles sont indexés ?", "count", ""),
    ("Combien d'articles ont été publiés ?", "count", ""),
    ("How many articles do you have about the Moon?", "count", "the Moon"),
    ("Quelles sont les dernières nouvelles de la sonde Rosetta ?", "news", "la sonde Rosetta"),
    ("dernieres infos sur l'Obamacare", "news", "l'Obamacare"),
    ("Quoi de neuf à propos de Carlos Ghosn ?", "news", "Carlos Ghosn"),
    ("Quoi de nouveau en Catalogne ?", "news", "Catalogne"),
    ("Quoi de neuf ?", "news", ""),
    ("What's new with the harbour?", "news", "the harbour"),
    ("latest news", "news", ""),
]
ABOUT_THE_WORLD = [
    "Qui a écrit Les Misérables ?",
    "Qui a écrit le premier programme ?",
    "Qui a écrit le texte de la Marseillaise ?",
    "Qui est l'auteur de Notre-Dame de Paris ?",
    "Qui a écrit l'article fondateur sur CRISPR ?",
    "Quand a été publié l'Encyclopédie ?",
    "Quand a paru le roman Les Misérables ?",
    "Que dit l'article 49-3 ?",
    "Qui a écrit l'article 1er de la Constitution ?",
    "Combien d'articles compte la Convention de Genève ?",
    "Combien d'articles contient le RGPD ?",
    "Combien d'articles Marie Curie a-t-elle publiés ?",
    "Quel est le titre du premier roman de Victor Hugo ?",
    "De quoi parle cet article ?",
    "De quand date la grotte de Lascaux ?",
    "Quelle est la date de publication de la première édition du dictionnaire ?",
    "Comment s'appelle la fille de Victor Hugo ?",
    "Quels vaccins parlent de l'ARN ?",
    "Quelle est la hauteur de la flèche ?",
    "Qui a découvert cette particule ?",
    "Who wrote Note G?",
    "Who wrote the first computer program?",
    "Who is the author of Frankenstein?",
    "When was Hubble launched?",
    "When was the first paper on CRISPR published?",
    "What is the title of Pepys's diary?",
    "How many papers did Curie write?",
    "How many articles does the treaty have?",
    "What does this article say about Mars?",
    "Which articles of the treaty were amended?",
    "What is an article of association?",
    "Quels articles de la loi ont été modifiés ?",
    "Que dit l'article sur Lascaux ?",
    "Résume cet article",
    "Quel article du code civil traite du mariage ?",
    "Qui a signé le traité de Versailles ?",
    "Who is this report for?",
    "Quelle est la dernière nouvelle de Maupassant ?",
    "Qu'y a-t-il de nouveau dans la loi ?",
    "What is the latest version of the standard?",
    "Quand a été publié l'article de Mojica sur les répétitions ?",
]


@pytest.mark.parametrize(("question", "kind", "subject"), ABOUT_ARTICLES)
def test_a_question_about_articles_is_told_with_its_subject(
    question: str, kind: MetadataKind, subject: str
) -> None:
    assert parse_metadata_question(question) == MetadataQuestion(kind, subject)


@pytest.mark.parametrize("question", ABOUT_THE_WORLD)
def test_a_question_that_the_articles_answer_is_left_to_them(question: str) -> None:
    assert parse_metadata_question(question) is None
