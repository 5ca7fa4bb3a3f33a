"""Who may read which closed collections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.state.tables import Utc

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rights",
        sa.Column("collection", sa.String(64), nullable=False),
        sa.Column("holder", sa.BigInteger, nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("given_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("collection", "holder", name="pk_rights"),
    )
    op.create_index("ix_rights_holder", "rights", ["holder"])


def downgrade() -> None:
    op.drop_table("rights")
