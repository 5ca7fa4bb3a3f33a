"""One part of a build at work in a database, beside other parts and builds.

It makes no generation and holds no builder's lease: what it embeds is kept, batch by batch, for the
build that comes after. The tables of its model stay as long as it is at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import BuildLocked
from index.store.build_turn import BuildPart, Hashes, as_bytes
from index.store.files.draft import FileDraft
from index.store.postgres.connections import (
    Connection,
    Server,
    hold_models,
    lease_holder,
    take_lease,
    translate_errors,
)
from index.store.postgres.generations import KnownGenerations, current_number
from index.store.postgres.load import stored_hashes
from index.store.postgres.schema import VectorTables
from index.store.postgres.turn import open_connections, work_folder
from index.store.postgres.vectors import PostgresKept
from index.store.reader import RowKind


@contextmanager
def postgres_part(
    servers: Sequence[Server], workplace: Path, part: BuildPart, model: str, dimension: int
) -> Iterator[PostgresPart]:
    """At work on a part, of which nobody else is. `workplace` is a folder for what is read first.

    Raises BuildLocked, StoreError.
    """
    first, tables = servers[0].shown, VectorTables(model, dimension)
    with translate_errors(first), open_connections(servers) as connections:
        number = _lease_number(tables, part)
        if not take_lease(connections[0], number):
            raise _at_work(connections[0], number, first, part)
        for connection in connections:
            hold_models(connection)
        yield PostgresPart(connections, workplace, tables)


def _lease_number(tables: VectorTables, part: BuildPart) -> int:
    """A lease of this part's own among those of all models, never that of a build."""
    told = f"{tables.tag} {part.number}/{part.of}"
    digest = blake2b(told.encode(), digest_size=4).digest()
    return int.from_bytes(digest) % (2**31 - 1) + 1


def _at_work(connection: Connection, number: int, shown: str, part: BuildPart) -> BuildLocked:
    told = f"{part.number}/{part.of}"
    holder = lease_holder(connection, number)
    if holder is None:
        return BuildLocked("part-locked", shown=shown, part=told)
    name, since = holder
    moment = f"{since.astimezone():%Y-%m-%d %H:%M:%S}"
    return BuildLocked("part-locked-by", shown=shown, part=told, process=name, since=moment)


class PostgresPart:
    """See `index.store.build_turn.PartTurn`; `connections` are to the servers, in their order."""

    def __init__(
        self, connections: Sequence[Connection], workplace: Path, tables: VectorTables
    ) -> None:
        self.kept = PostgresKept(connections, tables)
        self._connections = connections
        self._workplace = workplace
        self._tables = tables
        self._reused = _in_service(connections, tables)

    @contextmanager
    def draft(self) -> Iterator[FileDraft]:
        with (
            work_folder(self._workplace) as folder,
            closing(FileDraft(folder / "generation", "part", None, alike=False)) as draft,
        ):
            yield draft

    def stored(self, kind: RowKind, hashes: Hashes) -> npt.NDArray[np.bool_]:
        asked = as_bytes(hashes)
        found = self.kept.stored(hashes)
        if self._reused:
            for each in self._connections:
                found |= stored_hashes(each, self._tables, [kind], asked)
        return np.array([each in found for each in asked], dtype=bool)


def _in_service(connections: Sequence[Connection], tables: VectorTables) -> bool:
    """Whether the generation in service is of this model: a build takes its vectors again."""
    whole = KnownGenerations.on(connections).whole
    current = whole.get(current_number(connections[0]) or 0)
    if current is None:
        return False
    facts = current[0].facts
    return (facts.model, facts.dimension) == (tables.model, tables.dimension)
