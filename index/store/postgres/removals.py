"""The removed articles in a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from index.store.base import RemovedArticle
from index.store.postgres.connections import Connection, Connections, Server
from index.store.postgres.integrity import connect_to_build
from index.store.postgres.layout import is_prepared


class RemovedRows:
    """Reads the table at each call. Raises StoreError."""

    def __init__(self, server: Server, pool: Connections) -> None:
        self._server = server
        self._pool = pool

    def read(self) -> dict[str, RemovedArticle]:
        """The removed articles by id."""

        def read(connection: Connection) -> dict[str, RemovedArticle]:
            if not is_prepared(connection):
                return {}
            rows = connection.execute("SELECT id, title, path, day FROM selon.removed")
            return {row[0]: RemovedArticle(*row) for row in rows}

        return self._pool.ask(read)

    def ids(self) -> frozenset[str]:
        """Read for every question, so only the ids."""
        query = "SELECT id FROM selon.removed"
        return self._pool.ask(lambda c: frozenset(row[0] for row in c.execute(query)))

    def change(self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]) -> None:
        rows = [(article.id, article.title, article.path, article.day) for article in additions]
        insert = "INSERT INTO selon.removed VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
        with connect_to_build(self._server) as connection, connection.transaction():
            if rows:
                connection.cursor().executemany(insert, rows)
            if restored_ids:
                delete = "DELETE FROM selon.removed WHERE id = ANY(%s)"
                connection.execute(delete, [list(restored_ids)])
