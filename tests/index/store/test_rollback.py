from __future__ import annotations

from pathlib import Path

import pytest

from index.build.builder import build_articles
from index.errors import DamagedIndex, NoIndex, StoreError
from index.store.files.layout import Layout
from index.store.files.opening import current_id, verify
from index.store.files.transfer import rollback
from tests.fakes import FakeEmbedder
from tests.index.samples import article, index, live, three
from tests.index.search.test_live import titles

LIGHTHOUSE = article("phare", "Le phare éclaire la nuit. Son feu porte à dix milles.")


def test_the_generation_before_is_back_and_a_running_reader_follows(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    index([LIGHTHOUSE, *three()], tmp_path)
    served = live(tmp_path)
    assert "Phare" in titles(served, "le phare")
    assert rollback(tmp_path) == verify(tmp_path)
    assert current_id(tmp_path) == first.generation
    assert "Phare" not in titles(served, "le phare")
    report = index([LIGHTHOUSE, *three()], tmp_path)
    assert (report.added, report.switched) == (1, True)
    assert "Phare" in titles(served, "le phare")


def test_a_build_after_going_back_has_the_vectors_of_what_was_put_aside(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    put_aside = index([LIGHTHOUSE, *three()], tmp_path)
    rollback(tmp_path)
    embedder = FakeEmbedder()
    report = build_articles([LIGHTHOUSE, *three()], tmp_path, embedder)
    assert embedder.embedded == 0
    assert report.generation > put_aside.generation
    assert Layout(tmp_path).whole() == [first.generation, report.generation]
    assert rollback(tmp_path).id == first.generation


def test_an_unchanged_corpus_after_going_back_stays_there(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    index([LIGHTHOUSE, *three()], tmp_path)
    rollback(tmp_path)
    report = index(three(), tmp_path)
    assert (report.generation, report.switched) == (first.generation, False)
    assert Layout(tmp_path).whole() == [first.generation]


def test_there_must_be_a_generation_before(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="no-index"):
        rollback(tmp_path)
    first = index(three(), tmp_path)
    with pytest.raises(StoreError, match=rf"generation-first \(generation={first.generation}"):
        rollback(tmp_path)
    assert verify(tmp_path).id == first.generation


def test_a_damaged_generation_is_not_put_back(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    second = index(three()[:2], tmp_path)
    path = Layout(tmp_path).folder(first.generation) / "sentences.faiss"
    path.write_bytes(path.read_bytes()[:-1] + b"\7")
    with pytest.raises(DamagedIndex, match=r"sentences\.faiss: manifest-altered .*remedy-rollback"):
        rollback(tmp_path)
    assert verify(tmp_path).id == second.generation


def test_a_new_generation_sorts_last_where_the_clock_was_put_back(tmp_path: Path) -> None:
    index(three(), tmp_path)
    layout = Layout(tmp_path)
    later = "20990101T000000.000000Z"
    layout.folder(later).mkdir()
    report = index(three()[:2], tmp_path)
    assert report.generation == "20990101T000000.000001Z"
    assert current_id(tmp_path) == report.generation
