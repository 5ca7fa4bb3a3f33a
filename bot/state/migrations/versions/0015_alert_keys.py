"""Keys of the answers that alerts waited for, which have an address on the web."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("key", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("alerts", "key")
