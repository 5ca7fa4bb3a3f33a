"""An index copied from the servers it lies on to others, of any number: nothing is embedded.

The old servers are only read, and go on answering. The new ones get one generation, switched to
last: a copy that is killed leaves nothing in service there, and another one begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.article import fingerprints_differ
from index.errors import DamagedIndex
from index.models.base import IntArray, Vectors
from index.store.base import RemovedArticle
from index.store.build_turn import Hashes, StopCheck, as_bytes
from index.store.files.layout import new_id
from index.store.postgres.connections import Connection, translate_errors
from index.store.postgres.server_facts import ServerFacts
from index.store.postgres.turn import PostgresDraft, PostgresTurn, work_folder
from index.store.postgres.unload import StoredRows
from index.store.postgres.vector_tables import KINDS, VectorTables, stored_hashes
from index.store.reader import GenerationFacts, RowKind

_AT_ONCE = 2_048  # hashes looked up together


@dataclass(frozen=True, slots=True)
class OldIndex:
    """The index to copy: connections to its servers, their addresses, its generation in service,
    and the articles that people removed."""

    connections: Sequence[Connection]
    shown: str
    own: ServerFacts
    removed: Sequence[RemovedArticle]

    @property
    def rows(self) -> StoredRows:
        return StoredRows(self.connections, self.own)


def copy_generation(
    old: OldIndex, turn: PostgresTurn, workplace: Path, check: StopCheck
) -> GenerationFacts:
    """Put the generation in service on the servers of a build's turn, too.

    Raises DamagedIndex, StoreError.
    """
    facts = old.own.facts
    known = [each[0].facts.id for each in turn.known.values()]
    generation = new_id(datetime.now(UTC), max(known, default=None))
    with (
        work_folder(workplace) as folder,
        closing(PostgresDraft(folder, generation, None, False, turn)) as draft,
    ):
        try:
            with translate_errors(old.shown):
                draft.fill(old.rows.put_articles, facts.passages, facts.sentences)
            if fingerprints_differ(facts.fingerprint, draft.written.fingerprint()):
                raise DamagedIndex("generation-altered", shown=old.shown, generation=facts.id)
            for kind in KINDS:
                check()
                _copy_vectors(old, kind, draft, turn, check)
            copied = draft.seal(facts, check)
            turn.adopt(draft)
            _copy_removed(turn.connections[0], old.removed)
            turn.switch(draft)
        finally:
            turn.roll_back()
    turn.clean()
    return copied


def _copy_vectors(
    old: OldIndex, kind: RowKind, draft: PostgresDraft, turn: PostgresTurn, check: StopCheck
) -> None:
    """Copy the vectors of a kind, but for those that the new servers have."""
    tables = VectorTables(old.own.facts.model, old.own.facts.dimension)
    writer = draft.vectors(kind, tables.model, tables.dimension)
    missing = _missing(turn.connections, tables, kind, draft.hashes(kind))

    def put(rows: IntArray, vectors: Vectors) -> None:
        check()
        new = missing[rows]
        with translate_errors(turn.shown):
            writer.put(rows[new], vectors[new])

    if missing.any():
        with translate_errors(old.shown):
            old.rows.put_vectors(tables, kind, put)
    writer.finish()


def _missing(
    connections: Sequence[Connection], tables: VectorTables, kind: RowKind, hashes: Hashes
) -> npt.NDArray[np.bool_]:
    """For each row, whether no server has its vector."""
    missing = np.ones(len(hashes), dtype=bool)
    for start in range(0, len(hashes), _AT_ONCE):
        some = as_bytes(hashes[start : start + _AT_ONCE])
        stored = set().union(*(stored_hashes(each, tables, [kind], some) for each in connections))
        missing[start : start + len(some)] = [each not in stored for each in some]
    return missing


def _copy_removed(connection: Connection, removed: Sequence[RemovedArticle]) -> None:
    connection.cursor().executemany(
        "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [(each.id, each.title, each.path, each.day) for each in removed],
    )
