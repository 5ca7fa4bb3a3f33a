"""Which changes of a folder matter, and that they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from watchfiles import Change, watch

from bot.terminal.watch import folders
from bot.terminal.watch.folders import Folders, Matters
from bot.terminal.watch.watcher import ChangeSignal, StopSignal

Watch = Callable[..., Iterator[object]]
SECONDS = 60.0
"""What a machine that does other things may take; nothing waits so long where all is well."""


class Followed(ChangeSignal):
    def __init__(self) -> None:
        super().__init__()
        self.marks = self.watches = 0
        self.stop, self.told = StopSignal(), list[str]()
        self._news = threading.Condition()

    def mark(self) -> None:
        with self._news:
            self.marks += 1
            self._news.notify_all()

    def watch(self, *paths: Path, **options: object) -> Iterator[object]:
        for number, group in enumerate(watch(*paths, **options)):  # type: ignore[arg-type]
            yield group
            with self._news:
                self.watches += not number  # once its first group has been dealt with
                self._news.notify_all()

    def after(self, act: Callable[[], object]) -> bool:
        before = self.marks
        act()
        return self.until(lambda: self.marks > before)

    def until(self, holds: Callable[[], bool]) -> bool:
        with self._news:
            return self._news.wait_for(holds, SECONDS)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_LOOK", 100)


@contextmanager
def followed(path: Path, watch: Watch | None = None) -> Iterator[Followed]:
    """The changes of a folder that is followed, by another watch than the usual one."""
    changes = Followed()
    following = Folders([path], [], changes, changes.stop, changes.told.append, quiet=100)
    thread = threading.Thread(target=following.follow)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "watch", partial(watch, changes) if watch else changes.watch)
        thread.start()
        try:
            yield changes
        finally:
            changes.stop.set()
            thread.join(SECONDS)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("change", "name", "matters"),
    [
        (Change.added, "a.md", True),
        (Change.deleted, "a.md", True),
        (Change.deleted, "2025.08", True),
        (Change.modified, "folder", False),
        (Change.added, "absent", False),
        (Change.deleted, "a.md.part", False),
        (Change.added, "~$a.md", False),
        (Change.added, ".a.md", False),
        (Change.modified, "data/index/a.md", False),
    ],
)
def test_what_matters(tmp_path: Path, change: Change, name: str, matters: bool) -> None:
    (tmp_path / "folder").mkdir()
    filtered = Matters([tmp_path], [tmp_path / "data" / "index"])
    assert filtered(change, str(tmp_path / name)) is matters


def test_files_and_folders_that_come_change_and_go_are_told(tmp_path: Path) -> None:
    root, folder = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    folder.mkdir()
    (folder / "b.md").write_text("Le moulin.", encoding="utf-8")
    article = root / "a.md"
    with followed(root) as changes:
        assert changes.until(lambda: changes.watches == 1)
        assert changes.after(lambda: article.write_text("Le phare.", encoding="utf-8"))
        assert changes.after(lambda: article.write_text("Le phare éteint.", encoding="utf-8"))
        assert changes.after(article.unlink)
        assert changes.after(lambda: folder.rename(root / "other"))
        assert changes.after(lambda: (root / "other").rename(folder))
    assert changes.told == []


def test_a_folder_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with followed(root) as changes:
        assert changes.until(lambda: changes.watches == 1)
        assert changes.after(lambda: root.rename(tmp_path / "away"))
        assert changes.after(lambda: (tmp_path / "away").rename(root))
        assert changes.until(lambda: changes.watches == 2)
        assert changes.after(lambda: (root / "a.md").write_text("Le phare.", encoding="utf-8"))


def test_what_changes_before_the_watch_is_set_up_is_told(tmp_path: Path) -> None:
    def quiet(changes: Followed, *paths: Path, **options: object) -> Iterator[object]:
        while not changes.stop.is_set():
            yield set()

    with followed(tmp_path, quiet) as changes:
        assert changes.until(lambda: changes.marks > 0)


def test_folders_are_scanned_where_the_system_tells_nothing(tmp_path: Path) -> None:
    def refusing(changes: Followed, *paths: Path, **options: object) -> Iterator[object]:
        if not options["force_polling"]:
            raise OSError("OS file watch limit reached")
        return changes.watch(*paths, **options)

    with followed(tmp_path, refusing) as changes:
        assert changes.until(lambda: changes.watches == 1)
        assert changes.after(lambda: (tmp_path / "a.md").write_text("Le phare.", encoding="utf-8"))
    assert changes.told == ["OS file watch limit reached"]
