"""Files on disk: errors as `StoreError`, atomic and durable replacement, sizes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


def replace_file(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Replace a file atomically; if `durable`, flush it before and the change after. Raises
    OSError."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(content.encode() if isinstance(content, str) else content)
    if durable:
        flush(beside)
    beside.replace(path)
    if durable:
        flush(path.parent)


def flush(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def measure_folder(folder: Path) -> int:
    """Bytes of all files below a folder, without those that are removed in the meantime."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(parent, name).stat().st_size
    return size
