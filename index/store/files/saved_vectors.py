"""Vectors of an unfinished build, in a file that the next build resumes from."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import zlib
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np

from index.models.base import Embedder, IntArray, Vectors
from index.store.build_turn import HASH_SIZE, Hashes, VectorSource, as_hashes
from index.store.disk import translate_disk_errors
from index.store.files.layout import Layout

_HEAD = 1_024  # bytes
_RECORD = struct.Struct("<4sIII")  # the last is 0, so that vectors begin at multiples of 16
_MARK = b"SLNV"
_FLOAT = 4  # bytes


class SavedVectors:
    """The vectors of one model, by the hashes of their texts. Raises StoreError."""

    def __init__(self, layout: Layout, embedder: Embedder) -> None:
        model, dimension = embedder.id, embedder.dimension
        readable = re.sub(r"[^\w.-]+", "-", model)[:40].strip("-.")
        digest = blake2b(f"{model}\0{dimension}".encode(), digest_size=8).hexdigest()
        self._path = layout.resume / f"{readable}-{digest}.vectors"
        self._dimension = dimension
        self._head = json.dumps({"vectors": 1, "model": model[:100], "dimension": dimension})
        self._hashes = bytearray()
        self._starts: list[IntArray] = []  # position of each vector, in floats
        with translate_disk_errors(self._path):
            self._path.parent.mkdir(exist_ok=True)
            end = self._scan()
            # Unbuffered, so that a record is written in one piece as far as the system can.
            self._file: BinaryIO = self._path.open("r+b" if end else "wb", buffering=0)
            if end:
                self._file.truncate(end)
                self._file.seek(end)
            else:
                _write(self._file, self._head.encode().ljust(_HEAD))

    def __len__(self) -> int:
        return len(self._hashes) // HASH_SIZE

    def source(self) -> VectorSource:
        starts = np.concatenate(self._starts) if self._starts else np.empty(0, dtype=np.int64)
        vectors = _MappedVectors(self._path, starts, self._dimension)
        return VectorSource(as_hashes(bytes(self._hashes)), vectors.vectors)

    def add(self, hashes: Hashes, vectors: Vectors) -> None:
        payload = hashes.tobytes() + np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        record = _RECORD.pack(_MARK, len(vectors), zlib.crc32(payload), 0)
        with translate_disk_errors(self._path):
            at = self._file.tell()
            _write(self._file, record + payload)
        self._note(hashes.tobytes(), at)

    def _note(self, hashes: bytes, at: int) -> None:
        """Note the record at this position of the file."""
        self._hashes += hashes
        texts = len(hashes) // HASH_SIZE
        first = (at + _RECORD.size + len(hashes)) // _FLOAT
        self._starts.append(first + np.arange(texts, dtype=np.int64) * self._dimension)

    def close(self) -> None:
        self._file.close()

    def _scan(self) -> int:
        """Read complete records; return where they end, 0 if this is not such a file."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return 0
        with file:
            if file.read(_HEAD).rstrip(b" ") != self._head.encode():
                return 0
            end = _HEAD
            while size := self._scan_record(file, end):
                end += size
        return end

    def _scan_record(self, file: BinaryIO, at: int) -> int:
        head = file.read(_RECORD.size)
        if len(head) < _RECORD.size:
            return 0
        mark, texts, checksum, padding = _RECORD.unpack(head)
        size: int = texts * (HASH_SIZE + _FLOAT * self._dimension)
        remaining = os.fstat(file.fileno()).st_size - file.tell()
        if (mark, padding) != (_MARK, 0) or not 0 < size <= remaining:
            return 0
        payload = file.read(size)
        if len(payload) < size or zlib.crc32(payload) != checksum:
            return 0
        self._note(payload[: texts * HASH_SIZE], at)
        return _RECORD.size + size


def forget_saved_vectors(layout: Layout) -> None:
    """Remove saved vectors of all models, once a new generation is in service."""
    shutil.rmtree(layout.resume, ignore_errors=True)


class _MappedVectors:
    """Memory-mapped vectors of the file."""

    def __init__(self, path: Path, starts: IntArray, dimension: int) -> None:
        self._floats = np.memmap(path, dtype="<f4", mode="r") if len(starts) else None
        self._starts = starts
        self._columns = np.arange(dimension, dtype=np.int64)

    def vectors(self, rows: IntArray) -> Vectors:
        if self._floats is None:
            return np.empty((0, len(self._columns)), dtype=np.float32)
        return np.asarray(self._floats[self._starts[rows][:, np.newaxis] + self._columns])


def _write(file: BinaryIO, content: bytes) -> None:
    """Write everything; a raw file may accept less at a time. Raises OSError."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[file.write(remaining) or 0 :]
