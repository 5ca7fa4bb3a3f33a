"""One database for many tests: emptying it takes a tenth of the time that copying one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, text

from tests.postgres.server import Server

_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SHAPE = """
SELECT relname, relnamespace, relkind, attname, atttypid, attnotnull, version_num
FROM alembic_version, pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace::regnamespace::text !~ '^pg_|information_schema' AND attnum > 0
ORDER BY 1, 2, attnum
"""
_EMPTY = """
SET session_replication_role = replica;  -- in any order, foreign keys or not
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
    PERFORM setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE last_value > 0;
END $$
"""  # TRUNCATE makes a new file for each table and index


class ReusedDatabase:
    """A copy of a template, emptied after each loan, or made again if its tables have changed."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._template = template
        self._copy = ExitStack()
        self._url = ""
        self._shape: Sequence[Any] = ()

    @contextmanager
    def lend(self) -> Iterator[str]:
        if not self._url:
            self._url = self._copy.enter_context(self._server.database(self._template))
            with self._connect() as connection:
                self._shape = connection.execute(text(_SHAPE)).all()
        yield self._url
        with self._connect() as connection:
            connection.execute(text(_END_OTHERS))
            if connection.execute(text(_SHAPE)).all() == self._shape:
                connection.exec_driver_sql(_EMPTY)
                return
        self.close()

    def close(self) -> None:
        """Drop the copy; the next loan makes another."""
        self._copy.close()
        self._url = ""

    def _connect(self) -> Connection:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        return engine.connect()
