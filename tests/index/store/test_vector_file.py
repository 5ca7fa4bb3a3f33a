"""Rows of a file of vectors, read in any order and from any disk."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from index.store.files.faiss_vectors import VectorFile


@pytest.fixture
def file(tmp_path: Path) -> VectorFile:
    file = VectorFile.create(tmp_path / "a.vectors", 500, 4)
    file.write(np.arange(500), np.arange(2000, dtype=np.float32).reshape(500, 4))
    return file


def _firsts(file: VectorFile, rows: list[int]) -> list[float]:
    read: list[float] = file.read(np.array(rows))[:, 0].tolist()
    return read


def test_rows_come_in_the_order_asked_for(file: VectorFile) -> None:
    assert _firsts(file, [7, 8, 2, 499]) == [28, 32, 8, 1996]


@pytest.mark.parametrize("told", [True, False])
def test_many_scattered_rows_are_the_same_whether_the_system_is_told_of_them(
    file: VectorFile, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    if not told:  # as on macOS
        monkeypatch.delattr(os, "posix_fadvise", raising=False)
    rows = list(range(0, 500, 3))
    assert _firsts(file, rows) == [4 * row for row in rows]


def test_a_file_cut_short_is_an_error(tmp_path: Path, file: VectorFile) -> None:
    opened = VectorFile.open(tmp_path / "a.vectors", 500)
    os.truncate(tmp_path / "a.vectors", 3000)
    with pytest.raises(OSError, match="vectors-cut"):
        opened.read(np.arange(0, 500, 3))
