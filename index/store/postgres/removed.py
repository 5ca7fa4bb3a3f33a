"""The articles that the operator took out, in the database of the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from index.store.base import Removable, RemovedArticle, RemovedArticles
from index.store.postgres.connections import Connection


class RemovedRows(RemovedArticles):
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

    def add(self, articles: Iterable[Removable], day: date | None = None) -> None:
        when = day or datetime.now(UTC).astimezone().date()
        rows = [(each.id, each.title, each.path, when) for each in articles]

        def write(connection: Connection) -> None:
            statement = "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)

        self._write(write)
        self._articles = self._read(_all)

    def restore(self, reference: str) -> tuple[RemovedArticle, ...]:
        self._articles = self._read(_all)
        restored = self.find(reference)
        if restored:
            ids = [each.id for each in restored]
            delete = "DELETE FROM selon.removed WHERE id = ANY(%s)"
            self._write(lambda connection: connection.execute(delete, [ids]))
            self._articles = self._read(_all)
        return restored


def withdrawn_ids(connection: Connection) -> frozenset[str]:
    """Read for every question: no more than the ids."""
    return frozenset(row[0] for row in connection.execute("SELECT id FROM selon.removed"))


def _all(connection: Connection) -> dict[str, RemovedArticle]:
    rows = connection.execute("SELECT id, title, path, day FROM selon.removed").fetchall()
    return {row[0]: RemovedArticle(*row) for row in rows}
