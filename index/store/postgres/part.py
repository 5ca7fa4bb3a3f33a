"""Parts of builds, working concurrently.

A part makes no generation and does not take the builder's lease: its vectors are saved batch by
batch for the build that follows. It holds the tables of its model.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.store.build_turn import BuildPart, Hashes, as_bytes
from index.store.files.draft import FileDraft
from index.store.generation import RowKind
from index.store.postgres.connections import (
    MODELS_LOCK,
    Connection,
    Server,
    hold,
    take_lease,
)
from index.store.postgres.generations import current_number, read_generations
from index.store.postgres.turn import connect_to_build, work_folder
from index.store.postgres.vector_tables import VectorTables, stored_hashes
from index.store.postgres.vectors import PostgresCheckpoint


@contextmanager
def postgres_part(
    server: Server, workplace: Path, part: BuildPart, model: str, dimension: int
) -> Iterator[PostgresPart]:
    """Work on a part exclusively; `workplace` is a folder for temporary drafts. Raises BuildLocked,
    StoreError."""
    tables, label = VectorTables(model, dimension), f"{part.number}/{part.of}"
    # Hash model and part to a lease number, never that of a build.
    digest = blake2b(f"{tables.tag} {label}".encode(), digest_size=4).digest()
    number = int.from_bytes(digest) % (2**31 - 1) + 1
    with connect_to_build(server) as connection:
        take_lease(connection, number, label)
        hold(connection, MODELS_LOCK)
        yield PostgresPart(connection, workplace, tables)


class PostgresPart:
    """See `index.store.build_turn.PartTurn`."""

    def __init__(self, connection: Connection, workplace: Path, tables: VectorTables) -> None:
        self.checkpoint = PostgresCheckpoint(connection, tables)
        self._connection = connection
        self._workplace = workplace
        self._tables = tables
        # A build reuses the vectors of the generation in service if it has the same model.
        current = read_generations(connection).get(current_number(connection) or 0)
        self._reused = current is not None and tables.are_of(current.facts)

    @contextmanager
    def draft(self) -> Iterator[FileDraft]:
        with (
            work_folder(self._workplace) as folder,
            closing(FileDraft(folder / "generation", "part")) as draft,
        ):
            yield draft

    def find_stored(self, kind: RowKind, hashes: Hashes) -> npt.NDArray[np.bool_]:
        hash_list = as_bytes(hashes)
        in_store = self.checkpoint.find_stored(hashes)
        if self._reused:
            in_store |= stored_hashes(self._connection, self._tables, [kind], hash_list)
        return np.array([each in in_store for each in hash_list], dtype=bool)
