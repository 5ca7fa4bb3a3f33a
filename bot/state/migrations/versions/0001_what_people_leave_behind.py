"""Conversations, votes, alerts, documents, languages."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_people_and_chats()
    _make_conversations()
    _make_alerts()
    _make_documents()


def downgrade() -> None:
    for table in ("votes", "turns", "conversations", "alerts", "documents", "people", "chats"):
        op.drop_table(table)


def _make_people_and_chats() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.Column("last_seen", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("allowed", sa.Boolean()),
        sa.Column("language", sa.String(8)),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )


def _make_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", _ID, nullable=False),
        *_place(),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        _of_person("conversations"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_person_id", "conversations", ["person_id"])
    op.create_index(
        "ix_conversations_place", "conversations", ["chat_id", "thread_id", "person_id"]
    )
    op.create_table(
        "turns",
        sa.Column("id", _ID, nullable=False),
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("turn", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("generation", sa.String(40), nullable=False),
        sa.Column("question_message", sa.BigInteger()),
        sa.Column("answer_messages", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        _owned("turns", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
    )
    op.create_index("ix_turns_conversation_id", "turns", ["conversation_id"])
    op.create_index("ix_turns_created_at", "turns", ["created_at"])
    op.create_index("ix_turns_messages", "turns", ["chat_id", "question_message"])
    op.create_table(
        "votes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("turn_id", _ID, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("comment", sa.Text()),
        sa.Column("asked_with", sa.BigInteger()),
        sa.Column("created_at", _MOMENT, nullable=False),
        _of_person("votes"),
        _owned("votes", "turn_id", "turns"),
        sa.PrimaryKeyConstraint("id", name="pk_votes"),
        sa.UniqueConstraint("turn_id", "person_id", name="uq_votes_turn_id"),
    )
    op.create_index("ix_votes_person_id", "votes", ["person_id"])


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _ID, nullable=False),
        *_place(),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("checked", sa.String(40), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("told_at", _MOMENT),
        _of_person("alerts"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_person_id", "alerts", ["person_id"])


def _make_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", _ID, nullable=False),
        *_place(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        _of_person("documents"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_index("ix_documents_chat_id", "documents", ["chat_id"])
    op.create_index("ix_documents_person_id", "documents", ["person_id"])


def _place() -> tuple[sa.Column[Any], ...]:
    """New columns each time: a column belongs to one table."""
    names = ("person_id", "chat_id", "thread_id")
    return tuple(sa.Column(name, sa.BigInteger(), nullable=False) for name in names)


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return _owned(table, "person_id", "people")


def _owned(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{owner}"
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")
