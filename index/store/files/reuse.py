"""Where the vectors of a new generation come from: vectors of the same texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index.models.base import IntArray
from index.store.build_turn import Hashes, VectorSource, batches
from index.store.files.vectors import VectorWriter

_AT_ONCE = 2_048  # vectors


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
