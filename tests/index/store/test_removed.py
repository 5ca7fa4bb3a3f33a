from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from index.errors import StoreError
from index.store.factory import open_store
from index.store.files.store import RemovedFile
from index.store.removals import RemovedArticles
from tests.index.samples import article, refuse, three

DAY = date(2025, 8, 29)


def test_what_is_removed_stays_so_with_its_name_and_its_day(tmp_path: Path) -> None:
    RemovedArticles(open_store(tmp_path)).add(three(), DAY)
    removed = RemovedArticles(open_store(tmp_path))
    assert len(removed) == 3
    assert {each.id for each in removed.articles} == {each.id for each in three()}
    [bridge] = removed.find("Pont")
    assert (bridge.title, bridge.path, bridge.day) == ("Pont", "pont.md", DAY)
    removed.add(three()[:1], date(2026, 1, 1))
    assert RemovedArticles(open_store(tmp_path)).find("Pont") == (bridge,)


def test_a_reader_sees_the_list_that_it_has_read_itself(tmp_path: Path) -> None:
    class Overtaken(RemovedFile):
        """Right after each reading, another thread notes an older list."""

        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, (None, {}) if name == "_last" else value)

    RemovedArticles(open_store(tmp_path)).add(three())
    assert Overtaken(tmp_path).ids() == {each.id for each in three()}


@pytest.mark.parametrize("reference", ["Moulin", "moulin.md", "id", "prefix"])
def test_an_article_is_restored_by_any_of_its_names(tmp_path: Path, reference: str) -> None:
    mill = three()[1]
    removed = RemovedArticles(open_store(tmp_path))
    removed.add(three())
    meant = {"id": mill.id, "prefix": mill.id[:4]}.get(reference, reference)
    assert [each.id for each in removed.restore(meant)] == [mill.id]
    assert mill.id not in open_store(tmp_path).removed()
    assert removed.restore(meant) == ()
    assert removed.find(mill.id[:3]) == ()


def test_two_that_remove_at_once_lose_nothing(tmp_path: Path) -> None:
    lists = [RemovedArticles(open_store(tmp_path)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        done = [
            pool.submit(removed.add, [article(f"a{number}", "Texte.")])
            for number, removed in enumerate(lists)
        ]
    assert [future.exception() for future in done] == [None] * 8
    assert len(RemovedArticles(open_store(tmp_path))) == 8


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 9, "articles": []}', "\0"])
def test_a_list_that_cannot_be_read_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "removed.json"
    path.write_text(content)
    with pytest.raises(StoreError, match=r"removed\.json: removed-unreadable"):
        open_store(tmp_path).removed()
    assert path.read_text() == content


def test_a_refusing_disk_or_a_lock_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    RemovedArticles(open_store(tmp_path)).add(three()[:1])

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        with pytest.raises(StoreError, match=r"removed\.json.*No space left") as caught:
            RemovedArticles(open_store(tmp_path)).add(three())
    assert "\n" not in str(caught.value)
    assert len(RemovedArticles(open_store(tmp_path))) == 1
    monkeypatch.setattr("index.store.files.store._LOCK_SECONDS", 0.05)
    with (
        FileLock(tmp_path / "removed.json.lock"),
        pytest.raises(StoreError, match="removed-locked"),
    ):
        RemovedArticles(open_store(tmp_path)).add(three())
