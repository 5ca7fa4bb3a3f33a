"""The database of a generation being written, beside that of the generation before."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from index.errors import StoreError
from index.store.files.article_writer_index_schema import INDEXES, PREVIOUS, TABLES

_CACHE = 64 * 1024  # KiB of pages kept in memory


class Sheet:
    """A new `articles.sqlite`, with the one before attached as `previous`: an empty one, at first.

    `alike` says that the one before was read and cut by the same rules, so that what it has of an
    unchanged article serves again. Raises StoreError when the disk refuses.
    """

    def __init__(self, path: Path, previous: Path | None = None, *, alike: bool = False) -> None:
        self._path = path
        self.alike = alike and previous is not None
        with self._using():
            self._connection = sqlite3.connect(
                f"{_address(path)}?mode=rwc", uri=True, isolation_level=None
            )
        try:
            with self._using():
                self._prepare(previous)
        except StoreError:
            self.close()
            raise

    def _prepare(self, previous: Path | None) -> None:
        run = self._connection.execute
        # Nothing reads this file before it is whole and flushed: no need of a journal.
        run("PRAGMA journal_mode = OFF")
        run("PRAGMA synchronous = OFF")
        run(f"PRAGMA cache_size = -{_CACHE}")
        self._connection.executescript(TABLES)
        before = f"{_address(previous)}?mode=ro&immutable=1" if previous else ":memory:"
        run("ATTACH DATABASE ? AS previous", (before,))
        if previous is None:
            self._connection.executescript(PREVIOUS)
        run("BEGIN")

    def run(self, statement: str, *values: object) -> None:
        with self._using():
            self._connection.execute(statement, values)

    def run_each(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        with self._using():
            self._connection.executemany(statement, values)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._using():
            return self._connection.execute(query, values).fetchall()

    def each(self, query: str) -> Iterator[tuple[Any, ...]]:
        """As `rows`, for results too large to hold."""
        with self._using():
            # Not `yield from`: an abandoned one would close its cursor after the connection.
            for row in self._connection.execute(query):  # noqa: UP028
                yield row

    def finish(self) -> None:
        with self._using():
            self._connection.execute("COMMIT")
            self._connection.execute("DETACH DATABASE previous")
            self._connection.executescript(INDEXES)
        self.close()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _using(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._path}: cannot be written ({error}); the index in service is unchanged; "
                "make room or choose another --data-dir, then run `selon index` again"
            ) from error


def _address(path: Path) -> str:
    return f"file:{quote(os.fsencode(path.absolute()))}"
