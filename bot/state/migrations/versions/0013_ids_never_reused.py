"""Ids that travel in buttons are never given twice; a document knows which update is at work on it.

PostgreSQL's sequences never give a number again; SQLite does, unless a table is made for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CHILDREN: Mapping[str, Sequence[str]] = {
    "turns": ("votes",),
    "alerts": (),
    "subscriptions": (),
    "documents": (),
    "announcements": ("addressees",),
    "battles": ("battle_votes",),
}
"""Tables whose ids travel, with those whose rows would go with theirs."""

_ERASED_BEFORE = 1_000_000
"""More ids than were given to rows that are gone by now, whose buttons may still stand."""


def upgrade() -> None:
    op.add_column("documents", sa.Column("update_id", sa.BigInteger()))
    _remake({"sqlite_autoincrement": True})
    if op.get_bind().dialect.name == "sqlite":
        names = ", ".join(f"'{table}'" for table in _CHILDREN)
        op.execute(
            f"UPDATE sqlite_sequence SET seq = seq + {_ERASED_BEFORE} "
            f"WHERE seq > 0 AND name IN ({names})"
        )


def downgrade() -> None:
    _remake({})
    op.drop_column("documents", "update_id")


def _remake(options: Mapping[str, bool]) -> None:
    """Write SQLite's tables anew; what would be erased with their rows is kept aside."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, children in _CHILDREN.items():
        for child in children:
            op.execute(f"CREATE TEMPORARY TABLE kept_{child} AS SELECT * FROM {child}")
        with op.batch_alter_table(table, recreate="always", table_kwargs=dict(options)):
            pass
        for child in children:
            op.execute(f"INSERT INTO {child} SELECT * FROM kept_{child}")
            op.execute(f"DROP TABLE temp.kept_{child}")
