"""Chat models only choose: their names in battles have no mode, those that wrote keep one."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for side in ("first", "second"):
        op.execute(
            f"UPDATE battles SET {side} = {side} || '@mode=write' "
            f"WHERE {side} NOT LIKE 'extractive%' AND {side} NOT LIKE '%@mode=%'"
        )
        op.execute(f"UPDATE battles SET {side} = REPLACE({side}, '@mode=choose', '')")


def downgrade() -> None:
    for side in ("first", "second"):
        op.execute(
            f"UPDATE battles SET {side} = {side} || '@mode=choose' "
            f"WHERE {side} NOT LIKE 'extractive%' AND {side} NOT LIKE '%@mode=%'"
        )
        op.execute(f"UPDATE battles SET {side} = REPLACE({side}, '@mode=write', '')")
