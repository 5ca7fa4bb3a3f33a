"""One builder at a time in a data directory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BuildLocked, Problem
from index.store.disk import translate_disk_errors


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. The system frees it with its process, however that ends.

    Raises BuildLocked naming the process that holds it, StoreError when the folder cannot be used.
    """
    holder = folder / "lock.holder"
    with translate_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            with suppress(OSError, ValueError, KeyError, TypeError):
                noted = json.loads(holder.read_text(encoding="utf-8"))
                since = f"{datetime.fromisoformat(noted['since']).astimezone():%Y-%m-%d %H:%M:%S}"
                known = Problem("build-locked-by", process=int(noted["pid"]), since=since)
                raise BuildLocked(known, shown=folder) from error
            raise BuildLocked("build-locked", shown=folder) from error
    try:
        with translate_disk_errors(holder):
            holder.write_text(
                json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat()}),
                encoding="utf-8",
            )
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()
