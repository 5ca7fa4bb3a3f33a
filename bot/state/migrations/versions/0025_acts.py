"""Who changed the articles, the rights or the index is kept for a year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.state.tables import IdType, Utc

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acts",
        sa.Column("id", IdType, nullable=False),
        sa.Column("at", Utc, nullable=False),
        sa.Column("door", sa.String(16), nullable=False),
        sa.Column("person_id", sa.BigInteger, nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acts"),
    )
    op.create_index("ix_acts_at", "acts", ["at"])


def downgrade() -> None:
    op.drop_table("acts")
