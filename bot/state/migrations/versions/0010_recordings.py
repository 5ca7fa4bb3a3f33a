"""Which dailies and podcasts were told where, and what of them is still to be recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "digests", sa.Column("audio", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "scripts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("spoken", sa.JSON()),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("progress", sa.BigInteger()),
        sa.Column("delivery_id", sa.BigInteger()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_scripts_person_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scripts"),
    )
    op.create_index("ix_scripts_chat_id", "scripts", ["chat_id"])
    op.create_index("ix_scripts_person_id", "scripts", ["person_id"])
    op.create_index("ix_scripts_delivery_id", "scripts", ["delivery_id"])


def downgrade() -> None:
    op.drop_table("scripts")
    op.drop_column("digests", "audio")
