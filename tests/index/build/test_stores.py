"""Builds into stores of every kind, which must end alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.build.builder import build, build_articles
from index.errors import BuildLocked, BuildStopped, NoIndex
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.base import IndexStore
from index.store.factory import open_store
from tests.fakes import FakeEmbedder
from tests.index.samples import article, full, three
from tests.index.store.memory_store import MemoryStore
from tests.index.store.postgres_stores import postgres_store

CORPUS = Path(__file__).resolve().parents[3] / "corpus"


@pytest.fixture(params=["files", "memory", "postgres", "three servers"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexStore]:
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "files":
        yield open_store(tmp_path)
    else:
        server = request.getfixturevalue("vector_server")
        servers = 1 if request.param == "postgres" else 3
        with postgres_store(server, tmp_path, servers) as found:
            yield found


def live(store: IndexStore) -> LiveIndex:
    return LiveIndex(store, FakeEmbedder(), ConfidenceModel.load())


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


def test_a_stopped_build_changes_nothing_and_the_next_one_goes_on(
    store: IndexStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.vectors.BATCH_CHARACTERS", 5_000)
    first = build_articles(three(), store, FakeEmbedder())
    long = [article(f"a{n}", f"Phrase {n} de l’article {n}. Suite {n}.") for n in range(600)]
    embedder = FakeEmbedder()
    with pytest.raises(BuildStopped) as stopped:
        build_articles(long, store, embedder, stop=lambda: embedder.embedded > 800)
    assert store.current_id() == first.generation
    assert stopped.value.kept == embedder.embedded > 800
    report = build_articles(long, store, FakeEmbedder())
    assert report.resumed == stopped.value.kept


def test_the_copy_that_tells_most_speaks_and_shows_the_address_of_another(
    store: IndexStore,
) -> None:
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
    with store.build_turn(), pytest.raises(BuildLocked):
        build_articles(three(), store, FakeEmbedder())
    assert build_articles(three(), store, FakeEmbedder()).switched


def test_what_the_operator_removed_stays_out_and_a_rollback_brings_it_back(
    store: IndexStore,
) -> None:
    first = build_articles(three(), store, FakeEmbedder())
    [pont] = store.browse().find("Pont")
    store.removed().add([pont])
    report = build_articles(three(), store, FakeEmbedder())
    assert (report.removed, report.left_out, report.articles) == (1, 1, 2)
    assert store.browse().find("Pont") == []
    assert store.check().before == first.generation
    assert store.roll_back().id == first.generation
    assert store.browse().article(pont.id) is not None


def test_the_sample_corpus_ends_alike_in_both(tmp_path: Path) -> None:
    stores = [open_store(tmp_path), MemoryStore()]
    reports = [build([CORPUS], store, FakeEmbedder()) for store in stores]
    ours, theirs = ((r.articles, r.passages, r.sentences, r.embedded) for r in reports)
    assert ours == theirs
    for question in ("Quand le Minitel a-t-il été éteint ?", "harbour", "phaer"):
        found = [live(store).search(question, 5) for store in stores]
        assert found[0].confidence == pytest.approx(found[1].confidence, abs=1e-4)
        passages = [[hit.passage for hit in each.hits] for each in found]
        assert passages[0] == passages[1]
