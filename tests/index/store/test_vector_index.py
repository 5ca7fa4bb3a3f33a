"""Another engine of nearest neighbours is a class and a row in the table of engines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.models.base import BoolArray, IntArray, Vectors
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.build_turn import StoredVectors
from index.store.files import vector_index
from index.store.files.vector_index import VectorEngine, vectors_path
from tests.fakes import FakeEmbedder
from tests.index.samples import article, files_in_service, full, index, opened, three


class NumpyVectors:
    """Compares every vector, in memory."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    @classmethod
    def open(cls, path: Path) -> NumpyVectors:
        return cls(np.load(path))

    def __len__(self) -> int:
        return len(self._vectors)

    def search(
        self, vector: Vectors, k: int, among: BoolArray | None = None
    ) -> tuple[IntArray, Vectors]:
        scores = self._vectors @ vector
        rows = np.arange(len(self)) if among is None else np.flatnonzero(among)
        best = rows[np.lexsort((rows, -scores[rows]))[:k]]
        return best, scores[best]

    def vectors(self, rows: IntArray) -> Vectors:
        return self._vectors[rows]

    def scores(self, vector: Vectors, rows: IntArray) -> Vectors:
        return self._vectors[rows] @ vector


class NumpyWriter:
    def __init__(self, path: Path, size: int, dimension: int) -> None:
        self._path = path
        self._vectors = np.zeros((size, dimension), dtype=np.float32)

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        self._vectors[rows] = vectors

    def put_again(self, rows: IntArray, stored: StoredVectors, kept_from: IntArray) -> None:
        self.put(rows, stored.vectors(kept_from))

    def get(self, rows: IntArray) -> Vectors:
        return self._vectors[rows]

    def finish(self) -> None:
        np.save(self._path, self._vectors)


def _titles(data_dir: Path) -> list[str]:
    with opened(data_dir) as generation:
        searcher = Searcher(generation, FakeEmbedder(), ConfidenceModel.load())
        return [hit.article.title for hit in searcher.search("Quand le pont fut-il bâti ?").hits]


def test_another_engine_writes_new_generations_and_those_before_stay_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index([*three(), full()], tmp_path)
    found = _titles(tmp_path)
    engine = VectorEngine(".npy", NumpyVectors.open, NumpyWriter)
    monkeypatch.setattr(vector_index, "ENGINES", (engine, *vector_index.ENGINES))
    assert _titles(tmp_path) == found
    index([*three(), full(), article("phare", "Le phare fut allumé en 1887.")], tmp_path)
    assert {"passages.npy", "sentences.npy"} <= set(files_in_service(tmp_path))
    assert "passages.faiss" not in files_in_service(tmp_path)
    assert _titles(tmp_path)[0] == "Pont"
    index([*three(), full()], tmp_path / "new")
    assert _titles(tmp_path / "new") == found


def test_a_file_that_is_not_there_has_the_name_it_would_be_written_under(tmp_path: Path) -> None:
    assert vectors_path(tmp_path / "passages").name == "passages.faiss"
