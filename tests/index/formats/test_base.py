from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from index.article import Article
from index.errors import ReadError
from index.formats.base import Content, Source
from index.formats.conversion import read_source
from tests.index.formats.articles import OTHER, PROSE
from tests.programs import run_program


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(PROSE)
    return path


def _while_read(monkeypatch: pytest.MonkeyPatch, times: int, change: Callable[[], object]) -> None:
    """Something happens to a file as it is opened, the first `times`."""
    opened = os.open
    count = 0

    def open_and_change(name: str, flags: int, *more: int) -> int:
        nonlocal count
        descriptor = opened(name, flags, *more)
        count += 1
        if count <= times:
            change()
        return descriptor

    monkeypatch.setattr("index.formats.base.os.open", open_and_change)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_changes_while_it_is_read_is_read_again(
    file: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    content = Content.of_file(file, "a.txt")
    new = file.with_suffix(".new")
    new.write_text(f"{PROSE} {OTHER}")
    change = partial(new.replace if replaced else partial(shutil.copyfile, new), file)
    _while_read(monkeypatch, 1, change)
    assert content.read().decode() == f"{PROSE} {OTHER}"


def test_a_file_that_keeps_changing_is_left(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Content.of_file(file, "a.txt")
    words = iter(range(10))
    _while_read(monkeypatch, 10, lambda: file.write_text(PROSE * (1 + next(words))))
    with pytest.raises(ReadError, match=r"a\.txt: file-changed-twice"):
        content.read()


def test_records_that_change_while_they_are_read_are_kept_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id": 1, "text": "{PROSE}"}}\n' * 3_000)
    found = read_source(Source(path, "a.jsonl", "a.jsonl"))
    assert isinstance(next(found), Article)
    with path.open("a") as stream:
        stream.write(f'{{"id": 2, "text": "{OTHER}"}}\n')
    with pytest.raises(ReadError, match=r"file-changed$"):
        list(found)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_pipe_in_the_place_of_a_file_is_never_waited_for(file: Path, when: str) -> None:
    content = Content.of_file(file, "a.txt") if when == "after" else None
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(ReadError, match=r"a\.txt: file-unreadable .*not-a-file"):
        (content or Content.of_file(file, "a.txt")).read()


def test_no_file_is_or_grows_larger_than_an_article_can_be(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    with path.open("wb") as stream:
        stream.truncate(300 * 2**20)
    with pytest.raises(ReadError, match=r"a\.md: article-too-large .*size=314572800"):
        Content.of_file(path, "a.md").read()
    content = Content.of_file(file, "a.txt")
    _while_read(monkeypatch, 1, lambda: file.write_text(PROSE * 100))
    with pytest.raises(ReadError, match="article-too-large"):
        content.read(limit=len(PROSE.encode()) + 10)


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from index.formats.conversion import read_source
from index.formats.sources import find_sources
from index.errors import ReadError
root = Path(sys.argv[1])
list(read_source(find_sources([root / "a.md"])[0][0]))  # imports what reading needs
if os.geteuid() == 0:
    os.setegid(65534), os.seteuid(65534)
sources, skipped = find_sources([root])
for skip in skipped:
    print("skipped", skip.label.removeprefix(str(root)), skip.problem, sep="|")
for source in sources:
    try:
        print("read", len(list(read_source(source))), source.location, sep="|")
    except ReadError as error:
        print("refused", str(error).removeprefix(str(root)), sep="|")
try:
    find_sources([root / "closed" / "inner"])
except ReadError as error:
    print("refused", str(error).removeprefix(str(root)), sep="|")
"""


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="no rights to lose on this system")
def test_what_one_may_not_read_is_named_and_the_rest_goes_on() -> None:
    root = Path(tempfile.mkdtemp()) / "corpus"
    try:
        for name in ("a.md", "b.md", "closed/c.md", "closed/inner/d.md"):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(PROSE)
        root.parent.chmod(0o755)
        (root / "b.md").chmod(0)
        (root / "closed").chmod(0)
        command = (sys.executable, "-c", UNPRIVILEGED, root)
        told = run_program(*command, cwd=Path(__file__).parents[3])
    finally:
        (root / "closed").chmod(0o755)
        shutil.rmtree(root.parent)
    assert told.stderr == ""
    assert told.stdout.splitlines() == [
        "skipped|/closed|folder-unreadable (reason=Permission denied)",
        "read|1|corpus/a.md",
        "refused|/b.md: file-not-permitted (reason=Permission denied)",
        "refused|/closed/inner: folder-unreadable (reason=Permission denied)",
    ]
