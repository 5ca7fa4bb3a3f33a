"""Databases of tests begin with the tables of this version, and share compiled statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from bot.state import database

Migrate = Callable[..., None]
migrate_for_real: Migrate = database.migrate
create_engine: Callable[..., Engine] = database._create_engine


def migrate(connection: Connection) -> None:
    """`bot.state.database.migrate`, without the cost of Alembic where nothing is to be migrated."""
    names = set(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite" and not {"alembic_version", "people"} & names:
        for statement in _statements():
            connection.exec_driver_sql(statement)
        return
    if "alembic_version" in names:
        version = "SELECT version_num FROM alembic_version"
        if connection.exec_driver_sql(version).scalar() == _head():
            return
    migrate_for_real(connection)


def use(function: Migrate) -> None:
    """Let databases be migrated by this function."""
    database.migrate = function


def share_statements() -> None:
    """Let all engines of SQLite have what one of them compiled: a fifth of a test's work."""
    database._create_engine = _sharing_engine


def _sharing_engine(url: str, schema: str | None = None) -> Engine:
    engine = create_engine(url, schema)
    if engine.dialect.name == "sqlite":
        first = _first_engines.setdefault(engine.driver, engine)
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


_first_engines: dict[str, Engine] = {}


@cache
def _head() -> str | None:
    folder = Path(database.__file__).parent / "migrations"
    return ScriptDirectory(str(folder)).get_current_head()


@cache
def _statements() -> tuple[str, ...]:
    """What makes the tables of this version, as the migrations left them."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "state.sqlite")
        database.migrate = migrate_for_real
        try:
            database.open_state(f"sqlite:///{path}").close()
        finally:
            database.migrate = migrate
        with closing(sqlite3.connect(path)) as file:
            made = "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%'"
            tables = [row[0] for row in file.execute(f"{made} ORDER BY type DESC, rowid")]
    return (*tables, f"INSERT INTO alembic_version VALUES ('{_head()}')")
