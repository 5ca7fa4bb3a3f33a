"""Which vectors of earlier builds serve again, so that only new texts are embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.models.sentence_transformers import Vectors
from index.store.files.vector_index import DenseBuilder, IntArray

HASH_SIZE = 16  # bytes: 128 bits, so that two texts of one corpus never share a hash by chance
BATCH = 2_048  # texts at a time: enough to sort by length within
BATCH_CHARACTERS = 50_000
"""Characters that a call of the embedder gets at most: seconds of the bundled model's time, which
is what stopping waits for, and what a kill costs."""

Hashes = npt.NDArray[np.bytes_]


def text_hash(text: str) -> bytes:
    """What stands for an embedded text when generations are compared."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(joined: bytes | bytearray) -> Hashes:
    """One hash a row, in an array that sorts."""
    return np.frombuffer(joined, dtype=f"S{HASH_SIZE}")


class StoredVectors(Protocol):
    """Vectors by row."""

    def vectors(self, rows: IntArray) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Source:
    """The vectors of an earlier build and the hashes of their texts, by row."""

    hashes: Hashes
    vectors: StoredVectors


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows whose vectors are those of the rows `kept_from` of a source.

    `texts` counts the different ones among them.
    """

    source: Source
    rows: IntArray
    kept_from: IntArray
    texts: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each row of the new vectors comes from.

    `fresh`: rows to embed, ascending. `kept`, one for each source, in its order; `copies` say the
    same as the fresh rows `copied_from`.
    """

    size: int
    fresh: IntArray
    kept: tuple[Kept, ...]
    copies: IntArray
    copied_from: IntArray


def plan(hashes: Hashes, sources: Sequence[Source]) -> Plan:
    """Embed each new text once, and nothing that a source holds already; the first one counts."""
    unique, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    rows = np.arange(len(hashes), dtype=np.int64)
    unknown = np.ones(len(unique), dtype=bool)
    kept: list[Kept] = []
    for source in sources:
        found, at = _found(unique, source.hashes)
        found &= unknown
        unknown &= ~found
        of_source = rows[found[group]]
        places = at[group[of_source]].astype(np.int64)
        kept.append(Kept(source, of_source, places, int(found.sum())))
    copies = rows[unknown[group] & (first[group] != rows)]
    return Plan(
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


def fill(
    steps: Plan,
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
    return (slice(start, start + BATCH) for start in range(0, size, BATCH))
