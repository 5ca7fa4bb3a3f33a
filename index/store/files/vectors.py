"""FAISS: nearest vectors, exact up to a size, by short codes above it."""

from __future__ import annotations

import os
import re
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from itertools import pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import DamagedIndex, Problem, StoreError, StreamError, Words, reason_of
from index.models.base import BoolArray, IntArray, Vectors
from index.store.build import batches

if TYPE_CHECKING:  # slow to import, and a build without changes does without
    import faiss

EXACT_ROWS = 100_000  # maximum for exact search; see research/scale.md for its cost
CANDIDATE_DEPTH = 20  # candidates from short codes per requested row, then compared exactly
COMPARED_ROWS = 20_000  # selections up to this size are compared exactly, without short codes
_KEPT = 4  # selections whose vectors are kept in memory: at most 15 MB each
_DEEPER = 4  # growth of the depth if a selection leaves too few candidates
_TRAINING = 4_096  # rows to train the quantiser on; four times as many do not improve it
_BATCH = 16_384  # rows in memory at once
_COMPARED_AT_ONCE = 1_024  # rows compared exactly at once
_PIECE = 1 << 22  # bytes read at once
_WIDTH = 2  # dimensions per 4-bit code
_VECTORS = ".vectors"


class FileVectors:
    """Vectors by row in a file, searched by inner product (cosine, since embedders normalise).

    Exact up to `EXACT_ROWS` rows. Above, FAISS's product quantiser with 4-bit codes ("fast scan":
    André, Kermarrec & Le Scouarnec, "Quicker ADC", 2019) nominates candidates that are then
    compared exactly; the vectors are in a file beside the codes. Thread-safe. Raises DamagedIndex.
    """

    def __init__(self, index: faiss.Index, path: Path | None, file: VectorFile | None) -> None:
        self._index = index
        self._path = path
        self._file = file
        if file is not None:
            self._selected = lru_cache(_KEPT)(partial(_index_of_rows, file))

    @classmethod
    def build(cls, vectors: Vectors) -> FileVectors:
        """An exact index of a copy of these vectors, shape (n, d), in memory."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index, None, None)

    @classmethod
    def open(cls, path: Path, *, preload: bool = True) -> FileVectors:
        """Open a saved index; its vectors stay on disk until needed. `preload` is for callers that
        will read most of them. Raises DamagedIndex."""
        # Read the file into the page cache before mapping it: ten times faster than page faults.
        import faiss

        piece = bytearray(_PIECE)
        with suppress(OSError), path.open("rb", buffering=0) as file:
            while preload and file.readinto(piece):
                pass
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise DamagedIndex("damaged-vectors", subject=path) from error
        if isinstance(index, faiss.IndexFlatIP):
            return cls(index, path, None)
        if not isinstance(index, faiss.IndexPQFastScan):
            raise DamagedIndex("damaged-vectors-not-ours", subject=path)
        beside = path.with_suffix(_VECTORS)
        try:
            vectors = VectorFile.open(beside, index.ntotal)
        except OSError as error:
            raise DamagedIndex(
                "damaged-vectors-beside", subject=beside, reason=reason_of(error)
            ) from error
        if vectors.dimension + vectors.dimension % _WIDTH != index.d:
            raise DamagedIndex("damaged-vectors-other", subject=beside, name=path.name)
        return cls(index, path, vectors)

    def save(self, path: Path) -> None:
        """Raises StoreError if the file cannot be written."""
        _save(self._index, path)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d) if self._file is None else self._file.dimension

    @property
    def exact(self) -> bool:
        """True if every vector is compared exactly."""
        return self._file is None

    def search(
        self, vector: Vectors, k: int, among: BoolArray | None = None
    ) -> tuple[IntArray, Vectors]:
        """Rows and scores of the k best, best first, ties by row; fewer if there are fewer.
        `vector` has shape (d,); `among`, shape (n,), is True for the eligible rows."""
        import faiss

        k = min(k, len(self))
        if k < 1:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        question = np.ascontiguousarray(vector, dtype=np.float32)
        # FAISS parallelises over questions, not rows: with one question, more threads only wait
        # (tens of milliseconds on a busy machine). The setting is per calling thread.
        faiss.omp_set_num_threads(1)
        if self._file is None:
            return self._search_exactly(question, k, among)
        rows = self._nominate(question, k, among)
        scores = self.scores(question, rows)
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]

    def vectors(self, rows: IntArray) -> Vectors:
        """Vectors of these rows, shape (len(rows), d). Raises IndexError, DamagedIndex."""
        if not len(rows):
            return np.empty((0, self.dimension), dtype=np.float32)
        if rows.min() < 0 or rows.max() >= len(self):
            raise IndexError(f"rows {rows.min()}..{rows.max()} of an index of {len(self)}")
        if self._file is None:
            numbers = np.ascontiguousarray(rows, dtype=np.int64)
            return np.asarray(self._index.reconstruct_batch(numbers))
        with self._translate_read_errors():
            return self._file.read(rows)

    def scores(self, vector: Vectors, rows: IntArray) -> Vectors:
        """Inner products of a vector, shape (d,), with those of these rows. Raises IndexError,
        DamagedIndex."""
        # Small enough batches that NumPy does not use threads (see `search`).
        parts = [
            self.vectors(rows[part]) @ vector for part in batches(len(rows), _COMPARED_AT_ONCE)
        ]
        return np.concatenate([np.empty(0, dtype=np.float32), *parts])

    def _search_exactly(
        self, question: Vectors, k: int, among: BoolArray | None
    ) -> tuple[IntArray, Vectors]:
        import faiss

        if among is None:
            scores, rows = self._index.search(question[np.newaxis], k)
        else:
            # The stubs show the C++ constructors, not FAISS's Python wrappers.
            bits = np.packbits(among, bitorder="little")
            selector = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            only = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            scores, rows = self._index.search(question[np.newaxis], k, params=only)
            inside = rows[0] >= 0
            scores, rows = scores[:, inside], rows[:, inside]
        order = np.lexsort((rows[0], -scores[0]))
        return rows[0][order], scores[0][order]

    def _nominate(self, question: Vectors, k: int, among: BoolArray | None) -> IntArray:
        """Ascending rows that almost certainly include the k best."""
        if among is None:
            return self._search_codes(question, k * CANDIDATE_DEPTH)
        eligible_count = int(np.count_nonzero(among))
        if eligible_count <= max(COMPARED_ROWS, k * CANDIDATE_DEPTH):
            eligible = np.flatnonzero(among)
            if eligible_count > k:
                with self._translate_read_errors():
                    selected = self._selected(eligible.tobytes())
                eligible = np.sort(eligible[selected.search(question[np.newaxis], k)[1][0]])
            return eligible
        # FAISS cannot select among short codes: search deeper in proportion to the selection.
        depth = k * CANDIDATE_DEPTH * len(self) // eligible_count
        while True:
            rows = self._search_codes(question, depth)
            rows = rows[among[rows]]
            if len(rows) >= k * CANDIDATE_DEPTH // 2 or depth >= len(self):
                return rows
            depth *= _DEEPER

    @contextmanager
    def _translate_read_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DamagedIndex(
                "damaged-vectors-rows", subject=str(self._path), reason=reason_of(error)
            ) from error

    def _search_codes(self, question: Vectors, count: int) -> IntArray:
        """Ascending rows that are the best by their short codes."""
        _, rows = self._index.search(_even(question[np.newaxis]), min(count, len(self)))
        near: IntArray = np.sort(rows[0][rows[0] >= 0])  # -1 where FAISS found fewer
        return near


class VectorWriter:
    """Writes the vectors of all rows, in any order. Up to `exact` rows are held in memory; more go
    straight to disk. Raises StoreError."""

    def __init__(self, path: Path, size: int, dimension: int, exact: int = EXACT_ROWS) -> None:
        self._path = path
        self._size = size
        self._dimension = dimension
        self._file: VectorFile | None = None
        self._array: Vectors = np.empty((0, dimension), dtype=np.float32)
        if size > exact:
            with _translate_write_errors(path):
                self._file = VectorFile.create(path.with_suffix(_VECTORS), size, dimension)
        else:
            self._array = np.empty((size, dimension), dtype=np.float32)

    def put(self, rows: IntArray, vectors: Vectors) -> None:
        if self._file is None:
            self._array[rows] = vectors
            return
        with _translate_write_errors(self._path):
            self._file.write(rows, vectors)

    def get(self, rows: IntArray) -> Vectors:
        if self._file is None:
            return self._array[rows]
        with _translate_write_errors(self._path):
            return self._file.read(rows)

    def finish(self) -> None:
        import faiss

        if self._file is None:
            FileVectors.build(self._array).save(self._path)
            return
        # Short codes, trained on rows spread over all vectors.
        dimension = self._dimension + self._dimension % _WIDTH
        index = faiss.IndexPQFastScan(dimension, dimension // _WIDTH, 4, faiss.METRIC_INNER_PRODUCT)
        sample = np.linspace(0, self._size - 1, min(self._size, _TRAINING)).astype(np.int64)
        threads = faiss.omp_get_max_threads()
        try:
            # FAISS's seed is fixed: equal vectors give equal codes. One thread trains so small a
            # sample faster than two.
            faiss.omp_set_num_threads(1)
            index.train(_even(self.get(sample)))
            faiss.omp_set_num_threads(threads)
            for part in batches(self._size, _BATCH):
                index.add(_even(self.get(np.arange(part.start, part.stop))))
            _save(index, self._path)
        finally:
            self._file.close()


def _index_of_rows(file: VectorFile, rows: bytes) -> faiss.Index:
    """An exact index of some rows, an array of int64, in half precision. Raises OSError."""
    import faiss

    half = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(file.dimension, half, faiss.METRIC_INNER_PRODUCT)
    vectors = file.read(np.frombuffer(rows, dtype=np.int64))
    index.train(vectors)
    index.add(vectors)
    return index


def _even(vectors: Vectors) -> Vectors:
    """Pad an odd dimension with a zero, which does not change cosines."""
    odd = vectors.shape[1] % _WIDTH
    return np.pad(vectors, ((0, 0), (0, odd))) if odd else vectors


def _save(index: faiss.Index, path: Path) -> None:
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise _write_error(path, Words(re.split("[:(] ?", str(error))[-1].rstrip(")"))) from error


@contextmanager
def _translate_write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _write_error(path, reason_of(error)) from error


def _write_error(path: Path, reason: Problem | Words) -> StoreError:
    return StoreError("vectors-unwritable", subject=path, reason=reason)


_PREFETCH_RUNS = 32  # runs of rows; prefetching fewer costs more than it saves
_FILE_DTYPE = np.dtype("<f2")


class VectorFile:
    """Vectors of one dimension in half precision, written and read by row.

    Half precision changes a cosine by about 0.00002 and halves the size; rewriting what was read is
    lossless. Rows are read with `pread` rather than mapped: mapped pages count as this process's
    memory. Reading is thread-safe. Raises OSError.
    """

    def __init__(self, descriptor: int, size: int, dimension: int) -> None:
        self.dimension = dimension
        self._size = size
        self._width = dimension * _FILE_DTYPE.itemsize  # bytes a row
        self._descriptor = descriptor
        self._closing = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def create(cls, path: Path, size: int, dimension: int) -> VectorFile:
        """Create a file of `size` zero rows."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        file = cls(descriptor, size, dimension)
        os.ftruncate(descriptor, size * file._width)
        return file

    @classmethod
    def open(cls, path: Path, size: int) -> VectorFile:
        """Open a file of `size` rows; its length determines the dimension."""
        dimension, rest = divmod(path.stat().st_size, size * _FILE_DTYPE.itemsize)
        if rest or not dimension:
            raise StreamError("vectors-length", rows=size)
        return cls(os.open(path, os.O_RDONLY), size, dimension)

    def __len__(self) -> int:
        return self._size

    def write(self, rows: IntArray, vectors: Vectors) -> None:
        """Write vectors of shape (len(rows), d) at these rows."""
        halves = np.ascontiguousarray(vectors, dtype=_FILE_DTYPE)
        for first, last in pairwise(_edges(rows).tolist()):
            remaining = halves[first:last].data.cast("B")
            place = int(rows[first]) * self._width
            while remaining:
                size = os.pwrite(self._descriptor, remaining, place)
                remaining, place = remaining[size:], place + size

    def read(self, rows: IntArray) -> Vectors:
        """Vectors of these rows, shape (len(rows), d); fastest if rows ascend."""
        edges = _edges(rows)
        places = (rows[edges[:-1]] * self._width).tolist()
        sizes = (np.diff(edges) * self._width).tolist()
        if len(places) > _PREFETCH_RUNS:
            self._advise(places, sizes)
        content = b"".join(map(os.pread, repeat(self._descriptor), sizes, places))
        if len(content) != len(rows) * self._width:
            raise StreamError("vectors-cut", rows=self._size)
        halves = np.frombuffer(content, dtype=_FILE_DTYPE)
        return halves.reshape(len(rows), self.dimension).astype(np.float32)

    def _advise(self, places: list[int], sizes: list[int]) -> None:
        """Have the system prefetch these ranges at once, if it can. Halves the time of a question
        whose rows are not in memory; costs about 0.001 ms a row."""
        advise = getattr(os, "posix_fadvise", None)
        if advise is not None:
            soon = repeat(os.POSIX_FADV_WILLNEED)
            deque(map(advise, repeat(self._descriptor), places, sizes, soon), maxlen=0)

    def close(self) -> None:
        """Closing twice is harmless."""
        self._closing()


def _edges(rows: IntArray) -> IntArray:
    """Positions in `rows` where runs of consecutive rows start, and the end."""
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    return np.unique(np.concatenate([[0], breaks, [len(rows)]])).astype(np.int64)
