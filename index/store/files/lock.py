"""One builder at a time in a data directory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BuildLocked
from index.store.files.layout import storing


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. The system frees it with its process, however that ends.

    Raises BuildLocked naming the process that holds it, StoreError when the folder cannot be used.
    """
    holder = folder / "lock.holder"
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock")
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise BuildLocked(_refusal(folder, holder)) from error
    try:
        with storing(holder):
            holder.write_text(
                json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat()}),
                encoding="utf-8",
            )
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _refusal(folder: Path, holder: Path) -> str:
    try:
        noted = json.loads(holder.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(noted["since"]).astimezone()
        who = f"process {int(noted['pid'])}, since {since:%Y-%m-%d %H:%M:%S}"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process"
    return (
        f"{folder}: an index is being built here ({who}); "
        "wait until it ends or stop it, then run `selon index` again"
    )
