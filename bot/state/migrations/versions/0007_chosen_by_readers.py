"""Votes that go with the reaction they were, and the articles that groups are answered from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "votes", sa.Column("reacted", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "corpora",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("chosen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "thread_id", name="pk_corpora"),
    )


def downgrade() -> None:
    op.drop_table("corpora")
    op.drop_column("votes", "reacted")
