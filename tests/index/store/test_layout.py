from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index.errors import BuildLocked, StoreError
from index.store.files.layout import Hold, Layout, build_lock, when_unread
from tests.index.samples import index, opened, three

GENERATION = "hold = Hold(path)"
BUILD = "hold = build_lock(path); hold.__enter__()"


@contextmanager
def another_process(statement: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds what is at `path`, killed as the block ends."""
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from index.store.files.layout import Hold, build_lock\n"
        f"path = Path(sys.argv[1])\n{statement}\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            yield holder
        finally:
            holder.kill()
            holder.wait()


def _builds(data_dir: Path, count: int) -> list[str]:
    return [index(three()[: 1 + n % 3], data_dir).generation for n in range(count)]


def test_what_is_read_is_removed_only_after_its_reader_has_gone(tmp_path: Path) -> None:
    index([three()[2]], tmp_path)
    first_open, other = opened(tmp_path), opened(tmp_path)
    first = first_open.facts.id
    made = _builds(tmp_path, 3)
    assert Layout(tmp_path).whole() == [first, *made[-2:]]
    first_open.close()
    first_open.close()  # again, which lets go of nobody else's hold
    made += _builds(tmp_path, 1)
    assert first in Layout(tmp_path).whole()
    other.close()
    made += _builds(tmp_path, 2)
    assert Layout(tmp_path).whole() == made[-2:]


def test_an_open_generation_answers_after_its_files_are_gone(data_dir: Path) -> None:
    with opened(data_dir) as generation:
        shutil.rmtree(data_dir)
        [stored] = generation.passages_by_key([0])
        written = generation.article(stored.article_id)
        assert written is not None
        assert stored.passage.text in written.text
        assert len(generation.passage_vectors.vectors(np.array([0]))) == 1


def test_another_process_holds_until_it_is_dead(tmp_path: Path) -> None:
    first = index([three()[2]], tmp_path).generation
    folder = Layout(tmp_path).folder(first)
    with another_process(GENERATION, folder):
        _builds(tmp_path, 3)
        assert first in Layout(tmp_path).whole()
    made = _builds(tmp_path, 2)
    assert Layout(tmp_path).whole() == made


def test_without_a_lock_nothing_is_held_and_an_impossible_folder_is_named(tmp_path: Path) -> None:
    Hold(tmp_path / "gone").release()
    with when_unread(tmp_path / "gone") as free:
        assert free
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(StoreError, match=r"file.*: store-unwritable"),
        build_lock(tmp_path / "file" / "x"),
    ):
        pass


def test_a_second_builder_is_told_who_holds_the_lock_until_it_is_dead(tmp_path: Path) -> None:
    with another_process(BUILD, tmp_path) as holder:
        known = rf"build-locked-by \(process={holder.pid}, since=\d{{4}}-"
        with pytest.raises(BuildLocked, match=known), build_lock(tmp_path):
            pass
    with build_lock(tmp_path):
        assert str(os.getpid()) in (tmp_path / "lock.holder").read_text()


@pytest.mark.parametrize("noted", ["", "garbage", "{}", '{"pid": "x", "since": 3}'])
def test_an_unreadable_note_of_the_holder_is_a_clear_refusal(tmp_path: Path, noted: str) -> None:
    with build_lock(tmp_path):
        (tmp_path / "lock.holder").write_text(noted)
        with pytest.raises(BuildLocked, match=r"build-locked$"), build_lock(tmp_path):
            pass
