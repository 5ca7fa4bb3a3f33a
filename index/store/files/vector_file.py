"""Vectors of half precision in a file, written and read by row."""

from __future__ import annotations

import os
import weakref
from collections import deque
from itertools import pairwise, repeat
from pathlib import Path

import numpy as np

from index.errors import StreamError
from index.models.base import IntArray, Vectors

_ADVISED = 32  # runs of rows; fewer are read sooner than asked for
_STORED = np.dtype("<f2")


class VectorFile:
    """Vectors of one dimension, written and read by row.

    Half precision moves a cosine by about 0.00002 and takes half the room; what is read and written
    again stays the same to the bit. Rows are read by position and not mapped: a mapped file counts
    as memory of this process, up to its whole length, as its rows are looked at. Reading is safe
    from several threads. Raises OSError.
    """

    def __init__(self, descriptor: int, size: int, dimension: int) -> None:
        self.dimension = dimension
        self._size = size
        self._width = dimension * _STORED.itemsize  # bytes a row
        self._descriptor = descriptor
        self._closing = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def create(cls, path: Path, size: int, dimension: int) -> VectorFile:
        """A file of `size` rows, zero until they are written."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        file = cls(descriptor, size, dimension)
        os.ftruncate(descriptor, size * file._width)
        return file

    @classmethod
    def open(cls, path: Path, size: int) -> VectorFile:
        """The file of these many rows, whose dimension its length tells."""
        dimension, rest = divmod(path.stat().st_size, size * _STORED.itemsize)
        if rest or not dimension:
            raise StreamError("vectors-length", rows=size)
        return cls(os.open(path, os.O_RDONLY), size, dimension)

    def __len__(self) -> int:
        return self._size

    def write(self, rows: IntArray, vectors: Vectors) -> None:
        """Write vectors of shape (len(rows), d) at these rows."""
        stored = np.ascontiguousarray(vectors, dtype=_STORED)
        for first, last in pairwise(_edges(rows).tolist()):
            left = stored[first:last].data.cast("B")
            place = int(rows[first]) * self._width
            while left:
                written = os.pwrite(self._descriptor, left, place)
                left, place = left[written:], place + written

    def read(self, rows: IntArray) -> Vectors:
        """The vectors of these rows, shape (len(rows), d); quickest where rows ascend."""
        edges = _edges(rows)
        places = (rows[edges[:-1]] * self._width).tolist()
        sizes = (np.diff(edges) * self._width).tolist()
        if len(places) > _ADVISED:
            self._advise(places, sizes)
        read = b"".join(map(os.pread, repeat(self._descriptor), sizes, places))
        if len(read) != len(rows) * self._width:
            raise StreamError("vectors-cut", rows=self._size)
        stored = np.frombuffer(read, dtype=_STORED)
        return stored.reshape(len(rows), self.dimension).astype(np.float32)

    def _advise(self, places: list[int], sizes: list[int]) -> None:
        """Have the system fetch all of these at once, where it can be told to.

        A disk serves many requests in the time of a few: half the time of a question whose rows are
        not in memory. For those that are, it costs some 0.001 ms a row.
        """
        advise = getattr(os, "posix_fadvise", None)
        if advise is not None:
            soon = repeat(os.POSIX_FADV_WILLNEED)
            deque(map(advise, repeat(self._descriptor), places, sizes, soon), maxlen=0)

    def close(self) -> None:
        """Closing twice is harmless."""
        self._closing()


def _edges(rows: IntArray) -> IntArray:
    """Where in `rows` runs of neighbours, which one call reads or writes, start; and the end."""
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    return np.unique(np.concatenate([[0], breaks, [len(rows)]])).astype(np.int64)
