"""Which process deals with what, where several share the work of a bot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = ("updates", "deliveries", "scripts")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("process", sa.Integer()))
    op.add_column("updates", sa.Column("chat_id", sa.BigInteger()))
    op.create_index("ix_updates_chat", "updates", ["bot_id", "chat_id"])


def downgrade() -> None:
    op.drop_index("ix_updates_chat", "updates")
    op.drop_column("updates", "chat_id")
    for table in _TABLES:
        op.drop_column(table, "process")
