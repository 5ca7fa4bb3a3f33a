"""Translate `OSError` into `StoreError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StoreError, reason_of


@contextmanager
def translate_disk_errors(path: Path) -> Iterator[None]:
    """Raise file system errors as StoreError; the index in service is untouched."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "store-unwritable", subject=error.filename or path, reason=reason_of(error)
        ) from error
