from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.confidence import ConfidenceModel
from index.search import Searcher
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index, opened, three


@pytest.fixture
def searcher(tmp_path: Path) -> Iterator[Searcher]:
    index(three(), tmp_path)
    with opened(tmp_path) as generation:
        yield Searcher(generation, FakeEmbedder(), ConfidenceModel.load())


def test_the_passage_that_answers_comes_first(searcher: Searcher) -> None:
    findings = searcher.search("Quand le pont fut-il construit ?")
    assert findings.language == "fr"
    assert findings.hits[0].article.title == "Pont"


def test_each_sentence_of_a_hit_is_verbatim_and_scored_on_its_own(searcher: Searcher) -> None:
    hit = searcher.search("Combien de mètres mesure le pont ?").hits[0]
    for ranked in hit.sentences:
        span = slice(ranked.sentence.start, ranked.sentence.end)
        assert hit.article.text[span] == ranked.sentence.text
    best = max(hit.sentences, key=lambda ranked: ranked.score)
    assert "mesure" in best.sentence.text


def test_hits_are_ordered_and_limited(searcher: Searcher) -> None:
    totals = [hit.scores.total for hit in searcher.search("le pont et le moulin").hits]
    assert totals == sorted(totals, reverse=True)
    assert len(totals) > 1
    assert len(searcher.search("le pont et le moulin", limit=1).hits) == 1


def test_a_question_the_corpus_knows_is_trusted_more_than_one_it_does_not(
    searcher: Searcher,
) -> None:
    known = searcher.search("Quand le pont fut-il construit par Élise Marchand ?")
    unknown = searcher.search("Quelle recette de tarte aux quetsches préfère Zoé ?")
    assert known.confidence > unknown.confidence


@pytest.mark.parametrize(
    "question",
    ["", " ", "?", "😀", "كم عدد الجسور؟", "'; DROP TABLE articles; --", "<b>pont</b>", "a" * 5000],
)
def test_anything_may_be_asked(searcher: Searcher, question: str) -> None:
    findings = searcher.search(question)
    assert findings.hits
    assert 0 <= findings.confidence <= 1


def test_an_index_of_one_sentence_can_be_asked(tmp_path: Path) -> None:
    index([article("seul", "Une seule phrase ici.")], tmp_path)
    with opened(tmp_path) as generation:
        searcher = Searcher(generation, FakeEmbedder(), ConfidenceModel.load())
        findings = searcher.search("Combien de phrases ?")
    assert [hit.passage.text for hit in findings.hits] == ["Une seule phrase ici."]
