"""Open the store of an index by its location."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from index.errors import Problem, StoreError, reason_of

if TYPE_CHECKING:
    from index.store.base import IndexStore

Location: TypeAlias = "Path | IndexStore"


def open_store(location: Location, url: str | None = None) -> IndexStore:
    """The store of a data directory, or the store itself; nothing is read or created yet.

    With a `url` (`postgresql://…`), PostgreSQL; the data directory is then the workplace of builds.
    Raises StoreError for an invalid address.
    """
    if not isinstance(location, Path):
        return location
    if url is None:
        from index.store.files.store import FileStore

        return FileStore(location)
    if len(url.split()) > 1:
        raise StoreError("postgres-several", servers=len(url.split()))
    if not re.match(r"postgres(ql)?(\+psycopg)?://", url.strip()):
        raise StoreError("postgres-address", reason=Problem("postgres-address-scheme"))
    try:
        from index.store.postgres.store import PostgresStore
    except ImportError as error:
        raise StoreError("postgres-no-driver", reason=reason_of(error)) from error
    return PostgresStore(url, location / "postgres")
