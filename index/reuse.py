"""Which vectors of an earlier generation serve again, so that only new texts are embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from index.dense import DenseBuilder, DenseIndex, IntArray
from index.embedding import Vectors

HASH_SIZE = 16  # bytes: 128 bits, so that two texts of one corpus never share a hash by chance
BATCH = 2_048  # texts a call of the embedder: enough to sort by length within

Hashes = npt.NDArray[np.bytes_]


def text_hash(text: str) -> bytes:
    """What stands for an embedded text when generations are compared."""
    return hashlib.blake2b(text.encode(), digest_size=HASH_SIZE).digest()


def as_hashes(joined: bytes | bytearray) -> Hashes:
    """One hash a row, in an array that sorts."""
    return np.frombuffer(joined, dtype=f"S{HASH_SIZE}")


@dataclass(frozen=True, slots=True)
class Source:
    """The vectors of an earlier generation and the hashes of their texts, by row."""

    hashes: Hashes
    vectors: DenseIndex


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each row of the new vectors comes from.

    `fresh`: rows to embed, ascending. `kept` come from the rows `kept_from` of the source;
    `copies` say the same as the fresh rows `copied_from`.
    """

    size: int
    fresh: IntArray
    kept: IntArray
    kept_from: IntArray
    copies: IntArray
    copied_from: IntArray
    source: Source | None


def plan(hashes: Hashes, source: Source | None) -> Plan:
    """Embed each new text once, and nothing that the source holds already."""
    unique, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    known = np.zeros(len(unique), dtype=bool)
    at = np.zeros(len(unique), dtype=np.int64)
    if source is not None and len(source.hashes):
        order = np.argsort(source.hashes, kind="stable")
        place = np.searchsorted(source.hashes, unique, sorter=order)
        at = order[np.minimum(place, len(order) - 1)]
        known = source.hashes[at] == unique
    rows = np.arange(len(hashes), dtype=np.int64)
    kept = rows[known[group]]
    copies = rows[~known[group] & (first[group] != rows)]
    return Plan(
        size=len(hashes),
        fresh=np.sort(first[~known]).astype(np.int64),
        kept=kept,
        kept_from=at[group[kept]].astype(np.int64),
        copies=copies,
        copied_from=first[group[copies]].astype(np.int64),
        source=source,
    )


def fill(
    steps: Plan,
    builder: DenseBuilder,
    texts: Iterable[str],
    embed: Callable[[list[str]], Vectors],
) -> None:
    """Carry a plan out; `texts` gives the text of every row, and is read if one is fresh."""
    if steps.source is not None:
        for batch in _batches(len(steps.kept)):
            builder.put(steps.kept[batch], steps.source.vectors.vectors(steps.kept_from[batch]))
    wanted = _select(texts, steps.fresh)
    for batch in _batches(len(steps.fresh)):
        rows = steps.fresh[batch]
        builder.put(rows, embed(list(islice(wanted, len(rows)))))
    for batch in _batches(len(steps.copies)):
        builder.put(steps.copies[batch], builder.get(steps.copied_from[batch]))


def _select(texts: Iterable[str], rows: IntArray) -> Iterator[str]:
    row = iter(rows.tolist())
    wanted = next(row, None)
    for number, text in enumerate(texts):
        if number == wanted:
            yield text
            wanted = next(row, None)
        if wanted is None:
            return


def _batches(size: int) -> Iterator[slice]:
    return (slice(start, start + BATCH) for start in range(0, size, BATCH))
