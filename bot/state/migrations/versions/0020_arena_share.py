"""Ordinary questions no longer become battles: nobody chooses that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("people", "arena")


def downgrade() -> None:
    op.add_column("people", sa.Column("arena", sa.Boolean, nullable=True))
