"""When people want answers read aloud."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("voice", sa.String(8)))


def downgrade() -> None:
    op.drop_column("people", "voice")
