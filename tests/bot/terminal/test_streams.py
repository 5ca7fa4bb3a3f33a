"""Streams that are full, or that the shell has closed: a sentence at most, no traceback."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.command import DONE, FAILED, MISUSED

SELON = shlex.join((sys.executable, "-c", "from bot.main import main; main()"))
FULL = "Erreur\u00a0: impossible d’écrire sur la sortie standard (plus de place sur le disque)\n"


def run(folder: Path, arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["sh", "-c", f"{SELON} {arguments}"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("command", ["--version", "state export -"])
def test_a_full_disk_behind_standard_output_is_one_sentence(tmp_path: Path, command: str) -> None:
    assert run(tmp_path, f"{command} > /dev/full") == (FAILED, "", FULL)


def test_a_stream_that_is_closed_changes_nothing_else(tmp_path: Path) -> None:
    assert run(tmp_path, "--version >&-") == (DONE, "", "")
    code, _, errors = run(tmp_path, "ask >&- <&-")
    assert (code, errors[:7]) == (MISUSED, "Erreur\u00a0")


def test_an_error_that_nobody_can_read_keeps_its_code(tmp_path: Path) -> None:
    assert run(tmp_path, "ask 2>/dev/full") == (MISUSED, "", "")
