"""The vectors of a new generation: reused, or embedded and saved batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from index.article import embedding_text
from index.errors import ModelError
from index.models.base import Embedder, IntArray, Vectors
from index.store.build_turn import (
    BuildPart,
    Hashes,
    StopCheck,
    VectorCheckpoint,
    VectorSource,
    VectorWriter,
    batches,
)
from index.store.draft import Draft
from index.store.generation import ROW_KINDS, RowKind

FindVectors = Callable[[RowKind], VectorSource]
EmbedProgress = Callable[[int, int], None]  # receives the texts done and the total
_BATCH = 2_048  # texts sorted by length together
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")

# Most characters per call of the embedder: seconds of the bundled model's time, which a stop waits
# for and a kill loses.
BATCH_CHARACTERS = 50_000


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
    """Where the vector of each new row comes from. `fresh`: rows to embed, ascending. `parts`: one
    item per source, in order. `copies`: rows with the text of the fresh rows `copied_from`."""

    fresh: IntArray
    parts: tuple[ReusedRows, ...]
    copies: IntArray
    copied_from: IntArray


def plan_reuse(hashes: Hashes, sources: Sequence[VectorSource]) -> ReusePlan:
    """Embed each new text once, and none that a source has; earlier sources win."""
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
    copies = rows[unknown[group] & (first[group] != rows)]
    return ReusePlan(
        fresh=np.sort(first[unknown]).astype(np.int64),
        parts=tuple(parts),
        copies=copies,
        copied_from=first[group[copies]].astype(np.int64),
    )


def _find_hashes(targets: Hashes, hashes: Hashes) -> tuple[npt.NDArray[np.bool_], IntArray]:
    """For each wanted hash, whether it is among `hashes`, and where."""
    if not len(hashes):
        return np.zeros(len(targets), dtype=bool), np.zeros(len(targets), dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    place = np.searchsorted(hashes, targets, sorter=order)
    at = order[np.minimum(place, len(order) - 1)]
    return hashes[at] == targets, at


def fill_vectors(
    plan: ReusePlan,
    writer: VectorWriter,
    texts: Callable[[IntArray], list[str]],
    embed: Callable[[IntArray, list[str]], Vectors],
) -> None:
    """Carry out a plan; `texts` returns the texts of ascending rows, `embed` their vectors."""
    for part in plan.parts:
        for batch in () if part.source.shared else batches(len(part.rows), _BATCH):
            writer.put(part.rows[batch], part.source.vectors(part.source_rows[batch]))
    order = np.argsort(plan.copied_from, kind="stable")
    copied_from, copies = plan.copied_from[order], plan.copies[order]
    for batch in batches(len(plan.fresh), _BATCH):
        rows = plan.fresh[batch]
        batch_texts = texts(rows)
        for group in _group_by_size(batch_texts):
            own = rows[group]
            vectors = embed(own, [batch_texts[at] for at in group])
            writer.put(own, vectors)
            first, last = (np.searchsorted(copied_from, own, side=side) for side in _SIDES)
            repeats = last - first
            at = np.repeat(first - np.cumsum(repeats) + repeats, repeats) + np.arange(repeats.sum())
            if len(at):
                writer.put(copies[at], np.repeat(vectors, repeats, axis=0))


def _group_by_size(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield groups of positions, longest texts first, of at most `BATCH_CHARACTERS` each."""
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


@dataclass(frozen=True, slots=True)
class EmbeddingWork:
    """The means of embedding; `check` is called before each batch and may raise to stop."""

    embedder: Embedder
    checkpoint: VectorCheckpoint
    check: StopCheck
    progress: EmbedProgress


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many texts were embedded now, and how many by earlier builds."""

    texts: int
    resumed_texts: int


def embed_all(writer: Draft, work: EmbeddingWork, lookups: Sequence[FindVectors]) -> Embedded:
    """Write the vectors of all passages and sentences of a generation.

    Vectors are taken from `lookups`, then from what an interrupted build saved. Raises ModelError,
    StoreError, and what `check` raises.
    """
    checkpoint = work.checkpoint.source()
    hashes = {kind: writer.hashes(kind) for kind in ROW_KINDS}
    plans = {
        kind: plan_reuse(hashes[kind], [*(lookup(kind) for lookup in lookups), checkpoint])
        for kind in ROW_KINDS
    }
    fresh = sum(len(plan.fresh) for plan in plans.values())
    resumed_texts = sum(plan.parts[-1].texts for plan in plans.values())
    embedder = _SavingEmbedder(work, fresh)
    for kind in ROW_KINDS:
        plan, own = plans.pop(kind), hashes.pop(kind)
        vectors = writer.vectors(kind, work.embedder.id, work.embedder.dimension)
        fill_vectors(plan, vectors, partial(_texts, writer, kind), partial(embedder.embed, own))
        vectors.finish()
    return Embedded(fresh, resumed_texts)


def embed_part(
    writer: Draft, work: EmbeddingWork, part: BuildPart, lookups: Sequence[FindVectors]
) -> Embedded:
    """Embed and save the vectors of a part that a build would not find. Raises ModelError,
    StoreError, and what `check` raises."""
    checkpoint = work.checkpoint.source()
    fresh: dict[RowKind, tuple[IntArray, Hashes]] = {}
    stored_texts = 0
    for kind in ROW_KINDS:
        work.check()
        hashes = writer.hashes(kind)
        mine = np.flatnonzero(part.holds(hashes))
        own = hashes[mine]
        for _, before in fresh.values():  # a passage of one sentence has the text of that sentence
            other = ~np.isin(own, before)
            mine, own = mine[other], own[other]
        plan = plan_reuse(own, [*(lookup(kind) for lookup in lookups), checkpoint])
        stored_texts += sum(reused.texts for reused in plan.parts)
        fresh[kind] = mine[plan.fresh], own[plan.fresh]
    total = sum(len(rows) for rows, _ in fresh.values())
    embedder = _SavingEmbedder(work, total)
    for kind, (rows, own) in fresh.items():
        for batch in batches(len(rows), _BATCH):
            texts = _texts(writer, kind, rows[batch])
            for group in _group_by_size(texts):
                places = np.array(group) + batch.start
                embedder.embed(own, places, [texts[at] for at in group])
    return Embedded(total, stored_texts)


def _texts(writer: Draft, kind: RowKind, rows: IntArray) -> list[str]:
    """The texts to embed for these rows."""
    return [
        embedding_text(article, text)
        for article, _, text in writer.texts(kind, rows, in_context=True)
    ]


class _SavingEmbedder:
    """Embeds texts, rejects unsearchable vectors, and saves each batch before the next."""

    def __init__(self, work: EmbeddingWork, total: int) -> None:
        self._work = work
        self._total = total
        self._done_texts = 0

    def embed(self, hashes: Hashes, rows: IntArray, texts: list[str]) -> Vectors:
        """The vectors of these rows' texts; `hashes` has the hashes of all rows."""
        self._work.check()
        before, embedder = self._done_texts, self._work.embedder
        vectors = embedder.embed_passages(texts, progress=self._advance)
        expected = (len(texts), embedder.dimension)
        if vectors.shape != expected or not np.isfinite(vectors).all():
            raise ModelError(
                "model-vectors", model=embedder.id, shape=str(vectors.shape), expected=str(expected)
            )
        self._done_texts = before + len(texts)
        self._work.checkpoint.add(hashes[rows].tobytes(), vectors)
        return vectors

    def _advance(self, count: int) -> None:
        self._done_texts += count
        self._work.progress(self._done_texts, self._total)
