"""Battles of the arena, and the votes on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("people", sa.Column("arena", sa.Boolean()))
    op.create_table(
        "battles",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("question_message", sa.BigInteger()),
        sa.Column("question", sa.Text()),
        sa.Column("question_key", sa.String(64)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("generation", sa.String(40), nullable=False),
        sa.Column("first", sa.String(400), nullable=False),
        sa.Column("second", sa.String(400), nullable=False),
        sa.Column("shown", sa.JSON()),
        sa.Column("text_first", sa.Text()),
        sa.Column("text_second", sa.Text()),
        sa.Column("style_first", sa.JSON(), nullable=False),
        sa.Column("style_second", sa.JSON(), nullable=False),
        sa.Column("seconds_first", sa.Double()),
        sa.Column("seconds_second", sa.Double()),
        sa.Column("micros_first", sa.BigInteger()),
        sa.Column("micros_second", sa.BigInteger()),
        sa.Column("fault", sa.String(8)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_battles_person_id_people", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_battles"),
    )
    op.create_index("ix_battles_person_id", "battles", ["person_id"])
    op.create_index("ix_battles_question_key", "battles", ["question_key"])
    op.create_index("ix_battles_question_message", "battles", ["chat_id", "question_message"])
    op.create_table(
        "battle_votes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("battle_id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger()),
        sa.Column("judge", sa.String(200)),
        sa.Column("voter", sa.String(32), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["battle_id"],
            ["battles.id"],
            name="fk_battle_votes_battle_id_battles",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_battle_votes_person_id_people",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_battle_votes"),
        sa.UniqueConstraint("battle_id", "person_id", name="uq_battle_votes_battle_id"),
    )
    op.create_index("ix_battle_votes_battle_id", "battle_votes", ["battle_id"])
    op.create_index("ix_battle_votes_person_id", "battle_votes", ["person_id"])


def downgrade() -> None:
    op.drop_table("battle_votes")
    op.drop_table("battles")
    op.drop_column("people", "arena")
