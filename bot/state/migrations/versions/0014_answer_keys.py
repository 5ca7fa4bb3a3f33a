"""Keys of answers that have an address on the web."""

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


def downgrade() -> None:
    op.drop_index("ix_turns_key", "turns")
    op.drop_column("turns", "key")
