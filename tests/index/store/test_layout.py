from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from index.store.files.layout import Hold, Layout, when_unread
from tests.index.samples import index, opened, three

_HOLD = """
import sys
from pathlib import Path
from index.store.files.layout import Hold
hold = Hold(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def _whole(data_dir: Path) -> list[str]:
    return Layout(data_dir).whole()


def _builds(data_dir: Path, count: int) -> list[str]:
    return [index(three()[: 1 + n % 3], data_dir).generation for n in range(count)]


def test_what_is_read_is_removed_only_after_its_reader_has_gone(tmp_path: Path) -> None:
    index([three()[2]], tmp_path)
    reader, other = opened(tmp_path), opened(tmp_path)
    first = reader.facts.id
    made = _builds(tmp_path, 3)
    assert _whole(tmp_path) == [first, *made[-2:]]
    reader.close()
    made += _builds(tmp_path, 1)
    assert first in _whole(tmp_path)
    other.close()
    made += _builds(tmp_path, 2)
    assert _whole(tmp_path) == made[-2:]


def test_another_process_holds_until_it_is_dead(tmp_path: Path) -> None:
    first = index([three()[2]], tmp_path).generation
    folder = Layout(tmp_path).folder(first)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            _builds(tmp_path, 3)
            assert first in _whole(tmp_path)
        finally:
            holder.kill()
            holder.wait()
    made = _builds(tmp_path, 2)
    assert _whole(tmp_path) == made


def test_holds_are_shared_and_released_once(tmp_path: Path) -> None:
    folder = Layout(tmp_path).folder(index(three(), tmp_path).generation)
    one, two = Hold(folder), Hold(folder)
    one.release()
    one.release()
    with when_unread(folder) as free:
        assert not free
    two.release()
    with when_unread(folder) as free:
        assert free


def test_where_there_is_no_lock_to_be_had_nothing_is_held(tmp_path: Path) -> None:
    Hold(tmp_path / "gone").release()
    with when_unread(tmp_path / "gone") as free:
        assert free
