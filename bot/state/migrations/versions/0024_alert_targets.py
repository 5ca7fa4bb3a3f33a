"""Alerts go to e-mail addresses and webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.state.tables import IdType, Utc

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def person(table: str) -> sa.Column[int]:
        name = f"fk_{table}_person_id_people"
        owner = sa.ForeignKey("people.id", ondelete="CASCADE", name=name)
        return sa.Column("person_id", sa.BigInteger, owner, nullable=True)

    op.create_table(
        "alert_targets",
        sa.Column("id", IdType, nullable=False),
        person("alert_targets"),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("secret", sa.String(80), nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("hour", sa.Integer, nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("next_at", Utc, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("problem", sa.JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert_targets"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_targets_person_id", "alert_targets", ["person_id"])
    op.create_index("ix_alert_targets_place", "alert_targets", ["place"])
    target = sa.ForeignKey(
        "alert_targets.id", ondelete="CASCADE", name="fk_alert_news_target_id_alert_targets"
    )
    op.create_table(
        "alert_news",
        sa.Column("id", IdType, nullable=False),
        sa.Column("target_id", IdType, target, nullable=False),
        person("alert_news"),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("key", sa.String(32), nullable=True),
        sa.Column("batch", sa.String(32), nullable=True),
        sa.Column("created_at", Utc, nullable=False),
        sa.Column("sent_at", Utc, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert_news"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_news_target_id", "alert_news", ["target_id"])
    op.create_index("ix_alert_news_person_id", "alert_news", ["person_id"])


def downgrade() -> None:
    op.drop_table("alert_news")
    op.drop_table("alert_targets")
