"""Where an index lies, from what names it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.store.base import IndexStore


def open_store(location: Path) -> IndexStore:
    """The store of a data directory; nothing is read or made yet."""
    from index.store.files.store import FileStore

    return FileStore(location)
