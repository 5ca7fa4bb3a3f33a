"""Which changes of a folder matter, and that they are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchfiles import Change

from bot.feeding import folders
from bot.feeding.changes import Changes, Stop
from bot.feeding.folders import Folders, Matters

SECONDS = 10.0


class Counted(Changes):
    """Counts the marks, and lets a test wait for the next."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = 0

    def mark(self) -> None:
        self.marks += 1

    def after(self, act: Callable[[], object]) -> bool:
        """Whether a mark follows what a test does."""
        before = self.marks
        act()
        end = time.monotonic() + SECONDS
        while self.marks == before and time.monotonic() < end:
            time.sleep(0.02)
        return self.marks > before


@contextmanager
def followed(*paths: Path, ignored: Path | None = None) -> Iterator[Counted]:
    changes, stop, told = Counted(), Stop(), []
    following = Folders(paths, [ignored] if ignored else [], changes, stop, told.append, quiet=100)
    thread = threading.Thread(target=following.follow)
    thread.start()
    time.sleep(0.3)
    try:
        yield changes
    finally:
        stop.set()
        thread.join(SECONDS)
        assert not thread.is_alive()
        assert told == []


@pytest.mark.parametrize(
    ("change", "name", "matters"),
    [
        (Change.added, "a.md", True),
        (Change.modified, "a.TXT", True),
        (Change.deleted, "a.md", True),
        (Change.deleted, "folder", True),
        (Change.deleted, "2025.08", True),
        (Change.added, "folder", True),
        (Change.modified, "folder", False),
        (Change.added, "a.exe", False),
        (Change.added, "absent", False),
        (Change.modified, "a.md.tmp", False),
        (Change.deleted, "a.md.part", False),
        (Change.modified, "a.md~", False),
        (Change.added, "~$a.md", False),
        (Change.added, "#a.md", False),
        (Change.added, ".a.md", False),
        (Change.modified, ".git/a.md", False),
        (Change.modified, "data/index/a.md", False),
    ],
)
def test_what_matters(tmp_path: Path, change: Change, name: str, matters: bool) -> None:
    (tmp_path / "folder").mkdir()
    filtered = Matters([tmp_path], [tmp_path / "data" / "index"])
    assert filtered(change, str(tmp_path / name)) is matters


def test_a_hidden_root_is_not_hidden_to_itself(tmp_path: Path) -> None:
    root = tmp_path / ".selon" / "corpus"
    assert Matters([root], [])(Change.added, str(root / "exemple.fr" / "a.md"))


def test_files_that_come_change_and_go_are_told(tmp_path: Path) -> None:
    article = tmp_path / "a.md"
    with followed(tmp_path) as changes:
        assert changes.after(lambda: article.write_text("Le phare.", encoding="utf-8"))
        assert changes.after(lambda: article.write_text("Le phare éteint.", encoding="utf-8"))
        assert changes.after(article.unlink)


def test_a_folder_moved_in_is_told_with_what_it_holds(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (other / "a.md").write_text("Le phare.", encoding="utf-8")
    with followed(root) as changes:
        assert changes.after(lambda: other.rename(root / "other"))
        assert changes.after(lambda: (root / "other").rename(other))


def test_what_does_not_matter_is_not_told(tmp_path: Path) -> None:
    with followed(tmp_path, ignored=tmp_path / "index") as changes:
        (tmp_path / "index").mkdir()
        (tmp_path / "index" / "a.md").write_text("x", encoding="utf-8")
        (tmp_path / "a.md.tmp").write_text("x", encoding="utf-8")
        (tmp_path / ".a.md").write_text("x", encoding="utf-8")
        time.sleep(0.6)
        assert changes.marks == 0
        assert changes.after(lambda: (tmp_path / "a.md").write_text("x", encoding="utf-8"))


def test_a_folder_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with followed(root) as changes:
        assert changes.after(lambda: root.rename(tmp_path / "away"))
        assert changes.after(lambda: (tmp_path / "away").rename(root))
        time.sleep(0.3)
        assert changes.after(lambda: (root / "a.md").write_text("Le phare.", encoding="utf-8"))


def test_a_file_that_an_editor_replaces_is_still_followed(tmp_path: Path) -> None:
    article, draft = tmp_path / "a.md", tmp_path / "draft"
    article.write_text("Le phare.", encoding="utf-8")
    with followed(article) as changes:
        for text in ("Le phare éteint.", "Le phare rallumé."):
            draft.write_text(text, encoding="utf-8")
            assert changes.after(lambda: draft.replace(article))
            time.sleep(0.3)


def test_folders_are_scanned_where_the_system_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, forced = folders.watch, []

    def refusing(*paths: Path, **options: object) -> object:
        forced.append(options["force_polling"])
        if not options["force_polling"]:
            raise OSError("OS file watch limit reached")
        return real(*paths, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(folders, "watch", refusing)
    monkeypatch.setattr(folders, "_LOOK", 100)
    changes, stop, told = Counted(), Stop(), []
    following = Folders([tmp_path], [], changes, stop, told.append, quiet=100)
    thread = threading.Thread(target=following.follow)
    thread.start()
    time.sleep(0.6)
    assert changes.after(lambda: (tmp_path / "a.md").write_text("Le phare.", encoding="utf-8"))
    stop.set()
    thread.join(SECONDS)
    assert told == ["OS file watch limit reached"]
    assert forced[0] is False
