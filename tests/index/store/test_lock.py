from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import BuildLocked, StoreError
from index.store.files.layout import build_lock

_HOLD = """
import sys
from pathlib import Path
from index.store.files.layout import build_lock
with build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_builder_is_told_who_holds_the_lock_until_it_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with (
                pytest.raises(
                    BuildLocked, match=rf"build-locked-by \(process={holder.pid}, since=\d{{4}}-"
                ),
                build_lock(tmp_path),
            ):
                pass
        finally:
            holder.kill()
            holder.wait()
    with build_lock(tmp_path):
        assert str(os.getpid()) in (tmp_path / "lock.holder").read_text()


@pytest.mark.parametrize("noted", ["", "garbage", "{}", '{"pid": "x", "since": 3}'])
def test_an_unreadable_note_of_the_holder_still_gives_a_clear_refusal(
    tmp_path: Path, noted: str
) -> None:
    with build_lock(tmp_path):
        (tmp_path / "lock.holder").write_text(noted)
        with pytest.raises(BuildLocked, match=r"build-locked$"), build_lock(tmp_path):
            pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(StoreError, match=r"file.*: store-unwritable"),
        build_lock(tmp_path / "file" / "x"),
    ):
        pass
