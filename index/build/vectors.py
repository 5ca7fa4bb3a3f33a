"""The vectors of a generation being written: taken again, or embedded and kept batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.article_index_prepare import embedding_text
from index.build.vectors_index_resume import Resume
from index.build.vectors_index_reuse import Hashes, Plan, as_hashes, fill, plan
from index.errors import ModelError
from index.models.sentence_transformers import Embedder, Vectors
from index.store.files.articles_index_bulk import BulkReader, Kind
from index.store.files.generation import PASSAGES, SENTENCES, Generation
from index.store.files.vector_index import DenseBuilder, IntArray

Progress = Callable[[int, int], None]
Check = Callable[[], None]

VECTORS: dict[Kind, str] = {"passages": PASSAGES, "sentences": SENTENCES}


@dataclass(frozen=True, slots=True)
class Work:
    """What embedding is done with; `check` is called before each batch: it may raise, to stop."""

    embedder: Embedder
    resume: Resume
    check: Check
    progress: Progress


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
        kind: plan(hashes[kind], [*(each.source(kind) for each in previous), kept])
        for kind in VECTORS
    }
    fresh = sum(len(each.fresh) for each in plans.values())
    resumed = sum(each.kept[-1].texts for each in plans.values())
    meter = _Meter(work, fresh)
    for kind in VECTORS:
        _fill(kind, plans.pop(kind), folder, reader, _Kept(meter, work, hashes.pop(kind)))
    return Embedded(fresh, resumed)


def _fill(kind: Kind, steps: Plan, folder: Path, reader: BulkReader, kept: _Kept) -> None:
    def texts(rows: IntArray) -> list[str]:
        return [
            embedding_text(article, text)
            for article, _, text in reader.texts(kind, rows, in_context=True)
        ]

    builder = DenseBuilder(folder / VECTORS[kind], steps.size, kept.dimension)
    fill(steps, builder, texts, kept.embed)
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
                f"the embedding model {self._embedder.id!r} gave vectors of shape {vectors.shape} "
                f"for {expected}, or not of finite numbers; set SELON_EMBEDDING_MODEL to another"
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
