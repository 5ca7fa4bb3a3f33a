"""Nearest vectors: the only module that knows FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from index.embedding import Vectors
from index.errors import DamagedIndex, StoreError

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class DenseIndex:
    """Vectors by row, searched by exact inner product (cosine, as embedders normalise).

    Nothing outside depends on how the search is done, so an approximate index can take over where
    a corpus is too large for an exact one. Searches may run in several threads at once.
    """

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """An index of a copy of these vectors, shape (n, d)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> DenseIndex:
        """Open a saved index; its vectors stay on disk until they are looked at.

        Raises DamagedIndex.
        """
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise DamagedIndex(
                f"{path}: the vectors cannot be read; rebuild the index with `selon index`"
            ) from error
        if not isinstance(index, faiss.IndexFlatIP):
            raise DamagedIndex(
                f"{path}: not an index of vectors that Selon wrote; rebuild it with `selon index`"
            )
        return cls(index)

    def save(self, path: Path) -> None:
        """Raises StoreError when the file cannot be written whole."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            reason = str(error).rpartition(": ")[2]
            raise StoreError(
                f"{path}: the vectors cannot be written ({reason}); "
                "make room or choose another --data-dir, then run `selon index` again"
            ) from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(
        self, vector: Vectors, k: int, among: BoolArray | None = None
    ) -> tuple[IntArray, Vectors]:
        """The rows and scores of the k best, best first, equals by row; fewer when there are fewer.

        `vector` has shape (d,); `among`, shape (n,), is True for the rows that may be found.
        """
        k = min(k, len(self))
        if k < 1:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        # FAISS shares out questions, not rows: for one question, more threads would only be waited
        # for (tens of milliseconds on a busy machine). The setting is the calling thread's own.
        faiss.omp_set_num_threads(1)
        if among is None:
            scores, rows = self._index.search(question, k)
        else:
            # The stubs show the C++ constructors, not the Python ones that FAISS puts over them.
            bits = np.packbits(among, bitorder="little")
            allowed = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            only = faiss.SearchParameters(sel=allowed)  # type: ignore[call-arg]
            scores, rows = self._index.search(question, k, params=only)
            found = rows[0] >= 0
            scores, rows = scores[:, found], rows[:, found]
        order = np.lexsort((rows[0], -scores[0]))
        return rows[0][order], scores[0][order]

    def vectors(self, rows: IntArray) -> Vectors:
        """The vectors of these rows, shape (len(rows), d). Raises IndexError."""
        if not len(rows):
            return np.empty((0, self.dimension), dtype=np.float32)
        if rows.min() < 0 or rows.max() >= len(self):
            raise IndexError(f"rows {rows.min()}..{rows.max()} of an index of {len(self)}")
        found: Vectors = self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return found


class DenseBuilder:
    """Vectors that arrive in any order, then are written to one place in a generation's folder.

    Put every row, then `finish`. Raises StoreError when the disk refuses.
    """

    def __init__(self, path: Path, size: int, dimension: int) -> None:
        self._path = path
        self._index = faiss.IndexFlatIP(dimension)
        self._index.codes.resize(size * dimension * 4)
        self._index.ntotal = size
        self._array: Vectors = (
            faiss.rev_swig_ptr(self._index.get_xb(), size * dimension).reshape(size, dimension)
            if size
            else np.empty((0, dimension), dtype=np.float32)
        )

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        """Write the vectors, shape (len(rows), d), of these rows."""
        self._array[rows] = vectors

    def get(self, rows: IntArray) -> Vectors:
        """The vectors that were put at these rows, shape (len(rows), d)."""
        return self._array[rows]

    def finish(self) -> None:
        DenseIndex(self._index).save(self._path)
