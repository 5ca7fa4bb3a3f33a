"""People keep quotes, and may share them by a link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.state.tables import IdType, Utc

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    person = sa.ForeignKey("people.id", ondelete="CASCADE", name="fk_clippings_person_id_people")
    op.create_table(
        "clippings",
        sa.Column("id", IdType, nullable=False),
        sa.Column("person_id", sa.BigInteger, person, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("citation", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("told", sa.String(16), nullable=False),
        sa.Column("kept_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clippings"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clippings_person_id", "clippings", ["person_id"])
    owner = sa.ForeignKey(
        "people.id", ondelete="CASCADE", name="fk_clipping_shares_person_id_people"
    )
    op.create_table(
        "clipping_shares",
        sa.Column("person_id", sa.BigInteger, owner, nullable=False, autoincrement=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("kept_at", Utc, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_clipping_shares"),
    )
    op.create_index("ix_clipping_shares_key", "clipping_shares", ["key"])


def downgrade() -> None:
    op.drop_table("clipping_shares")
    op.drop_table("clippings")
