"""The vectors of a generation being written: taken again, or embedded and kept batch by batch."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from index.article import embedding_text
from index.errors import ModelError
from index.models.base import Embedder, IntArray, Vectors
from index.store.base import RowKind
from index.store.files.articles import BulkReader
from index.store.files.generation import PASSAGES, SENTENCES, Generation
from index.store.files.layout import Layout, storing
from index.store.files.text_hashes import HASH_SIZE, Hashes, VectorSource, as_hashes
from index.store.files.vector_index import DenseBuilder

_BATCH = 2_048  # texts at a time: enough to sort by length within


BATCH_CHARACTERS = 50_000


"""Characters that a call of the embedder gets at most: seconds of the bundled model's time, which
is what stopping waits for, and what a kill costs."""


@dataclass(frozen=True, slots=True)
class _ReuseKept:
    """The rows whose vectors are those of the rows `kept_from` of a source.

    `texts` counts the different ones among them.
    """

    source: VectorSource
    rows: IntArray
    kept_from: IntArray
    texts: int


@dataclass(frozen=True, slots=True)
class ReusePlan:
    """Where each row of the new vectors comes from.

    `fresh`: rows to embed, ascending. `kept`, one for each source, in its order; `copies` say the
    same as the fresh rows `copied_from`.
    """

    size: int
    fresh: IntArray
    kept: tuple[_ReuseKept, ...]
    copies: IntArray
    copied_from: IntArray


def reuse_plan(hashes: Hashes, sources: Sequence[VectorSource]) -> ReusePlan:
    """Embed each new text once, and nothing that a source holds already; the first one counts."""
    unique, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    rows = np.arange(len(hashes), dtype=np.int64)
    unknown = np.ones(len(unique), dtype=bool)
    kept: list[_ReuseKept] = []
    for source in sources:
        found, at = _found(unique, source.hashes)
        found &= unknown
        unknown &= ~found
        of_source = rows[found[group]]
        places = at[group[of_source]].astype(np.int64)
        kept.append(_ReuseKept(source, of_source, places, int(found.sum())))
    copies = rows[unknown[group] & (first[group] != rows)]
    return ReusePlan(
        size=len(hashes),
        fresh=np.sort(first[unknown]).astype(np.int64),
        kept=tuple(kept),
        copies=copies,
        copied_from=first[group[copies]].astype(np.int64),
    )


def _found(wanted: Hashes, hashes: Hashes) -> tuple[npt.NDArray[np.bool_], IntArray]:
    """Of each wanted hash, whether it is among these, and then where."""
    if not len(hashes):
        return np.zeros(len(wanted), dtype=bool), np.zeros(len(wanted), dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    place = np.searchsorted(hashes, wanted, sorter=order)
    at = order[np.minimum(place, len(order) - 1)]
    return hashes[at] == wanted, at


def fill_reused(
    steps: ReusePlan,
    builder: DenseBuilder,
    texts: Callable[[IntArray], list[str]],
    embed: Callable[[IntArray, list[str]], Vectors],
) -> None:
    """Carry a plan out; `texts` gives those of some ascending rows, `embed` the vectors of rows."""
    for each in steps.kept:
        for batch in _batches(len(each.rows)):
            builder.put(each.rows[batch], each.source.vectors.vectors(each.kept_from[batch]))
    for batch in _batches(len(steps.fresh)):
        rows = steps.fresh[batch]
        said = texts(rows)
        for some in _sized(said):
            chosen = rows[some]
            builder.put(chosen, embed(chosen, [said[at] for at in some]))
    for batch in _batches(len(steps.copies)):
        builder.put(steps.copies[batch], builder.get(steps.copied_from[batch]))


def _sized(texts: Sequence[str]) -> Iterator[list[int]]:
    """Their places, the longest first, in groups of `BATCH_CHARACTERS` at most."""
    group: list[int] = []
    size = 0
    for at in sorted(range(len(texts)), key=lambda at: -len(texts[at])):
        if group and size + len(texts[at]) > BATCH_CHARACTERS:
            yield group
            group, size = [], 0
        group.append(at)
        size += len(texts[at])
    if group:
        yield group


def _batches(size: int) -> Iterator[slice]:
    return (slice(start, start + _BATCH) for start in range(0, size, _BATCH))


_HEAD = 1_024  # bytes


_RECORD = struct.Struct("<4sIII")  # the last is 0, so that vectors begin at a multiple of 16


_MARK = b"SLNV"


_FLOAT = 4  # bytes


class Resume:
    """Vectors by the hash of their text, added batch by batch. Raises StoreError."""

    def __init__(self, layout: Layout, model: str, dimension: int) -> None:
        self._path = layout.resume / _name(model, dimension)
        self._dimension = dimension
        self._head = json.dumps({"vectors": 1, "model": model[:100], "dimension": dimension})
        # Of the batches that were there already.
        self._hashes = bytearray()
        self._starts: list[IntArray] = []  # of each vector, in floats
        self._added = 0
        with storing(self._path):
            self._path.parent.mkdir(exist_ok=True)
            end = self._scan()
            # In one piece or not at all, as far as the system can: no buffer of our own.
            self._file: BinaryIO = self._path.open("r+b" if end else "wb", buffering=0)
            if end:
                self._file.truncate(end)
                self._file.seek(end)
            else:
                _write(self._file, self._head.encode().ljust(_HEAD))

    def __len__(self) -> int:
        """How many vectors are kept."""
        return len(self._hashes) // HASH_SIZE + self._added

    def source(self) -> VectorSource:
        """Those that were kept when this was opened, for a build to take again."""
        starts = np.concatenate(self._starts) if self._starts else np.empty(0, dtype=np.int64)
        kept = _ResumeKept(self._path, starts, self._dimension)
        return VectorSource(as_hashes(bytes(self._hashes)), kept)

    def add(self, hashes: bytes, vectors: Vectors) -> None:
        """Keep the vectors, shape (n, d), of the texts of these n joined hashes."""
        payload = hashes + np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        record = _RECORD.pack(_MARK, len(vectors), zlib.crc32(payload), 0)
        with storing(self._path):
            _write(self._file, record + payload)
        self._added += len(vectors)

    def close(self) -> None:
        self._file.close()

    def _scan(self) -> int:
        """Read what is whole; where it ends, 0 where the file is not one of these."""
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
        left = os.fstat(file.fileno()).st_size - file.tell()
        if (mark, padding) != (_MARK, 0) or not 0 < size <= left:
            return 0
        payload = file.read(size)
        if len(payload) < size or zlib.crc32(payload) != checksum:
            return 0
        hashes = payload[: texts * HASH_SIZE]
        self._remember(hashes, at + _RECORD.size + len(hashes))
        return _RECORD.size + size

    def _remember(self, hashes: bytes, at: int) -> None:
        self._hashes += hashes
        texts = len(hashes) // HASH_SIZE
        self._starts.append(at // _FLOAT + np.arange(texts, dtype=np.int64) * self._dimension)


def forget_resume(layout: Layout) -> None:
    """Remove what was kept, for any model: a generation that is in service has it all."""
    shutil.rmtree(layout.resume, ignore_errors=True)


class _ResumeKept:
    """The vectors of the file, read where they lie."""

    def __init__(self, path: Path, starts: IntArray, dimension: int) -> None:
        self._floats = np.memmap(path, dtype="<f4", mode="r") if len(starts) else None
        self._starts = starts
        self._columns = np.arange(dimension, dtype=np.int64)

    def vectors(self, rows: IntArray) -> Vectors:
        if self._floats is None:
            return np.empty((0, len(self._columns)), dtype=np.float32)
        return np.asarray(self._floats[self._starts[rows][:, np.newaxis] + self._columns])


def _name(model: str, dimension: int) -> str:
    readable = re.sub(r"[^\w.-]+", "-", model)[:40].strip("-.")
    digest = blake2b(f"{model}\0{dimension}".encode(), digest_size=8).hexdigest()
    return f"{readable}-{digest}.vectors"


def _write(file: BinaryIO, content: bytes) -> None:
    """All of it: a raw file may take less at a time. Raises OSError."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) or 0 :]


EmbedProgress = Callable[[int, int], None]


StopCheck = Callable[[], None]


VECTORS: dict[RowKind, str] = {"passages": PASSAGES, "sentences": SENTENCES}


@dataclass(frozen=True, slots=True)
class Work:
    """What embedding is done with; `check` is called before each batch: it may raise, to stop."""

    embedder: Embedder
    resume: Resume
    check: StopCheck
    progress: EmbedProgress


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many texts had to be embedded, and how many an interrupted build had left done."""

    texts: int
    resumed: int


def embed_all(
    reader: BulkReader, folder: Path, work: Work, previous: Sequence[Generation]
) -> Embedded:
    """Write the vectors of all passages and sentences that `reader` has to a folder.

    Those of `previous` generations, then those that an interrupted build has kept, serve again.
    Raises ModelError, StoreError, and what `check` raises.
    """
    kept = work.resume.source()
    hashes = {kind: as_hashes(reader.hashes(kind)) for kind in VECTORS}
    plans = {
        kind: reuse_plan(hashes[kind], [*(each.source(kind) for each in previous), kept])
        for kind in VECTORS
    }
    fresh = sum(len(each.fresh) for each in plans.values())
    resumed = sum(each.kept[-1].texts for each in plans.values())
    meter = _Meter(work, fresh)
    for kind in VECTORS:
        _fill(kind, plans.pop(kind), folder, reader, _Kept(meter, work, hashes.pop(kind)))
    return Embedded(fresh, resumed)


def _fill(kind: RowKind, steps: ReusePlan, folder: Path, reader: BulkReader, kept: _Kept) -> None:
    def texts(rows: IntArray) -> list[str]:
        return [
            embedding_text(article, text)
            for article, _, text in reader.texts(kind, rows, in_context=True)
        ]

    builder = DenseBuilder(folder / VECTORS[kind], steps.size, kept.dimension)
    fill_reused(steps, builder, texts, kept.embed)
    builder.finish()


class _Meter:
    """Embeds texts, refuses vectors that cannot be searched, and counts."""

    def __init__(self, work: Work, total: int) -> None:
        self._embedder = work.embedder
        self._progress = work.progress
        self._total = total
        self._done = 0

    def embed(self, texts: list[str]) -> Vectors:
        before = self._done
        vectors = self._embedder.embed_passages(texts, progress=self._advance)
        expected = (len(texts), self._embedder.dimension)
        if vectors.shape != expected or not np.isfinite(vectors).all():
            raise ModelError(
                "model-vectors",
                model=self._embedder.id,
                shape=str(vectors.shape),
                expected=str(expected),
            )
        self._done = before + len(texts)
        return vectors

    def _advance(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)


class _Kept:
    """Embeds rows, and keeps each batch on disk before the next one."""

    def __init__(self, meter: _Meter, work: Work, hashes: Hashes) -> None:
        self.dimension = work.embedder.dimension
        self._meter = meter
        self._work = work
        self._hashes = hashes

    def embed(self, rows: IntArray, texts: list[str]) -> Vectors:
        self._work.check()
        vectors = self._meter.embed(texts)
        self._work.resume.add(self._hashes[rows].tobytes(), vectors)
        return vectors
