from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from index.article import Selection
from index.ingestion.passages import cut
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.open_generation import OpenGeneration
from tests.fakes import FakeEmbedder
from tests.index.samples import full, index, three
from tests.index.store.postgres_stores import KINDS, empty_store

PLACE = {"outlet": "Le Phare", "category": "Mer", "path": "mer/2024/moulin.md"}
UPDATED = date(2024, 3, 1)
WRITTEN = [
    replace(article, updated=UPDATED, **PLACE) if article.title == "Moulin" else article  # type: ignore[arg-type]
    for article in (*three(), full())
]


@pytest.fixture(scope="module", params=KINDS)
def generation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenGeneration]:
    with empty_store(request, tmp_path_factory.mktemp("store")) as store:
        index(WRITTEN, store)
        with store.open() as generation:
            yield generation


def test_articles_passages_and_vectors_know_each_other(generation: OpenGeneration) -> None:
    expected = [(article.id, passage) for article in WRITTEN for passage in cut(article)]
    assert generation.facts.passages == len(expected)
    stored = generation.passages_by_key(list(range(len(expected)))[::-1])
    assert [
        (stored_passage.article_id, stored_passage.passage) for stored_passage in stored
    ] == expected[::-1]
    assert [generation.article(article.id) for article in WRITTEN] == WRITTEN
    ids = [article.id for article in WRITTEN]
    assert generation.articles_by_id([*ids, "unknown"]) == dict(zip(ids, WRITTEN, strict=True))
    with pytest.raises(IndexError):
        generation.passages_by_key([999])
    written = full()
    passages = cut(written)
    opening = generation.opening(written.id)
    assert opening is not None
    assert opening.passage == passages[0]
    assert generation.count_passages(written.id) == len(passages) > 1
    assert generation.count_passages("unknown") == 0
    at = generation.passage_at(written.id, written.text.index("Nice"))
    assert at is not None
    assert "Puis à Nice." in at.passage.text
    assert generation.passage_at(written.id, len(written.text)) is None
    [stored] = generation.passages_by_key([1])
    expected = FakeEmbedder().embed_passages([f"Moulin. {stored.passage.sentences[0].text}"])
    vectors = generation.sentence_vectors_of(1)
    assert vectors.shape == (len(stored.passage.sentences), 64)
    np.testing.assert_array_equal(vectors[:1], expected)


def test_articles_are_found_listed_and_counted(generation: OpenGeneration) -> None:
    written = full()
    for reference in (written.id, written.id[:4], written.path, str(written.url), written.title):
        assert [article.id for article in generation.find(reference)] == [written.id]
    assert generation.find("inconnu") == []
    assert [article.title for article in generation.articles(limit=2)] == [written.title, "Pont"]
    ordered = generation.articles()
    [mill] = generation.find("Moulin")
    assert mill in ordered
    assert (mill.outlet, mill.category, mill.updated) == ("Le Phare", "Mer", UPDATED)
    assert mill.copy_of is None
    assert [generation.articles(limit=2, skip=skip) for skip in range(5)] == [
        ordered[skip : skip + 2] for skip in range(5)
    ]
    assert generation.articles(skip=3) == ordered[3:]
    leap_day = Selection(since=date(2024, 2, 29), until=date(2024, 2, 29))
    assert [article.id for article in generation.articles(leap_day)] == [written.id]
    assert (generation.count(), generation.count(leap_day)) == (4, 1)


@pytest.mark.parametrize(
    ("selection", "titles"),
    [
        (Selection(), {"Moulin", "Pont", "Harbour", full().title}),
        (Selection(outlets=("Le Phare",), languages=("fr", "en")), {"Moulin"}),
        (Selection(categories=("Ville", "Mer")), {"Moulin"}),
        (Selection(languages=("en",)), {"Harbour"}),
        (Selection(folders=("2024", "ville")), {"Moulin"}),
        (Selection(folders=("mer/2024",)), {"Moulin"}),
        (Selection(folders=("er/20",)), set()),
        (Selection(languages=("fr",), outlets=("Autre",)), set()),
        (Selection(since=date(2024, 2, 29)), {full().title}),
        (Selection(until=date(2024, 2, 28)), set()),
        (Selection(articles=(three()[1].id, full().id)), {"Moulin", full().title}),
    ],
)
def test_some_articles_are_chosen(
    generation: OpenGeneration, selection: Selection, titles: set[str]
) -> None:
    searcher = Searcher(generation, FakeEmbedder(), ConfidenceModel.load()).among(selection)
    assert {article.title for article in searcher.articles()} == titles
    assert searcher.count() == len(titles)
    assert {hit.article.title for hit in searcher.search("Où est le pont ?", 50).hits} == titles
    assert {article.title for article in WRITTEN if searcher.find(article.id)} == titles


def test_terms_are_counted_where_they_stand(generation: OpenGeneration) -> None:
    passages, sentences = (
        generation.term_statistics("passages"),
        generation.term_statistics("sentences"),
    )
    assert (len(passages), len(sentences)) == (
        generation.facts.passages,
        generation.facts.sentences,
    )
    assert passages.frequencies(["1901", "fr:zeppelin"]) == {"1901": 1}
    # Its title stands with each of the sentences.
    assert sentences.frequencies(["fr:moulin"])["fr:moulin"] > 1
