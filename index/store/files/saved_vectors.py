"""Vectors of an unfinished build, in a file that the next build resumes from."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from index.models.base import Embedder, IntArray, Vectors
from index.store.build import HASH_SIZE, Hashes, VectorSource, as_hashes, batches
from index.store.disk import translate_disk_errors
from index.store.files.layout import Layout
from index.store.files.vectors import VectorWriter

_HEAD = 1_024  # bytes
_RECORD = struct.Struct("<4sIII")  # the last is 0, so that vectors begin at multiples of 16
_MARK = b"SLNV"
_FLOAT = 4  # bytes
_AT_ONCE = 2_048  # vectors


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
        columns = np.arange(self._dimension, dtype=np.int64)

        def read(rows: IntArray) -> Vectors:
            # Mapped anew each time: mapped pages count as this process's memory.
            floats = np.memmap(self._path, dtype="<f4", mode="r")
            return np.asarray(floats[starts[rows][:, np.newaxis] + columns])

        return VectorSource(as_hashes(bytes(self._hashes)), read)

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


def _write(file: BinaryIO, content: bytes) -> None:
    """Write everything; a raw file may accept less at a time. Raises OSError."""
    remaining = memoryview(content)
    while remaining:
        remaining = remaining[file.write(remaining) or 0 :]


@dataclass(frozen=True, slots=True)
class ReusedRows:
    """Rows whose vectors are copied from the rows `source_rows` of a source; `texts` counts the
    distinct texts among them."""

    source: VectorSource
    rows: IntArray
    source_rows: IntArray
    texts: int


@dataclass(frozen=True, slots=True)
class ReusePlan:
    """`parts`: one item per source, in order. `others`: the rows whose texts no source has;
    `missing`: one of them for each text."""

    parts: tuple[ReusedRows, ...]
    others: IntArray
    missing: IntArray


def plan_reuse(hashes: Hashes, sources: Sequence[VectorSource]) -> ReusePlan:
    """Find each text in the first source that has it."""
    unique, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    rows = np.arange(len(hashes), dtype=np.int64)
    unknown = np.ones(len(unique), dtype=bool)
    parts: list[ReusedRows] = []
    for source in sources:
        reusable, at = _find_hashes(unique, source.hashes)
        reusable &= unknown
        unknown &= ~reusable
        of_source = rows[reusable[group]]
        source_rows = at[group[of_source]].astype(np.int64)
        parts.append(ReusedRows(source, of_source, source_rows, int(reusable.sum())))
    missing = np.sort(first[unknown]).astype(np.int64)
    return ReusePlan(tuple(parts), rows[unknown[group]], missing)


def _find_hashes(targets: Hashes, hashes: Hashes) -> tuple[npt.NDArray[np.bool_], IntArray]:
    """For each wanted hash, whether it is among `hashes`, and where."""
    if not len(hashes):
        return np.zeros(len(targets), dtype=bool), np.zeros(len(targets), dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    place = np.searchsorted(hashes, targets, sorter=order)
    at = order[np.minimum(place, len(order) - 1)]
    return hashes[at] == targets, at


def write_vectors(
    plan: ReusePlan, hashes: Hashes, saved: VectorSource, writer: VectorWriter
) -> None:
    """Write the vectors of all rows: as planned, and the others as saved since."""
    rest = plan_reuse(hashes[plan.others], [saved])
    assert not len(rest.missing), "every missing vector is saved before"
    [late] = rest.parts
    for source, rows, source_rows in (
        *((part.source, part.rows, part.source_rows) for part in plan.parts),
        (saved, plan.others[late.rows], late.source_rows),
    ):
        for batch in batches(len(rows), _AT_ONCE):
            writer.put(rows[batch], source.vectors(source_rows[batch]))
    writer.finish()
