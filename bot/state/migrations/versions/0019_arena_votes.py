"""The arena counts votes of people alone: no judges, no faults, no style of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM battle_votes WHERE judge IS NOT NULL")
    op.execute("DELETE FROM battles WHERE fault IS NOT NULL OR origin = 'judge'")
    op.drop_column("battle_votes", "judge")
    for name in ("fault", "style_first", "style_second"):
        op.drop_column("battles", name)


def downgrade() -> None:
    for name in ("style_first", "style_second"):
        op.add_column("battles", sa.Column(name, sa.JSON, nullable=False, server_default="{}"))
    op.add_column("battles", sa.Column("fault", sa.String(8), nullable=True))
    op.add_column("battle_votes", sa.Column("judge", sa.String(200), nullable=True))
