from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import BuildLocked, ModelMismatch, NoIndex
from index.ingestion.builder import build, build_articles
from index.models.base import Vectors
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.base import IndexStore
from index.store.factory import open_store
from tests.fakes import FakeEmbedder
from tests.index.samples import article, folder_in_service, forge, full, live, three


def test_what_is_built_is_asked_and_nothing_is_embedded_twice(store: IndexStore) -> None:
    with pytest.raises(NoIndex):
        live(store)
    first = build_articles(three(), store, FakeEmbedder())
    assert (first.added, first.articles, store.current_id()) == (3, 3, first.generation)
    index = live(store)
    question = "Quand le pont fut-il construit ?"
    assert index.search(question).hits[0].article.title == "Pont"
    embedder = FakeEmbedder()
    again = build_articles(three(), store, embedder)
    assert (again.switched, again.unchanged, embedder.embedded) == (False, 3, 0)
    more = build_articles([*three(), full()], store, embedder)
    assert (more.added, more.unchanged, more.switched) == (1, 3, True)
    assert more.embedded == embedder.embedded > 0
    assert index.generation() == more.generation
    assert len(index.search("Nice").hits) > 0


def test_a_new_model_is_built_beside_the_one_that_answers(store: IndexStore) -> None:
    """Nobody waits: the bots of the old model answer until they are started with the new one."""
    question = "Quand le pont fut-il construit ?"
    first = build_articles(three(), store, FakeEmbedder())
    old = live(store)

    class NewModel(FakeEmbedder):
        def embed_passages(self, *arguments: Any, **options: Any) -> Vectors:
            assert old.search(question).hits[0].article.title == "Pont"
            return super().embed_passages(*arguments, **options)

    embedder = NewModel(dimension=32)
    second = build_articles([*three(), full()], store, embedder)
    assert (second.switched, second.embedded) == (True, embedder.embedded)
    build_articles(three(), store, embedder)  # the one before the one before is being read
    assert old.generation() == first.generation
    assert old.search(question).hits[0].article.title == "Pont"
    with pytest.raises(ModelMismatch):  # which health checks tell
        old.check()
    new = LiveIndex(store, embedder, ConfidenceModel.load())
    assert new.search(question).hits[0].article.title == "Pont"
    with pytest.raises(ModelMismatch) as refused:
        live(store)
    assert refused.value.parameters["built"] == "fake-32"
    assert refused.value.parameters["model"] == "fake-64"


def test_the_copy_that_tells_most_speaks_and_shows_another_s_address(store: IndexStore) -> None:
    text = "Le pont fut construit en 1901. Il relie les deux rives de la ville depuis lors."
    bare = replace(article("a1", text), title="Europresse", url="https://exemple.fr/pont")
    bare = replace(bare, published=date(2026, 1, 1))
    whole = replace(
        article("a2", text), title="Le pont a cent ans", author="Jeanne Petit", outlet="Le Phare"
    )
    named = replace(article("a3", text), title="Dépêche 12", origins=(("title", "file name"),))
    for articles in ([bare, named, whole], [whole, bare, named], [named, whole, bare]):
        build_articles(articles, store, FakeEmbedder(), merge=True)
        (hit,) = live(store).search("Quand le pont fut-il construit ?").hits
        assert (hit.article.title, hit.article.url) == ("Le pont a cent ans", bare.url)
        assert [copy.title for copy in hit.article.copies] == ["Europresse", "Dépêche 12"]
    # The address is the copy's: it goes with it.
    build_articles([whole, named], store, FakeEmbedder(), merge=True)
    assert live(store).search("Quand le pont fut-il construit ?").hits[0].article.url is None


def test_one_build_at_a_time(store: IndexStore) -> None:
    with store.start_build(), pytest.raises(BuildLocked) as locked:
        build_articles(three(), store, FakeEmbedder())
    assert str(os.getpid()) in str(locked.value.parameters["process"])
    assert build_articles(three(), store, FakeEmbedder()).switched


def test_an_import_lends_vectors_and_never_text(store: IndexStore, tmp_path: Path) -> None:
    """Its files are those that were indexed here, and it tells something else of them."""
    corpus, copy = tmp_path / "corpus", tmp_path / "copy"
    corpus.mkdir()
    for each in three():
        (corpus / each.path).write_text(f"# {each.title}\n\n{each.text}", encoding="utf-8")
    honest = open_store(tmp_path / "elsewhere")
    build([corpus], honest, FakeEmbedder())
    honest.export(copy)
    _tamper(copy)
    store.take(copy)
    assert _texts(store) != _texts(honest)
    embedder = FakeEmbedder()
    report = build([corpus], store, embedder)
    assert report.switched
    assert _texts(store) == _texts(honest)
    assert embedder.embedded == 0


def test_what_an_earlier_selon_imported_lends_no_text_either(tmp_path: Path) -> None:
    """It kept the rules of whoever had made the index."""
    corpus, store = tmp_path / "corpus", open_store(tmp_path / "data")
    corpus.mkdir()
    (corpus / "pont.md").write_text("Le pont fut construit en 1901.", encoding="utf-8")
    build([corpus], store, FakeEmbedder())
    folder = folder_in_service(tmp_path / "data")
    _tamper(folder, roots=())
    assert "1902" in _texts(store)[0]
    build([corpus], store, FakeEmbedder())
    assert "1901" in _texts(store)[0]


def _tamper(folder: Path, **told: Any) -> None:
    """Another year in the texts, and a manifest that agrees."""
    with closing(sqlite3.connect(folder / "articles.sqlite")) as sheet:
        sheet.execute("UPDATE articles SET text = replace(text, '1901', '1902')")
        sheet.commit()
    forge(folder, **told)


def _texts(store: IndexStore) -> list[str]:
    with store.open() as generation:
        found = (generation.article(each.id) for each in generation.articles())
        return sorted(each.text for each in found if each)
