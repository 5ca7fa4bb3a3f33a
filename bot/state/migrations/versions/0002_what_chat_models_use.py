"""Tokens and money by day, tokens by person, written answers kept to serve again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        *_counts(),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "model", name="pk_spending"),
    )
    op.create_table(
        "usage",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        *_counts(),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_usage_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "day", "model", name="pk_usage"),
    )
    op.create_table(
        "replies",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("generation", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_replies"),
    )
    op.create_index("ix_replies_created_at", "replies", ["created_at"])


def downgrade() -> None:
    for table in ("replies", "usage", "spending"):
        op.drop_table(table)


def _counts() -> tuple[sa.Column[int], ...]:
    """New columns each time: a column belongs to one table."""
    names = ("calls", "input", "output")
    return tuple(sa.Column(name, sa.BigInteger(), nullable=False) for name in names)
