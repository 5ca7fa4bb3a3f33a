"""How long an answer took, announcements and whom they are for, and who wants none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("turns", sa.Column("elapsed_ms", sa.Double()))
    op.add_column("people", sa.Column("quiet_since", _MOMENT))
    op.create_table(
        "announcements",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("message", sa.BigInteger()),
        sa.Column("created_at", _MOMENT, nullable=False),
        _person("announcements"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    op.create_index("ix_announcements_person_id", "announcements", ["person_id"])
    op.create_table(
        "addressees",
        sa.Column("announcement_id", _ID, autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name="fk_addressees_announcement_id_announcements",
            ondelete="CASCADE",
        ),
        _person("addressees"),
        sa.PrimaryKeyConstraint("announcement_id", "person_id", name="pk_addressees"),
    )
    op.create_index("ix_addressees_person_id", "addressees", ["person_id"])


def downgrade() -> None:
    for table in ("addressees", "announcements"):
        op.drop_table(table)
    op.drop_column("people", "quiet_since")
    op.drop_column("turns", "elapsed_ms")


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=f"fk_{table}_person_id_people", ondelete="CASCADE"
    )
