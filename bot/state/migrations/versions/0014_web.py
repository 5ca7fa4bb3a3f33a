"""Keys of answers that have an address on the web, and tokens that open it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turns", sa.Column("key", sa.String(32), nullable=True))
    op.create_index("ix_turns_key", "turns", ["key"])
    op.create_table(
        "web_tokens",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("web_tokens")
    op.drop_index("ix_turns_key", "turns")
    op.drop_column("turns", "key")
