from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import DamagedIndex, NoIndex, StoreError
from index.ingestion.builder import build
from index.store.files.integrity import current_id, verify
from index.store.files.manifest import MANIFEST_NAME
from index.store.files.transfer import export_index, import_index, rollback
from tests.fakes import FakeEmbedder
from tests.index.samples import (
    BRIDGE,
    best_passage,
    flip,
    forge,
    generations,
    index,
    refuse,
    three,
    truncate,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    (root / "corpus").mkdir()
    for article in three():
        (root / "corpus" / article.path).write_text(
            f"# {article.title}\n\n{article.text}", encoding="utf-8"
        )
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


def test_an_index_arrives_whole_and_what_was_there_before_can_be_put_back(
    built: Path, folder: Path, tmp_path: Path
) -> None:
    arrived = import_index(folder, tmp_path / "there")
    left = verify(built)
    assert arrived == verify(tmp_path / "there")
    assert left.roots != arrived.roots == ()  # of another machine: followed once they are named
    assert arrived.rules == ""  # nobody here knows what they were
    assert replace(arrived, id=left.id, roots=left.roots, rules=left.rules) == left
    assert best_passage(tmp_path / "there", "Qui a construit le pont ?") == BRIDGE
    assert sorted(path.name for path in folder.parent.iterdir()) == ["export", "there"]
    assert current_id(tmp_path / "there") == arrived.id
    again = import_index(folder, tmp_path / "there")
    assert again.id > arrived.id
    assert verify(tmp_path / "there").articles == 3
    assert rollback(tmp_path / "there").id == arrived.id


def test_an_export_replaces_an_earlier_one_only(
    built: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "articles.sqlite").write_bytes(b"damaged")
    export_index(built, folder)
    assert import_index(folder, tmp_path / "there").articles == 3
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    export_index(built, Path())
    assert verify(built).id in (tmp_path / "empty" / MANIFEST_NAME).read_text(encoding="utf-8")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    for other in (tmp_path / "photos", tmp_path / "photos" / "a.jpg"):
        with pytest.raises(StoreError, match="export-not"):
            export_index(built, other)
    assert (tmp_path / "photos" / "a.jpg").read_bytes() == b"x"
    (folder / "lexical" / "notes.txt").write_text("à moi", encoding="utf-8")
    with pytest.raises(StoreError, match="export-not-empty"):
        export_index(built, folder)
    assert (folder / "lexical" / "notes.txt").exists()
    with pytest.raises(NoIndex):
        export_index(tmp_path / "nowhere", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["articles.sqlite", "sentences.faiss", "manifest.json"])
@pytest.mark.parametrize("damage", [flip, truncate, Path.unlink])
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
    assert generations(tmp_path / "there") == [first.generation]


def _refused(folder: Path, tmp_path: Path, reason: str) -> None:
    """In one line, and nothing has changed where it would have come."""
    before = index(three()[:1], tmp_path / "there").generation
    with pytest.raises(DamagedIndex, match=reason) as caught:
        import_index(folder, tmp_path / "there")
    assert "\n" not in str(caught.value)
    assert verify(tmp_path / "there").id == before
    assert generations(tmp_path / "there") == [before]


@pytest.fixture
def in_time() -> Iterator[None]:
    """What waits for ever fails instead."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_a_forged_id_removes_nothing(folder: Path, tmp_path: Path) -> None:
    letter = tmp_path / "there" / "precious" / "letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("Chère Jeanne", encoding="utf-8")
    forge(folder, id="x/../../../precious")
    _refused(folder, tmp_path, "manifest-field.*field=id")
    assert letter.read_text(encoding="utf-8") == "Chère Jeanne"


STAMP = {"size": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("id", f"{start}0261126T152304.459153Z") for start in ("٢", "../2", "")),
        ("id", "20269926T152304.459153Z"),
        *(("roots", value) for value in ("/home", ["ailleurs"], ["/a\x00b"], [1])),
        *(("files", {name: STAMP}) for name in ("../secret", "/etc/passwd", "a\\b")),
        ("files", {"manifest.json": STAMP}),
        ("files", {"days.npy": {"size": -1, "sha256": "0" * 64}}),
        ("files", {"days.npy": {"size": 1, "sha256": "../.."}}),
        ("files", {"days.npy": STAMP}),  # and none of the others
        ("built_at", "0001-01-01T00:00:00+00:00"),
        ("built_at", "2026-11-26T15:23:07+23:59"),
        *(("articles", value) for value in (-1, 10**30, True, 1.5, float("inf"), "3")),
        ("dimension", 2**70),
        ("languages", {"fr": 10**30}),
        ("model", "m" * 100_000),
        ("rules", "\x1b[2J"),
    ],
)
def test_a_forged_field_is_refused(folder: Path, tmp_path: Path, field: str, value: Any) -> None:
    forge(folder, **{field: value})
    _refused(folder, tmp_path, f"manifest-field.*field={field}")


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"format": 2, "id": ' + b"9" * 9_999 + b"}"])
def test_a_manifest_that_is_none_is_refused(folder: Path, tmp_path: Path, content: bytes) -> None:
    (folder / MANIFEST_NAME).write_bytes(content)
    _refused(folder, tmp_path, "manifest-not")


def _link(path: Path) -> None:
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.touch()
    path.symlink_to(elsewhere)


@pytest.mark.usefixtures("in_time")
@pytest.mark.parametrize("name", ["days.npy", "lexical/passages/size.json"])
@pytest.mark.parametrize("put", [os.mkfifo, _link, Path.mkdir])
def test_what_is_no_plain_file_is_refused(
    folder: Path, tmp_path: Path, name: str, put: Callable[[Path], None]
) -> None:
    (folder / name).write_bytes(b"")
    forge(folder)
    (folder / name).unlink()
    put(folder / name)
    _refused(folder, tmp_path, f"{name}.*manifest-no-file")


@pytest.mark.usefixtures("in_time")
def test_neither_is_a_folder_behind_a_link_nor_a_manifest_that_is_a_pipe(
    folder: Path, tmp_path: Path, built: Path
) -> None:
    (folder / "lexical").rename(tmp_path / "lexical")
    (folder / "lexical").symlink_to(tmp_path / "lexical")
    _refused(folder, tmp_path, "manifest-no-file")
    (folder / MANIFEST_NAME).unlink()
    os.mkfifo(folder / MANIFEST_NAME)
    with pytest.raises(DamagedIndex, match="import-none"):
        import_index(folder, tmp_path / "there")
    with pytest.raises(StoreError, match="export-not-empty"):
        export_index(built, folder)


@pytest.mark.usefixtures("in_time")
def test_a_view_that_never_ends_is_not_asked(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / "articles.sqlite")) as database:
        database.execute("DROP TABLE left_out")
        database.execute(
            "CREATE VIEW left_out AS WITH RECURSIVE n(id) AS "
            "(SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
        )
    forge(folder)
    _refused(folder, tmp_path, "import-not-ours")


class Killed(BaseException):
    """Nothing is done on the disk any more, not even what cleans up."""


NUMPY = b"\x93NUMPY\x01\x00\x76\x00{'descr': '<i8', 'fortran_order': False, "
_CHANGES = ("os.rename", "os.unlink", "os.rmdir", "os.mkdir", "shutil.copyfile")


def test_an_export_killed_at_any_moment_can_be_made_again(built: Path, folder: Path) -> None:
    for last in range(1000):
        done = [0]

        def counted(change: Callable[..., object], done: list[int], last: int) -> Any:
            def doing(*arguments: object, **more: object) -> object:
                if done[0] >= last:
                    raise Killed
                done[0] += 1
                return change(*arguments, **more)

            return doing

        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            for name in _CHANGES:
                room, _, what = name.partition(".")
                change = getattr({"os": os, "shutil": shutil}[room], what)
                patch.setattr(name, counted(change, done, last))
            export_index(built, folder)
            break
        whole = [path for path in folder.parent.iterdir() if (path / MANIFEST_NAME).is_file()]
        assert whole, "the only export was removed before another was whole"
        export_index(built, folder)
        assert [path.name for path in folder.parent.iterdir()] == ["export"]
    assert last > 30
    import_index(folder, folder.parent / "there")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lexical/passages/size.json", b'{"documents": 1e999}'),
        ("lexical/passages/size.json", b'{"documents": ' + b"9" * 99 + b"}"),
        ("lexical/sentences/vocab.index.json", b"[" * 200_000),
        ("articles.sqlite", b"SQLite format 3\0"),
        ("passages.faiss", b"IxFI" + b"\xff" * 64),
        ("days.npy", NUMPY + b"'shape': (9223372036854775807, 9), }".ljust(76) + b"\n"),
    ],
)
def test_huge_numbers_are_refused(folder: Path, tmp_path: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    forge(folder)
    _refused(folder, tmp_path, "import-not-ours|damaged-")


def test_a_disk_that_refuses_leaves_nothing_behind(
    built: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = index(three()[:1], tmp_path / "there")

    monkeypatch.setattr("shutil.copyfile", refuse)
    with pytest.raises(StoreError, match="No space left on device"):
        import_index(folder, tmp_path / "there")
    with pytest.raises(StoreError, match="No space left on device"):
        export_index(built, tmp_path / "out")
    assert verify(tmp_path / "there").id == first.generation
    assert generations(tmp_path / "there") == [first.generation]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "there"]


def test_a_folder_named_in_two_lines_is_no_forgery_and_no_index(tmp_path: Path) -> None:
    folder = tmp_path / "deux\nlignes"
    folder.mkdir()
    (folder / "phare.md").write_text("Le phare veille sur le port.", encoding="utf-8")
    build([folder], tmp_path / "data", FakeEmbedder())
    assert verify(tmp_path / "data").roots == (str(folder),)
    for other, code in ((folder, "import-none"), (tmp_path / "missing", "path-missing")):
        with pytest.raises(DamagedIndex, match=code):
            import_index(other, tmp_path / "there")
