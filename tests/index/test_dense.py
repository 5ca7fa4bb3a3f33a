from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseBuilder, DenseIndex
from index.embedding import Vectors
from index.errors import DamagedIndex, StoreError


def _vectors(count: int, dimension: int = 8) -> Vectors:
    vectors = np.random.default_rng(7).standard_normal((count, dimension), dtype=np.float32)
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


def _saved(vectors: Vectors, path: Path) -> DenseIndex:
    DenseIndex.build(vectors).save(path)
    return DenseIndex.open(path)


def test_finds_what_a_full_comparison_finds(tmp_path: Path) -> None:
    vectors = _vectors(500)
    question = _vectors(501)[500]
    rows, scores = _saved(vectors, tmp_path / "x.faiss").search(question, 20)
    expected = np.argsort(-(vectors @ question))[:20]
    assert rows.tolist() == expected.tolist()
    np.testing.assert_allclose(scores, (vectors @ question)[expected], rtol=1e-5)
    assert [rows.dtype.name, scores.dtype.name] == ["int64", "float32"]


def test_equal_scores_come_in_row_order() -> None:
    vectors = np.repeat(_vectors(1), 9, axis=0)
    rows, _ = DenseIndex.build(vectors).search(vectors[0], 9)
    assert rows.tolist() == list(range(9))


def test_gives_fewer_when_there_are_fewer(tmp_path: Path) -> None:
    index = _saved(_vectors(3), tmp_path / "x.faiss")
    rows, scores = index.search(_vectors(1)[0], 10)
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert len(scores) == 3
    assert index.search(_vectors(1)[0], 0)[0].tolist() == []


def test_an_empty_index_is_saved_opened_and_finds_nothing(tmp_path: Path) -> None:
    DenseBuilder(tmp_path / "x.faiss", 0, 8).finish()
    index = DenseIndex.open(tmp_path / "x.faiss")
    assert len(index) == 0
    assert index.search(_vectors(1)[0], 5)[0].tolist() == []


def test_gives_vectors_back_by_row(tmp_path: Path) -> None:
    vectors = _vectors(50)
    index = _saved(vectors, tmp_path / "é x.faiss")
    rows = np.array([49, 0, 7, 7])
    np.testing.assert_array_equal(index.vectors(rows), vectors[rows])
    assert index.vectors(np.array([], dtype=np.int64)).shape == (0, 8)


@pytest.mark.parametrize("row", [-1, 50])
def test_refuses_a_row_that_does_not_exist(row: int) -> None:
    with pytest.raises(IndexError, match="an index of 50"):
        DenseIndex.build(_vectors(50)).vectors(np.array([0, row]))


def test_a_builder_filled_in_any_order_is_the_same_index(tmp_path: Path) -> None:
    vectors = _vectors(100)
    builder = DenseBuilder(tmp_path / "filled.faiss", 100, 8)
    for row in reversed(range(100)):
        builder.put(np.array([row]), vectors[row : row + 1])
    np.testing.assert_array_equal(builder.get(np.array([7, 3])), vectors[[7, 3]])
    builder.finish()
    DenseIndex.build(vectors).save(tmp_path / "built.faiss")
    assert (tmp_path / "filled.faiss").read_bytes() == (tmp_path / "built.faiss").read_bytes()


@pytest.mark.parametrize("content", [b"", b"no vectors", None])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.faiss"
    DenseIndex.build(_vectors(50)).save(path)
    path.write_bytes(path.read_bytes()[:-10] if content is None else content)
    with pytest.raises(DamagedIndex, match=r"x\.faiss: .*`selon index`"):
        DenseIndex.open(path)


def test_a_full_disk_is_one_line_that_names_the_file() -> None:
    with pytest.raises(StoreError, match=r"^/dev/full: .*No space left on device") as caught:
        DenseIndex.build(_vectors(5_000)).save(Path("/dev/full"))
    assert "\n" not in str(caught.value)


def test_finds_only_among_the_rows_allowed(tmp_path: Path) -> None:
    vectors = _vectors(500)
    among = np.zeros(500, dtype=np.bool_)
    among[[3, 250, 499]] = True
    rows, scores = _saved(vectors, tmp_path / "x.faiss").search(vectors[4], 20, among)
    assert sorted(rows.tolist()) == [3, 250, 499]
    np.testing.assert_allclose(scores, vectors[rows] @ vectors[4], rtol=1e-5)
