"""The vectors of a new generation: reused, or embedded and saved batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np
import numpy.typing as npt

from index.article import embedding_text
from index.errors import ModelError
from index.models.base import Embedder, IntArray, Vectors
from index.store.build_turn import (
    BuildPart,
    GenerationWriter,
    Hashes,
    KeptVectors,
    LendsVectors,
    PartTurn,
    StopCheck,
    VectorSource,
    VectorWriter,
)
from index.store.reader import RowKind

_KINDS: tuple[RowKind, ...] = get_args(RowKind)
_BATCH = 2_048  # texts at a time: enough to sort by length within

# Characters that a call of the embedder gets at most: seconds of the bundled model's time, which
# is what stopping waits for, and what a kill costs.
BATCH_CHARACTERS = 50_000


@dataclass(frozen=True, slots=True)
class ReusedRows:
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

    fresh: IntArray
    kept: tuple[ReusedRows, ...]
    copies: IntArray
    copied_from: IntArray


def reuse_plan(hashes: Hashes, sources: Sequence[VectorSource]) -> ReusePlan:
    """Embed each new text once, and nothing that a source holds already; the first one counts."""
    unique, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    rows = np.arange(len(hashes), dtype=np.int64)
    unknown = np.ones(len(unique), dtype=bool)
    kept: list[ReusedRows] = []
    for source in sources:
        reusable, at = _found(unique, source.hashes)
        reusable &= unknown
        unknown &= ~reusable
        of_source = rows[reusable[group]]
        places = at[group[of_source]].astype(np.int64)
        kept.append(ReusedRows(source, of_source, places, int(reusable.sum())))
    copies = rows[unknown[group] & (first[group] != rows)]
    return ReusePlan(
        fresh=np.sort(first[unknown]).astype(np.int64),
        kept=tuple(kept),
        copies=copies,
        copied_from=first[group[copies]].astype(np.int64),
    )


def _found(unique: Hashes, hashes: Hashes) -> tuple[npt.NDArray[np.bool_], IntArray]:
    """Of each wanted hash, whether it is among these, and then where."""
    if not len(hashes):
        return np.zeros(len(unique), dtype=bool), np.zeros(len(unique), dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    place = np.searchsorted(hashes, unique, sorter=order)
    at = order[np.minimum(place, len(order) - 1)]
    return hashes[at] == unique, at


def fill_reused(
    plan: ReusePlan,
    writer: VectorWriter,
    texts: Callable[[IntArray], list[str]],
    embed: Callable[[IntArray, list[str]], Vectors],
) -> None:
    """Carry out a plan; `texts` returns those of ascending rows, `embed` their vectors."""
    for each in plan.kept:
        for batch in _batches(len(each.rows)):
            writer.put_again(each.rows[batch], each.source.vectors, each.kept_from[batch])
    for batch in _batches(len(plan.fresh)):
        rows = plan.fresh[batch]
        batch_texts = texts(rows)
        for some in _sized(batch_texts):
            writer.put(rows[some], embed(rows[some], [batch_texts[at] for at in some]))
    for batch in _batches(len(plan.copies)):
        writer.put(plan.copies[batch], writer.get(plan.copied_from[batch]))


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


EmbedProgress = Callable[[int, int], None]  # hears of texts done and of all texts


@dataclass(frozen=True, slots=True)
class EmbeddingWork:
    """What embedding is done with; `check` is called before each batch: it may raise, to stop."""

    embedder: Embedder
    kept: KeptVectors
    check: StopCheck
    progress: EmbedProgress


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many texts had to be embedded, and how many others had left done."""

    texts: int
    resumed: int


def embed_all(
    writer: GenerationWriter, work: EmbeddingWork, known: Sequence[LendsVectors]
) -> Embedded:
    """Write the vectors of all passages and sentences of a generation.

    Those that are `known`, then those that an interrupted build has kept, serve again. Raises
    ModelError, StoreError, and what `check` raises.
    """
    kept = work.kept.source()
    hashes = {kind: writer.hashes(kind) for kind in _KINDS}
    plans = {
        kind: reuse_plan(hashes[kind], [*(each.vector_source(kind) for each in known), kept])
        for kind in _KINDS
    }
    fresh = sum(len(each.fresh) for each in plans.values())
    resumed = sum(each.kept[-1].texts for each in plans.values())
    embedder = _KeepingEmbedder(work, fresh)
    for kind in _KINDS:
        plan, own = plans.pop(kind), hashes.pop(kind)
        vectors = writer.vectors(kind, work.embedder.id, work.embedder.dimension)
        fill_reused(plan, vectors, partial(_texts, writer, kind), partial(embedder.embed, own))
        vectors.finish()
    return Embedded(fresh, resumed)


def embed_part(
    writer: GenerationWriter, work: EmbeddingWork, part: BuildPart, turn: PartTurn
) -> Embedded:
    """Embed the texts of a part that no build would find, and keep their vectors.

    Raises ModelError, StoreError, and what `check` raises.
    """
    fresh: dict[RowKind, tuple[IntArray, Hashes]] = {}
    known = 0
    for kind in _KINDS:
        hashes = writer.hashes(kind)
        mine = np.flatnonzero(part.holds(hashes))
        unique, first = np.unique(hashes[mine], return_index=True)
        for _, before in fresh.values():  # a passage of one sentence says what that says
            other = ~np.isin(unique, before)
            unique, first = unique[other], first[other]
        rows = np.sort(mine[first])
        own = hashes[rows]
        new = np.ones(len(rows), dtype=bool)
        for batch in _batches(len(rows)):
            work.check()
            new[batch] = ~turn.stored(kind, own[batch])
        known += int(np.count_nonzero(~new))
        fresh[kind] = rows[new], own[new]
    total = sum(len(rows) for rows, _ in fresh.values())
    embedder = _KeepingEmbedder(work, total)
    for kind, (rows, own) in fresh.items():
        for batch in _batches(len(rows)):
            texts = _texts(writer, kind, rows[batch])
            for some in _sized(texts):
                places = np.array(some) + batch.start
                embedder.embed(own, places, [texts[at] for at in some])
    return Embedded(total, known)


def _texts(writer: GenerationWriter, kind: RowKind, rows: IntArray) -> list[str]:
    """What is embedded of these rows."""
    return [
        embedding_text(article, text)
        for article, _, text in writer.texts(kind, rows, in_context=True)
    ]


class _KeepingEmbedder:
    """Embeds texts, refuses vectors that cannot be searched, and keeps each batch on disk before
    the next one."""

    def __init__(self, work: EmbeddingWork, total: int) -> None:
        self._work = work
        self._total = total
        self._done = 0

    def embed(self, hashes: Hashes, rows: IntArray, texts: list[str]) -> Vectors:
        """The vectors of the texts of these rows, whose hashes stand there in `hashes`."""
        self._work.check()
        before, embedder = self._done, self._work.embedder
        vectors = embedder.embed_passages(texts, progress=self._advance)
        expected = (len(texts), embedder.dimension)
        if vectors.shape != expected or not np.isfinite(vectors).all():
            raise ModelError(
                "model-vectors", model=embedder.id, shape=str(vectors.shape), expected=str(expected)
            )
        self._done = before + len(texts)
        self._work.kept.add(hashes[rows].tobytes(), vectors)
        return vectors

    def _advance(self, count: int) -> None:
        self._done += count
        self._work.progress(self._done, self._total)
