from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.article import Article, Period
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.factory import open_store
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index, three


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("index")
    index(three(), folder)
    with open_store(folder).open() as generation:
        yield Searcher(generation, FakeEmbedder(), ConfidenceModel.load())


def test_each_sentence_of_a_hit_is_verbatim_scored_and_compared(searcher: Searcher) -> None:
    hit = searcher.search("Combien de mètres mesure le pont ?").hits[0]
    for ranked in hit.sentences:
        span = slice(ranked.sentence.start, ranked.sentence.end)
        assert hit.article.text[span] == ranked.sentence.text
        assert ranked.echo is not None
        assert 0 <= ranked.echo <= 1
    best = max(hit.sentences, key=lambda ranked: ranked.score)
    repeating = max(hit.sentences, key=lambda ranked: ranked.echo or 0.0)
    assert "mesure" in best.sentence.text
    assert "mesure" in repeating.sentence.text
    assert len({ranked.echo for ranked in hit.sentences}) > 1
    findings = searcher.search("How many metres does the bridge measure, and who built it?")
    assert findings.language == "en"
    french = [hit for hit in findings.hits if hit.article.language == "fr"]
    assert french
    assert {sentence.echo for hit in french for sentence in hit.sentences} == {None}


@pytest.mark.parametrize(
    "question",
    ["", " ", "?", "😀", "كم عدد الجسور؟", "'; DROP TABLE articles; --", "<b>pont</b>", "a" * 5000],
)
def test_anything_may_be_asked(searcher: Searcher, question: str) -> None:
    findings = searcher.search(question)
    assert findings.hits
    assert 0 <= findings.confidence <= 1
    for hit in searcher.search_subject(question, 10):
        assert -1 <= hit.scores.passage <= 1


def dated(name: str, text: str, published: date | None) -> Article:
    return replace(article(name, text), published=published)


@pytest.fixture
def bridges(tmp_path: Path) -> Iterator[Searcher]:
    """Many articles of 2024 on a bridge, two of 2025 on a mill, one without a date."""
    text = "Le pont numéro {} fut construit en pierre. Il tient."
    crowd = [dated(f"pont{n}", text.format(n), date(2024, 5, 1)) for n in range(300)]
    mills = [
        dated("moulin", "Le moulin broie du grain.\n\nSa roue tourne.", date(2025, 8, 1)),
        dated("meunier", "Le meunier dort.", date(2025, 8, 31)),
    ]
    index([*crowd, *mills, dated("sans", "Un pont sans date.", None)], tmp_path)
    with open_store(tmp_path).open() as generation:
        yield Searcher(generation, FakeEmbedder(), ConfidenceModel.load())


def test_a_period_leaves_only_the_articles_published_then(bridges: Searcher) -> None:
    august = Period(date(2025, 8, 1), date(2025, 8, 31))
    question = "Quel pont fut construit en pierre ?"
    assert {hit.article.published for hit in bridges.search(question).hits} == {date(2024, 5, 1)}
    found = {hit.article.title for hit in bridges.search(question, within=august).hits}
    assert found == {"Moulin", "Meunier"}
    first = Period(date(2025, 8, 1), date(2025, 8, 30))
    hits = bridges.search(question, within=first).hits
    assert {hit.article.title for hit in hits} == {"Moulin"}
    assert hits[0].sentences
    empty = bridges.search("pont", within=Period(date(1999, 1, 1), date(1999, 12, 31)))
    assert (empty.hits, empty.confidence) == ((), 0)
