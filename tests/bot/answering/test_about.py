from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.answering.about import AboutArticles
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from index.article import Article
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index, opened

TODAY = date(2025, 9, 10)


def corpus() -> list[Article]:
    return [
        replace(
            article("pont", "Le pont fut construit en 1901. Il mesure trente mètres."),
            title="Le pont de Lyon",
            author="Élise Marchand",
            published=date(2025, 8, 29),
        ),
        replace(
            article("moulin", "Le moulin broie du grain. Sa roue tourne près du pont."),
            title="Un moulin",
            published=date(2025, 9, 9),
        ),
        replace(
            article("harbour", "The harbour was dredged in 1932. Forty ships call.", "en"),
            title="The harbour",
            author="Sam Doe",
        ),
    ]


def chain_over(articles: list[Article], data_dir: Path) -> Iterator[RetrievalQA]:
    index(articles, data_dir)
    with opened(data_dir) as generation:
        searcher = Searcher(generation, FakeEmbedder(), ConfidenceModel.load())
        about = AboutArticles(lambda: searcher, Thresholds.at(0.5))
        yield RetrievalQA(searcher, ExtractiveAnswerer(Thresholds.at(0.0)), about, lambda: TODAY)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[RetrievalQA]:
    yield from chain_over(corpus(), tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[RetrievalQA]:
    yield from chain_over(corpus()[:1], tmp_path)


def titles(answer: Answer) -> list[str]:
    return [each.article.title for each in answer.citations]


def test_the_author_of_the_only_article(alone: RetrievalQA) -> None:
    answer = alone.invoke("Qui a écrit cet article ?")
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


@pytest.fixture
def rowers(tmp_path: Path) -> Iterator[RetrievalQA]:
    told = {
        "Une régate": ("Le vent était fort. Anna Rossi a gagné la régate.", date(2025, 8, 1)),
        "Un départ": ("Anna Rossi quitte le club. Le club la regrette.", date(2025, 9, 1)),
        "Un retour": ("Le club se réjouit. Il accueille Rossi au printemps.", None),
        "Une pluie": ("La pluie tombe sur la rossignolière.", date(2025, 9, 2)),
    }
    articles = [
        replace(
            article(f"texte-{number}", text),
            title=title,
            published=published,
            url=f"https://exemple.fr/{number}",
        )
        for number, (title, (text, published)) in enumerate(told.items())
    ]
    yield from chain_over(articles, tmp_path)


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
