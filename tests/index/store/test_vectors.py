from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamagedIndex, StoreError
from index.models.base import Vectors
from index.store.files.vectors import FileVectors, VectorWriter


def _vectors(count: int, dimension: int = 8) -> Vectors:
    vectors = np.random.default_rng(7).standard_normal((count, dimension), dtype=np.float32)
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


def _saved(vectors: Vectors, path: Path) -> FileVectors:
    FileVectors.build(vectors).save(path)
    return FileVectors.open(path)


def test_finds_what_a_full_comparison_finds_or_only_among_the_rows_allowed(tmp_path: Path) -> None:
    vectors = _vectors(500)
    question = _vectors(501)[500]
    rows, scores = _saved(vectors, tmp_path / "x.faiss").search(question, 20)
    expected = np.argsort(-(vectors @ question))[:20]
    assert rows.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, (vectors @ question)[expected], rtol=1e-5)
    assert [rows.dtype.name, scores.dtype.name] == ["int64", "float32"]
    vectors = _vectors(500)
    among = np.zeros(500, dtype=np.bool_)
    among[[3, 250, 499]] = True
    rows, scores = _saved(vectors, tmp_path / "x.faiss").search(vectors[4], 20, among)
    assert sorted(rows.tolist()) == [3, 250, 499]
    np.testing.assert_allclose(scores, vectors[rows] @ vectors[4], rtol=1e-5)


def test_equal_scores_come_in_row_order() -> None:
    vectors = np.repeat(_vectors(1), 9, axis=0)
    rows, _ = FileVectors.build(vectors).search(vectors[0], 9)
    assert rows.tolist() == list(range(9))


@pytest.mark.parametrize("row", [-1, 50])
def test_refuses_a_row_that_does_not_exist(row: int) -> None:
    with pytest.raises(IndexError, match="an index of 50"):
        FileVectors.build(_vectors(50)).vectors(np.array([0, row]))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_told_as_the_system_does() -> None:
    with pytest.raises(StoreError, match=r"reason=No space left on device\)"):
        FileVectors.build(_vectors(5000)).save(Path("/dev/full"))


def _large(vectors: Vectors, path: Path) -> FileVectors:
    """An index of these vectors as one of a large corpus is kept."""
    builder = VectorWriter(path, *vectors.shape, exact=10)
    for first in range(0, len(vectors), 700):
        rows = np.arange(first, min(first + 700, len(vectors)))
        builder.put(rows, vectors[rows])
    builder.finish()
    return FileVectors.open(path)


def test_a_large_index_finds_what_a_full_comparison_finds(tmp_path: Path) -> None:
    vectors = _vectors(3_000, 33)
    index = _large(vectors, tmp_path / "x.faiss")
    assert (len(index), index.dimension, index.exact) == (3_000, 33, False)
    kept = 0
    for question in _vectors(3_050, 33)[3_000:]:
        rows, scores = index.search(question, 20)
        np.testing.assert_allclose(scores, vectors[rows] @ question, atol=1e-3)
        assert scores.tolist() == sorted(scores, reverse=True)
        kept += len({*rows[:5]} & {*np.argsort(-(vectors @ question))[:5]})
    assert kept >= 0.97 * 5 * 50


@pytest.mark.parametrize("told", [True, False], ids=["the system is told of rows", "as on macOS"])
def test_a_large_index_finds_only_among_the_rows_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    if not told:
        monkeypatch.delattr(os, "posix_fadvise", raising=False)
    monkeypatch.setattr("index.store.files.vectors.COMPARED_ROWS", 100)
    vectors = _vectors(3_000, 32)
    index = _large(vectors, tmp_path / "x.faiss")
    question = _vectors(3_001, 32)[3_000]
    order = np.random.default_rng(3).permutation(3_000)
    for allowed in (0, 40, 300, 2_900):
        among = np.zeros(3_000, dtype=np.bool_)
        among[order[:allowed]] = True
        rows, _ = index.search(question, 20, among)
        expected = np.argsort(-np.where(among, vectors @ question, -2))[: min(20, allowed)]
        assert len(rows) == len(expected)
        assert len({*rows} & {*expected}) >= 0.9 * len(expected)
    unlike = np.zeros(3_000, dtype=np.bool_)
    unlike[np.argsort(vectors @ question)[:300]] = True
    rows, _ = index.search(question, 20, unlike)
    assert len(rows) == 20
    assert unlike[rows].all()


def test_a_large_indexs_vectors_stay_the_same_however_often_they_are_kept(tmp_path: Path) -> None:
    first = _large(_vectors(500), tmp_path / "a.faiss")
    rows = np.arange(500)
    again = _large(first.vectors(rows), tmp_path / "b.faiss")
    np.testing.assert_array_equal(again.vectors(rows), first.vectors(rows))
    np.testing.assert_allclose(first.vectors(rows), _vectors(500), atol=5e-4)
    for end in (".faiss", ".vectors"):
        assert (tmp_path / f"a{end}").read_bytes() == (tmp_path / f"b{end}").read_bytes()


@pytest.mark.parametrize("content", [None, b"", b"x" * 400])
def test_damaged_vectors_of_a_large_index_are_named(tmp_path: Path, content: bytes | None) -> None:
    _large(_vectors(300), tmp_path / "x.faiss")
    beside = tmp_path / "x.vectors"
    if content is None:
        beside.unlink()
    else:
        beside.write_bytes(content)
    with pytest.raises(DamagedIndex, match=r"x\.vectors: damaged-vectors"):
        FileVectors.open(tmp_path / "x.faiss")


def test_vectors_cut_short_while_they_are_served_are_damage(tmp_path: Path) -> None:
    index = _large(_vectors(300), tmp_path / "x.faiss")
    with (tmp_path / "x.vectors").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(DamagedIndex, match=r"x\.faiss: damaged-vectors-rows .*vectors-cut"):
        index.vectors(np.array([200]))
