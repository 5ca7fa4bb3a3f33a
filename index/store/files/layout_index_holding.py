"""A generation's files stay as long as somebody reads them, in whatever process.

Readers share a lock on the manifest; whoever wants to remove the folder must have it alone. The
system lets go of the locks of a process that dies. Where it has no such locks, nothing is held: a
reader that has opened its files keeps them all the same, as systems with an `fcntl` do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.store.files.manifest import NAME

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]


class Hold:
    """A reader's share in a generation, until it is released. Takes it at once or when it may.

    A folder that is gone, or a file system without locks, is held by nobody: opening says the rest.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = _locked(folder, shared=True, wait=True)

    def release(self) -> None:
        """Releasing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether nobody holds the folder, which nobody can while this lasts."""
    manifest = folder / NAME
    if fcntl is None or not manifest.is_file():
        yield True
        return
    descriptor = _locked(folder, shared=False, wait=False)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path, *, shared: bool, wait: bool) -> int | None:
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
