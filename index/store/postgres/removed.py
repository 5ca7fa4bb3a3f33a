"""The articles that the operator took out, in the database of the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import TypeVar

from index.store.base import Removable, RemovedArticle, find_removed
from index.store.postgres.connections import Connection

Result = TypeVar("Result")


class RemovedRows:
    """See `index.store.base.RemovedArticles`. `read` and `write` run a job on the server."""

    def __init__(
        self,
        read: Callable[
            [Callable[[Connection], dict[str, RemovedArticle]]], dict[str, RemovedArticle]
        ],
        write: Callable[[Callable[[Connection], object]], None],
    ) -> None:
        self._write = write
        self._read = read
        self._articles = read(_all)

    @property
    def articles(self) -> tuple[RemovedArticle, ...]:
        """Those taken out, by day, then title."""
        return tuple(sorted(self._articles.values(), key=lambda each: (each.day, each.title)))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._articles)

    def __len__(self) -> int:
        return len(self._articles)

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        """Take these out from the next build on; `day` is today unless told."""
        when = day or datetime.now(UTC).astimezone().date()
        rows = [(each.id, each.title, each.path, when) for each in articles]

        def write(connection: Connection) -> None:
            statement = "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)

        self._write(write)
        self._articles = self._read(_all)

    def find(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Those that an id, the beginning of one, a path, a title or a file's name means."""
        return find_removed(self.articles, reference)

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        """Let these in again at the next build; none where the reference means none of the list."""
        self._articles = self._read(_all)
        found = self.find(reference)
        ids = [each.id for each in found]
        if ids:
            delete = "DELETE FROM selon.removed WHERE id = ANY(%s)"
            self._write(lambda connection: connection.execute(delete, [ids]))
            self._articles = self._read(_all)
        return found


def _all(connection: Connection) -> dict[str, RemovedArticle]:
    rows = connection.execute("SELECT id, title, path, day FROM selon.removed").fetchall()
    return {row[0]: RemovedArticle(*row) for row in rows}
