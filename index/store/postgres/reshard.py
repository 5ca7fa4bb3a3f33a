"""Copy an index to other servers, of any number, without embedding anything.

The old servers are only read and keep serving. The new ones get one generation, switched to last: a
killed copy leaves nothing in service there, and the next one starts afresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.article import fingerprints_differ
from index.errors import DamagedIndex
from index.models.base import IntArray, Vectors
from index.store.base import RemovedArticle
from index.store.build_turn import Hashes, StopCheck, as_bytes, batches
from index.store.postgres.connections import Connection, translate_errors
from index.store.postgres.server_facts import ServerFacts
from index.store.postgres.turn import PostgresDraft, PostgresTurn, work_folder
from index.store.postgres.unload import StoredRows
from index.store.postgres.vector_tables import VectorTables, stored_hashes
from index.store.reader import ROW_KINDS, GenerationFacts, RowKind

_AT_ONCE = 2_048  # hashes looked up at once


@dataclass(frozen=True, slots=True)
class OldIndex:
    """The index to copy: connections to its servers, their addresses, the generation in service,
    and the removed articles."""

    connections: Sequence[Connection]
    label: str
    own: ServerFacts
    removed: Sequence[RemovedArticle]

    @property
    def rows(self) -> StoredRows:
        return StoredRows(self.connections, self.own)


def copy_generation(
    old: OldIndex, turn: PostgresTurn, workplace: Path, check: StopCheck
) -> GenerationFacts:
    """Put the generation in service on the servers of a build turn, too. Raises DamagedIndex,
    StoreError."""
    facts = old.own.facts
    with (
        work_folder(workplace) as folder,
        closing(PostgresDraft(turn, folder)) as draft,
    ):
        try:
            with translate_errors(old.label):
                draft.fill(old.rows.write_articles, facts.passages, facts.sentences)
            if fingerprints_differ(facts.fingerprint, draft.reader.fingerprint()):
                raise DamagedIndex("generation-altered", subject=old.label, generation=facts.id)
            for kind in ROW_KINDS:
                check()
                _copy_vectors(old, kind, draft, turn, check)
            facts_copy = draft.seal(facts, check)
            turn.adopt(draft)
            _copy_removed(turn.connections[0], old.removed)
            turn.switch(draft)
        finally:
            turn.roll_back()
    turn.clean()
    return facts_copy


def _copy_vectors(
    old: OldIndex, kind: RowKind, draft: PostgresDraft, turn: PostgresTurn, check: StopCheck
) -> None:
    """Copy the vectors of a kind that the new servers do not have."""
    tables = VectorTables(old.own.facts.model, old.own.facts.dimension)
    writer = draft.vectors(kind, tables.model, tables.dimension)
    is_missing = _find_missing(turn.connections, tables, kind, draft.hashes(kind))

    def put(rows: IntArray, vectors: Vectors) -> None:
        check()
        new = is_missing[rows]
        with translate_errors(turn.label):
            writer.put(rows[new], vectors[new])

    if is_missing.any():
        with translate_errors(old.label):
            old.rows.send_vectors(tables, kind, put)
    writer.finish()


def _find_missing(
    connections: Sequence[Connection], tables: VectorTables, kind: RowKind, hashes: Hashes
) -> npt.NDArray[np.bool_]:
    """For each row, True if no server has its vector."""
    is_missing = np.ones(len(hashes), dtype=bool)
    for batch in batches(len(hashes), _AT_ONCE):
        some = as_bytes(hashes[batch])
        in_store = set().union(*(stored_hashes(each, tables, [kind], some) for each in connections))
        is_missing[batch] = [each not in in_store for each in some]
    return is_missing


def _copy_removed(connection: Connection, removed: Sequence[RemovedArticle]) -> None:
    connection.cursor().executemany(
        "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [(each.id, each.title, each.path, each.day) for each in removed],
    )
