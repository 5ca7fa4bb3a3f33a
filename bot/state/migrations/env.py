"""What Alembic runs: the migrations on the connection that `bot.state.database` hands over, or on
the database of `-x url=…` when a developer writes a new one."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from bot.state.tables import Base


def _run(connection: Connection) -> None:
    # SQLite alters a table by writing it anew.
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


existing_connection: Connection | None = context.config.attributes.get("connection")
if existing_connection is not None:
    _run(existing_connection)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as own:
        _run(own)
