"""The store of an index, from where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from index.store.base import IndexStore

Location: TypeAlias = "Path | IndexStore"


def open_store(location: Location) -> IndexStore:
    """The store of a data directory, or the store itself; nothing is read or made yet."""
    if not isinstance(location, Path):
        return location
    from index.store.files.store import FileStore

    return FileStore(location)
