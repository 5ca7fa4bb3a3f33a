"""Open the store of an index by its location."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from index.errors import Problem, StoreError, reason_of

if TYPE_CHECKING:
    from index.store.base import IndexStore
    from index.store.build_turn import StopCheck
    from index.store.reader import GenerationFacts

Location: TypeAlias = "Path | IndexStore"


def reshard(source: IndexStore, target: IndexStore, check: StopCheck) -> GenerationFacts:
    """Copy the index from one PostgreSQL store to another, put it in service there, and close both.

    The old index is left unchanged. Raises NoIndex, BuildLocked, DamagedIndex, StoreError.
    """
    from index.store.postgres.store import PostgresStore

    assert isinstance(source, PostgresStore)
    assert isinstance(target, PostgresStore)
    with closing(source), closing(target):
        return target.reshard(source, check)


def open_store(location: Location, url: str | None = None) -> IndexStore:
    """The store of a data directory, or the store itself; nothing is read or created yet.

    With a `url` (`postgresql://…`, several separated by spaces), PostgreSQL; the data directory is
    then the workplace of builds. Raises StoreError for an invalid address.
    """
    if not isinstance(location, Path):
        return location
    if url is None:
        from index.store.files.store import FileStore

        return FileStore(location)
    addresses = url.split()
    if not addresses or not all(
        re.match(r"postgres(ql)?(\+psycopg)?://", each) for each in addresses
    ):
        raise StoreError("postgres-address", reason=Problem("postgres-address-scheme"))
    try:
        from index.store.postgres.store import PostgresStore
    except ImportError as error:
        raise StoreError("postgres-no-driver", reason=reason_of(error)) from error
    return PostgresStore(addresses, location / "postgres")
