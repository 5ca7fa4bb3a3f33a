"""Where the index lies in a data directory, and how files are put there to stay.

<data dir>/index/
  CURRENT               the id of the generation in service
  generations/<id>/     whole, and never changed again
  generations/.<id>/    being built, or left by a build that was killed
  resume/               vectors of a build that did not end, for the next one
  lock, lock.holder     one builder at a time
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StoreError, reason_of


@contextmanager
def translate_disk_errors(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into a StoreError; the index in service is untouched."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "store-unwritable", shown=error.filename or path, reason=reason_of(error)
        ) from error
