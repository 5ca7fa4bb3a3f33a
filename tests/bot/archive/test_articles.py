"""Lists and counts of articles through the whole chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.archive.archive import Archive
from bot.archive.request import ArchiveRequest
from index.search.confidence import Thresholds
from tests.bot.archive.made import searcher_over, told

BAD = told("Un malheur", "Les mals de dos font mal à tous. Rien de mal ici.", "2020-05-01")
MALI = [
    told("Un sommet", "Le Mali accueille le sommet.", "2020-03-01", author="Claire Legoff"),
    told("Mali : un vote", "Le vote est clos.", "2021-01-04", outlet="Le Phare"),
]
MANY = [
    told(f"Vélo {n}", f"Les vélos de la ville numéro {n} roulent.", f"2022-06-{n:02}")
    for n in range(1, 24)
]


@pytest.fixture(scope="module")
def chain() -> Iterator[RetrievalQA]:
    with searcher_over(BAD, *MALI, *MANY) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.5))
        answerer = ExtractiveAnswerer(Thresholds.at(0.0))
        yield RetrievalQA(searcher, answerer, archive, lambda: date(2026, 12, 1))


def titles(answer: Answer) -> list[str]:
    return [citation.article.title for citation in answer.citations]


def test_a_count_is_of_words_and_says_its_rule(chain: RetrievalQA) -> None:
    answer = chain.invoke("Combien d’articles sur le Mali ?")
    assert answer.text == (
        "2 articles sur «\u00a0Mali\u00a0». Sont comptés ceux qui ont tous ces mots dans leur "
        "titre ou dans leurs premières phrases. [1][2] "
        "«\u00a0Mali : un vote\u00a0» (4 janvier 2021). [1] "
        "«\u00a0Un sommet\u00a0» (1er mars 2020). [2]"
    )
    assert [line.is_source for line in answer.statements] == [False, True, True]
    assert not chain.invoke("Combien d’articles sur la Zambie ?").is_sure


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Combien d’articles sur le Mali en 2020 ?", ["Un sommet"]),
        ("En 2020, combien d’articles sur le Mali ?", ["Un sommet"]),
        ("Combien d’articles en 2020 sur le Mali ?", ["Un sommet"]),
        ("Combien d’articles sur le Mali entre mars et mai 2020 ?", ["Un sommet"]),
        ("Combien d’articles sur le Mali du 3 au 5 janvier 2021 ?", ["Mali : un vote"]),
        ("Combien d’articles sur le Mali après 2020 ?", ["Mali : un vote"]),
        ("Combien d’articles sur le Mali avant mars 2020 ?", []),
        ("Combien d’articles sur le Mali en 2012 ?", []),
        ("Combien d’articles ont « Mali » dans leur titre ?", ["Mali : un vote"]),
        ("Combien d’articles datent de 2021 ?", ["Mali : un vote"]),
        ("Combien d’articles pendant l’hiver 2020 ?", ["Mali : un vote"]),
        ("How many articles about Mali before 2021?", ["Un sommet"]),
        ("Combien d’articles de Claire Legoff sur le Mali ?", ["Un sommet"]),
        ("Combien d’articles du Phare sur le Mali ?", ["Mali : un vote"]),
        ("Combien d’articles de Le Phare ?", ["Mali : un vote"]),
    ],
)
def test_a_period_and_an_author_hold_wherever_they_stand(
    chain: RetrievalQA, question: str, found: list[str]
) -> None:
    assert titles(chain.invoke(question)) == found


def test_a_list_says_how_many_there_are_and_goes_on_to_the_end(chain: RetrievalQA) -> None:
    first = chain.invoke("Liste les articles de juin 2022")
    assert first.statements[0].heading.startswith(
        "23 articles, du plus récent au plus ancien\u202f; voici les 10 premiers."
    )
    assert titles(first)[0] == "Vélo 23"
    second = chain.invoke("Liste les articles sur les vélos en 2022, page 2")
    assert second.statements[0].heading.startswith("23 articles\u202f; voici ceux de 11 à 20.")
    last = chain.invoke("Liste les articles de juin 2022 page 3")
    assert last.statements[0].heading == ("23 articles\u202f; voici les derniers, de 21 à 23.")
    assert len({*titles(first), *titles(second), *titles(last)}) == 23


def test_what_is_merely_near_is_never_sure() -> None:
    near = replace(MALI[0], title="Le sommet de Bamako", text="La ville accueille le sommet.")
    with searcher_over(near) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.0))
        answerer = ExtractiveAnswerer(Thresholds.at(0.0))
        chain = RetrievalQA(searcher, answerer, archive, lambda: date(2026, 12, 1))
        answer = chain.invoke("Qui a écrit l’article sur le sommet de la ville malienne ?")
    assert not answer.is_sure


def test_articles_close_to_a_theme_stand_below_those_that_have_its_words() -> None:
    named = told("Un pont", "Le pont de pierre franchit le fleuve.", "2020-01-01")
    near = told("La passerelle", "Une passerelle franchit aussi le fleuve.", "2021-01-01")
    request = ArchiveRequest("articles", "pont", question="les articles sur le pont", about="pont")
    with searcher_over(named, near) as searcher:
        answer = Archive(lambda: searcher, Thresholds.at(0.5)).call(request)
    assert answer.citations[0].article.title == "Un pont"
    headings = [section[0].heading for section in answer.sections[1:]]
    assert headings in ([], ["Proches par le sens, sans ces mots\u00a0:"])
