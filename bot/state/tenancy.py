"""Which tables of a PostgreSQL database are whose, where several bots share it.

The first bot of a database has its tables where the account puts them by itself, as all had before
there could be several; each other one in a schema of its own.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect

_OWNER = "selon_owner"
"""The table of one row that names the first. Not of the migrations: an import replaces those."""


def schema_of(connection: Connection, bot_id: int) -> str | None:
    """The schema of a bot, made if need be; None for where tables are by themselves.

    To be called by one process at a time. Raises SQLAlchemyError.
    """
    connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_OWNER} (bot_id bigint NOT NULL)")
    owner = connection.exec_driver_sql(f"SELECT bot_id FROM {_OWNER}").scalar()
    if owner is None:
        owner = _known(connection) or bot_id
        connection.exec_driver_sql(f"INSERT INTO {_OWNER} VALUES ({owner:d})")
    if owner == bot_id:
        return None
    schema = f"bot_{bot_id:d}"
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return schema


def _known(connection: Connection) -> int | None:
    """The bot to which something was told last, of a database that names none yet."""
    if not inspect(connection).has_table("updates"):
        return None
    last = "SELECT bot_id FROM updates ORDER BY arrived_at DESC LIMIT 1"
    found: int | None = connection.exec_driver_sql(last).scalar()
    return found
