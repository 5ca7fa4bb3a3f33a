"""Vectors by row in a file: what an engine of nearest neighbours does, and which ones there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.models.base import BoolArray, IntArray, Vectors
from index.store.build_turn import VectorWriter
from index.store.files.faiss_vectors import FaissVectors, FaissWriter


class VectorIndex(Protocol):
    """Vectors by row, searched by inner product (cosine, as embedders normalise).

    Several threads may ask at once. Raises DamagedIndex.
    """

    def __len__(self) -> int: ...

    def search(
        self, vector: Vectors, k: int, among: BoolArray | None = None
    ) -> tuple[IntArray, Vectors]:
        """The rows and scores of the k best, best first, equals by row; fewer when there are fewer.

        `vector` has shape (d,); `among`, shape (n,), is True for the rows that may be found.
        """
        ...

    def vectors(self, rows: IntArray) -> Vectors:
        """The vectors of these rows, shape (len(rows), d). Raises IndexError."""
        ...

    def scores(self, vector: Vectors, rows: IntArray) -> Vectors:
        """The inner products of a vector, shape (d,), with those of these rows."""
        ...


@dataclass(frozen=True, slots=True)
class VectorEngine:
    """One engine: the suffix of its files, how one is opened, and how one of so many rows of so
    many dimensions is written."""

    suffix: str
    open: Callable[[Path], VectorIndex]
    write: Callable[[Path, int, int], VectorWriter]


ENGINES: tuple[VectorEngine, ...] = (VectorEngine(".faiss", FaissVectors.open, FaissWriter),)
"""The first one writes new generations; each opens what it has written."""


def vectors_path(stem: Path) -> Path:
    """The file that an engine has written under this name; the one to write where there is none."""
    paths = [stem.with_suffix(engine.suffix) for engine in ENGINES]
    return next((path for path in paths if path.exists()), paths[0])


def open_vectors(path: Path) -> VectorIndex:
    """Open what an engine has written. Raises DamagedIndex."""
    return next(each for each in ENGINES if each.suffix == path.suffix).open(path)


def write_vectors(stem: Path, size: int, dimension: int) -> VectorWriter:
    """A file to put vectors into. Raises StoreError."""
    engine = ENGINES[0]
    return engine.write(stem.with_suffix(engine.suffix), size, dimension)
