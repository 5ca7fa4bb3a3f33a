from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build.builder import build
from index.errors import BuildLocked, DamagedIndex, NoIndex, StoreError
from index.store.files.generation import current_id, verify
from index.store.files.layout import Layout
from index.store.files.lock import build_lock
from index.store.files.transfer import export_index, import_index
from tests.fakes import FakeEmbedder
from tests.index.samples import BRIDGE, best_passage, index, three


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    (root / "corpus").mkdir()
    for each in three():
        (root / "corpus" / each.path).write_text(f"# {each.title}\n\n{each.text}", encoding="utf-8")
    build([root / "corpus"], root / "data", FakeEmbedder())
    return root / "data"


@pytest.fixture(scope="module")
def exported(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "index"
    export_index(built, folder)
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    return shutil.copytree(exported, tmp_path / "export")


def test_an_index_arrives_whole_and_answers(built: Path, folder: Path, tmp_path: Path) -> None:
    arrived = import_index(folder, tmp_path / "there")
    left = verify(built)
    assert arrived == left == verify(tmp_path / "there")
    assert arrived.roots == left.roots != ()
    assert best_passage(tmp_path / "there", "Qui a construit le pont ?") == BRIDGE
    assert sorted(each.name for each in folder.parent.iterdir()) == ["export", "there"]


def test_what_was_there_before_can_be_put_back(folder: Path, tmp_path: Path) -> None:
    from index.store.files.transfer import rollback

    older = index(three()[:1], tmp_path / "there")
    arrived = import_index(folder, tmp_path / "there")
    assert current_id(tmp_path / "there") == arrived.id > older.generation
    again = import_index(folder, tmp_path / "there")
    assert again.id > arrived.id
    assert verify(tmp_path / "there").articles == 3
    assert rollback(tmp_path / "there").id == arrived.id


def test_an_export_replaces_an_earlier_one_and_nothing_else(
    built: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "articles.sqlite").write_bytes(b"damaged")
    export_index(built, folder)
    assert import_index(folder, tmp_path / "there").articles == 3
    (tmp_path / "empty").mkdir()
    export_index(built, tmp_path / "empty")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    for other in (tmp_path / "photos", tmp_path / "photos" / "a.jpg"):
        with pytest.raises(StoreError, match="export-not"):
            export_index(built, other)
    assert (tmp_path / "photos" / "a.jpg").read_bytes() == b"x"
    with pytest.raises(NoIndex):
        export_index(tmp_path / "nowhere", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


@pytest.mark.parametrize("name", ["articles.sqlite", "sentences.faiss", "manifest.json"])
@pytest.mark.parametrize("damage", [_flip, _truncate, Path.unlink])
def test_a_damaged_export_is_refused_and_changes_nothing(
    folder: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    first = index(three()[:1], tmp_path / "there")
    damage(folder / name)
    with pytest.raises(DamagedIndex, match=f"{name}|import-none") as caught:
        import_index(folder, tmp_path / "there")
    assert re.search("remedy-export|import-none", str(caught.value))
    assert "\n" not in str(caught.value)
    assert verify(tmp_path / "there").id == first.generation
    assert Layout(tmp_path / "there").whole() == [first.generation]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DamagedIndex, match="import-none"):
            import_index(folder, tmp_path / "there")


def test_a_manifest_that_names_files_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    from index.store.files import manifest

    path = folder / "manifest.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    del fields["sha256"]
    fields["files"] = {"../secret": {"size": 1, "sha256": "0" * 64}}
    path.write_bytes(manifest._render(fields))
    with pytest.raises(DamagedIndex, match="import-outside"):
        import_index(folder, tmp_path / "there")


def test_a_build_under_way_is_not_disturbed(folder: Path, tmp_path: Path) -> None:
    with build_lock(tmp_path / "there" / "index"), pytest.raises(BuildLocked):
        import_index(folder, tmp_path / "there")


def test_a_disk_that_refuses_leaves_nothing_behind(
    built: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = index(three()[:1], tmp_path / "there")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", refuse)
    with pytest.raises(StoreError, match="No space left on device"):
        import_index(folder, tmp_path / "there")
    with pytest.raises(StoreError, match="No space left on device"):
        export_index(built, tmp_path / "out")
    assert verify(tmp_path / "there").id == first.generation
    assert [each.name for each in (tmp_path / "there" / "index" / "generations").iterdir()] == [
        first.generation
    ]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["export", "there"]
