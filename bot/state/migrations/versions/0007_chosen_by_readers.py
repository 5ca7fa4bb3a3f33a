"""Votes that go with the reaction they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    reacted = sa.Column("reacted", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("votes", reacted)


def downgrade() -> None:
    op.drop_column("votes", "reacted")
