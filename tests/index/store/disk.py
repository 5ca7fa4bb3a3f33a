"""A small file system of its own, where this user may mount one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: str | Path, options: str) -> Iterator[Path]:
    """A disk in this folder, which all may reach; or the test is skipped saying why."""
    Path(folder).chmod(0o755)
    disk = Path(folder, "disk")
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "selon", str(disk)]
    try:
        refused = subprocess.run(command, capture_output=True, timeout=30).returncode
    except OSError:
        refused = 1
    if refused:
        pytest.skip("this user may not mount a small disk: that takes CAP_SYS_ADMIN")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True, timeout=30)
