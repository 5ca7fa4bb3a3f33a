from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import DamagedIndex, NoIndex, StoreError
from index.store.base import IndexStore
from index.store.files.integrity import current_id, verify
from index.store.files.layout import Layout
from index.store.files.transfer import rollback
from tests.index.samples import article, flip, index, live, three
from tests.index.search.test_live import titles

LIGHTHOUSE = article("phare", "Le phare éclaire la nuit. Son feu porte à dix milles.")


def test_the_generation_before_is_back_if_there_is_one_and_a_running_reader_follows(
    store: IndexStore,
) -> None:
    with pytest.raises(NoIndex, match="no-index"):
        store.roll_back()
    first = index(three(), store)
    with pytest.raises(StoreError, match=rf"generation-first \(generation={first.generation}"):
        store.roll_back()
    assert store.current_id() == first.generation
    put_aside = index([LIGHTHOUSE, *three()], store)
    served = live(store)
    assert "Phare" in titles(served, "le phare")
    assert store.roll_back().id == store.current_id() == first.generation
    assert "Phare" not in titles(served, "le phare")
    report = index([LIGHTHOUSE, *three()], store)
    assert (report.added, report.embedded, report.switched) == (1, 0, True)
    assert report.generation > put_aside.generation
    assert "Phare" in titles(served, "le phare")
    assert store.check().before == first.generation
    assert store.roll_back().id == first.generation
    again = index(three(), store)
    assert (again.generation, again.switched) == (first.generation, False)


def test_a_damaged_generation_is_not_put_back(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    second = index(three()[:2], tmp_path)
    flip(Layout(tmp_path).folder(first.generation) / "sentences.faiss")
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
