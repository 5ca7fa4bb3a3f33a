from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import DamagedIndex, ModelMismatch, NoIndex
from index.store.factory import open_store
from index.store.files import opening
from index.store.files.integrity import current_id, verify
from index.store.files.layout import Hold
from index.store.files.manifest import FileManifest
from index.store.files.opening import open_generation
from tests.fakes import FakeEmbedder
from tests.index.samples import (
    article,
    files_in_service,
    flip,
    folder_in_service,
    forge,
    index,
    opened,
    three,
    truncate,
)


def test_nothing_indexed_yet_says_how_to_index(tmp_path: Path) -> None:
    for data_dir in (tmp_path, tmp_path / "missing"):
        assert current_id(data_dir) is None
        with pytest.raises(NoIndex, match="no-index"):
            opened(data_dir)
        with pytest.raises(NoIndex):
            verify(data_dir)


def test_another_model_is_named_beside_the_one_of_the_index(built: Path) -> None:
    with pytest.raises(ModelMismatch) as caught:
        open_generation(built, FakeEmbedder(dimension=65))
    for part in ("model-mismatch", "built=fake-64", "model=fake-65"):
        assert part in str(caught.value)


def test_roots_may_be_many_and_need_not_be_utf_8(data_dir: Path) -> None:
    folder, roots = folder_in_service(data_dir), tuple(f"/{n}/caf\udce9.md" for n in range(60_000))
    replace(FileManifest.open(folder), roots=roots).save(folder)
    assert FileManifest.open(folder).roots == roots


def test_the_size_is_told_while_a_build_removes_files(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [*os.walk(data_dir), (str(data_dir), [], ["removed since"])]
    monkeypatch.setattr("os.walk", lambda _: folders)
    assert open_store(data_dir).check().size > 0


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("damage", [flip, truncate, _grow, Path.unlink])
def test_damage_to_any_file_is_found(data_dir: Path, damage: Callable[[Path], None]) -> None:
    names = files_in_service(data_dir)
    assert len(names) > 6
    for name in names:
        path = folder_in_service(data_dir) / name
        before = path.read_bytes()
        damage(path)
        for look in (opened, verify):
            with pytest.raises(DamagedIndex) as caught:
                look(data_dir)
            message = str(caught.value)
            assert str(path) in message
            assert caught.value.code.startswith(("manifest-", "damaged-"))
            assert "\n" not in message
        path.write_bytes(before)
    opened(data_dir).close()


def test_of_a_large_file_the_size_is_checked_and_its_bytes_when_asked_or_read(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.files.manifest._QUICK", 10)
    path = folder_in_service(data_dir) / "sentences.faiss"
    before = path.read_bytes()
    for damage in (truncate, _grow):
        damage(path)
        with pytest.raises(DamagedIndex, match=r"sentences\.faiss: manifest-size \(size=\d+, exp"):
            opened(data_dir)
        path.write_bytes(before)
    flip(path)
    opened(data_dir).close()
    with pytest.raises(DamagedIndex, match=r"sentences\.faiss: manifest-altered"):
        verify(data_dir)
    monkeypatch.setattr("index.store.files.manifest._QUICK", 10)
    path = folder_in_service(data_dir) / "articles.sqlite"
    path.write_bytes(path.read_bytes()[:100] + os.urandom(path.stat().st_size - 100))
    with opened(data_dir) as generation, pytest.raises(DamagedIndex, match=r"articles\.sqlite"):
        generation.articles()


@pytest.mark.parametrize("content", ["", "\n", "../../etc", "20250101T000000.000000Z/..", "\0" * 9])
def test_a_current_that_names_nothing_is_refused(data_dir: Path, content: str) -> None:
    (data_dir / "index" / "CURRENT").write_text(content)
    with pytest.raises(DamagedIndex, match=r"CURRENT: (no-generation-named|generation-missing)"):
        opened(data_dir)
    with pytest.raises(DamagedIndex, match="CURRENT"):
        current_id(data_dir)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"format": 999}', r"manifest-newer \(version=999"),
        ('{"format": 0}', r"manifest-older \(version=0"),
        *(
            (content, "manifest-")
            for content in ("", "[]", "{}", '{"format": 1}', '{"format": "x"}')
        ),
        ("\udcff", "manifest-"),
    ],
)
def test_no_manifest_of_another_format_is_read(data_dir: Path, content: str, reason: str) -> None:
    path = folder_in_service(data_dir) / "manifest.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DamagedIndex, match=rf"manifest\.json: {reason}"):
        opened(data_dir)


def test_counts_that_do_not_agree_are_refused(data_dir: Path) -> None:
    """As when whole files of two generations are mixed and the manifest is written anew."""
    other = data_dir / "other"
    index([article("seul", "Une seule phrase.")], other)
    folder = folder_in_service(data_dir)
    shutil.copy(folder_in_service(other) / "passages.faiss", folder / "passages.faiss")
    forge(folder)
    with pytest.raises(DamagedIndex, match=r"passages\.faiss: damaged-rows \(found=1, expected="):
        opened(data_dir)


def test_a_generation_replaced_while_it_is_being_opened_gives_way_to_the_new_one(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder_in_service(data_dir)

    class Late(Hold):
        def __init__(self, folder: Path) -> None:
            if folder == before and folder.exists():
                with monkeypatch.context() as patch:
                    patch.setattr(opening, "Hold", Hold)
                    for count in (1, 2):
                        index(three()[:count], data_dir)
            super().__init__(folder)

    monkeypatch.setattr(opening, "Hold", Late)
    with opened(data_dir) as generation:
        assert generation.facts.articles == 2
    assert not before.exists()
