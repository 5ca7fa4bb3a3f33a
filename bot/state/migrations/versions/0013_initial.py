"""The tables of the first release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = None
branch_labels = None
depends_on = None

_BIG, _TEXT, _JSON = sa.BigInteger(), sa.Text(), sa.JSON()
_COUNT, _FLAG = sa.Integer(), sa.Boolean()
_REAL: sa.Double[float] = sa.Double()
_DAY, _MOMENT = sa.Date(), sa.DateTime(timezone=True)
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEVER_REUSED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    _make_people_and_chats()
    _make_conversations()
    _make_documents()
    _make_model_records()
    _make_queues()
    _make_announcements()
    _make_alerts()
    _make_digests()
    _make_arena()


def downgrade() -> None:
    for table in (
        *("battle_votes", "battles", "scripts", "digests", "subscriptions", "alerts"),
        *("addressees", "announcements", "attachments", "deliveries", "updates"),
        *("replies", "usage", "spending", "documents", "votes", "turns", "conversations"),
        *("notices", "meters", "invitations", "roles", "corpora", "chats", "people"),
    ):
        op.drop_table(table)


def _make_people_and_chats() -> None:
    op.create_table(
        "people",
        *_keys(_BIG, "id"),
        *_columns(sa.String(8), "language?"),
        *_columns(_MOMENT, "first_seen", "last_seen", "quiet_since?"),
        *_columns(sa.String(8), "voice?"),
        *_columns(_FLAG, "arena?"),
    )
    op.create_table(
        "chats",
        *_keys(_BIG, "id"),
        *_columns(_FLAG, "allowed?"),
        *_columns(sa.String(8), "language?"),
        *_columns(_MOMENT, "first_seen"),
    )
    op.create_table(
        "corpora",
        *_keys(_BIG, "chat_id", "thread_id"),
        *_columns(_JSON, "selection"),
        *_columns(_MOMENT, "chosen_at"),
    )
    op.create_table(
        "roles",
        *_keys(_BIG, "person_id"),
        *_columns(sa.String(16), "role"),
        *_columns(_MOMENT, "given_at"),
    )
    op.create_table(
        "invitations",
        _id(),
        *_columns(sa.String(64), "digest"),
        *_columns(sa.String(16), "role"),
        *_columns(_BIG, "created_by"),
        *_columns(_MOMENT, "expires_at"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "meters",
        *_keys(sa.String(64), "key"),
        *_columns(_REAL, "left"),
        *_columns(_MOMENT, "at"),
        *_columns(_FLAG, "told"),
    )
    op.create_table("notices", *_keys(sa.String(64), "key"), *_columns(_MOMENT, "at"))


def _make_conversations() -> None:
    op.create_table(
        "conversations",
        _id(),
        _person(),
        *_columns(_BIG, "chat_id", "thread_id"),
        *_columns(_MOMENT, "started_at", "last_at"),
        *_columns(_FLAG, "ended"),
    )
    op.create_index(
        "ix_conversations_place", "conversations", ["chat_id", "thread_id", "person_id"]
    )
    op.create_table(
        "turns",
        _id(),
        _owner("conversation_id", _ID, "conversations", index=True),
        *_columns(_BIG, "chat_id"),
        *_columns(_TEXT, "question"),
        *_columns(_JSON, "turn", "sources"),
        *_columns(_FLAG, "answered"),
        *_columns(_REAL, "confidence"),
        *_columns(sa.String(40), "generation"),
        *_columns(_BIG, "question_message?"),
        *_columns(_JSON, "answer_messages"),
        *_columns(_MOMENT, "created_at", index=True),
        *_columns(_REAL, "elapsed_ms?"),
        **_NEVER_REUSED,
    )
    op.create_index("ix_turns_messages", "turns", ["chat_id", "question_message"])
    op.create_table(
        "votes",
        _id(),
        _owner("turn_id", _ID, "turns"),
        _person(),
        *_columns(_FLAG, "good"),
        *_columns(sa.String(16), "reason?"),
        *_columns(_TEXT, "comment?"),
        *_columns(_BIG, "asked_with?"),
        *_columns(_MOMENT, "created_at"),
        *_columns(_FLAG, "reacted", server_default=sa.false()),
        sa.UniqueConstraint("turn_id", "person_id"),
    )


def _make_documents() -> None:
    op.create_table(
        "documents",
        _id(),
        _person(),
        *_columns(_BIG, "chat_id", index=True),
        *_columns(_BIG, "thread_id"),
        *_columns(_TEXT, "name", "path", "url?"),
        *_columns(sa.String(16), "scope", "status"),
        *_columns(_MOMENT, "created_at"),
        *_columns(_BIG, "update_id?"),
        **_NEVER_REUSED,
    )


def _make_model_records() -> None:
    op.create_table(
        "spending",
        *_keys(_DAY, "day"),
        *_keys(sa.String(200), "model"),
        *_columns(_BIG, "calls", "input", "output", "micros"),
    )
    op.create_table(
        "usage",
        _owner("person_id", _BIG, "people", primary_key=True, autoincrement=False),
        *_keys(_DAY, "day"),
        *_keys(sa.String(200), "model"),
        *_columns(_BIG, "calls", "input", "output"),
    )
    op.create_table(
        "replies",
        *_keys(sa.String(64), "key"),
        *_columns(sa.String(40), "generation"),
        *_columns(_TEXT, "text"),
        *_columns(_MOMENT, "created_at", index=True),
    )


def _make_queues() -> None:
    op.create_table(
        "updates",
        *_keys(_BIG, "bot_id", "id"),
        *_columns(_JSON, "content?"),
        *_columns(_COUNT, "tries"),
        *_columns(_MOMENT, "arrived_at"),
        *_columns(_MOMENT, "done_at?", index=True),
        *_columns(_COUNT, "process?"),
        *_columns(_BIG, "chat_id?"),
    )
    op.create_index("ix_updates_chat", "updates", ["bot_id", "chat_id"])
    op.create_table(
        "deliveries",
        _id(),
        *_columns(_BIG, "bot_id", "update_id?"),
        *_columns(_COUNT, "number"),
        *_columns(_JSON, "letter?", "sent"),
        *_columns(sa.String(16), "outcome"),
        *_columns(_TEXT, "reason?"),
        *_columns(_MOMENT, "created_at"),
        *_columns(_MOMENT, "done_at?", index=True),
        *_columns(_COUNT, "process?"),
        sa.UniqueConstraint("bot_id", "update_id", "number"),
    )
    op.create_table(
        "attachments",
        _owner("delivery_id", _ID, "deliveries", primary_key=True, autoincrement=False),
        *_keys(sa.String(64), "digest"),
        *_columns(sa.LargeBinary(), "data"),
    )


def _make_announcements() -> None:
    op.create_table(
        "announcements",
        _id(),
        _person(),
        *_columns(_TEXT, "text"),
        *_columns(sa.String(16), "status"),
        *_columns(_BIG, "message?"),
        *_columns(_MOMENT, "created_at"),
        **_NEVER_REUSED,
    )
    op.create_table(
        "addressees",
        _owner("announcement_id", _ID, "announcements", primary_key=True, autoincrement=False),
        _person(primary_key=True, autoincrement=False),
        *_columns(sa.String(16), "outcome"),
    )


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        _id(),
        _person(),
        *_columns(_BIG, "chat_id", "thread_id"),
        *_columns(_TEXT, "question"),
        *_columns(sa.String(8), "language"),
        *_columns(sa.String(40), "checked"),
        *_columns(_MOMENT, "created_at", "told_at?"),
        **_NEVER_REUSED,
    )
    op.create_table(
        "subscriptions",
        _id(),
        _person(nullable=True),
        *_columns(_BIG, "chat_id", "thread_id"),
        *_columns(_TEXT, "subject"),
        *_columns(sa.String(8), "language"),
        *_columns(_FLAG, "at_once"),
        *_columns(_JSON, "seen"),
        *_columns(sa.String(40), "checked"),
        *_columns(_MOMENT, "looked_at", "created_at", "told_at?"),
        **_NEVER_REUSED,
    )
    op.create_index("ix_subscriptions_place", "subscriptions", ["chat_id", "thread_id"])


def _make_digests() -> None:
    op.create_table(
        "digests",
        _id(),
        *_columns(_BIG, "chat_id", "thread_id"),
        _person(nullable=True),
        *_columns(_COUNT, "minute"),
        *_columns(sa.String(7), "days"),
        *_columns(sa.String(8), "language"),
        *_columns(_DAY, "last_day"),
        *_columns(_JSON, "told"),
        *_columns(_MOMENT, "created_at"),
        *_columns(_FLAG, "audio", server_default=sa.false()),
        sa.UniqueConstraint("chat_id", "thread_id"),
    )
    op.create_table(
        "scripts",
        _id(),
        *_columns(_BIG, "chat_id", index=True),
        *_columns(_BIG, "thread_id"),
        _person(nullable=True),
        *_columns(sa.String(8), "language"),
        *_columns(_TEXT, "subject"),
        *_columns(_JSON, "articles", "spoken?", "messages"),
        *_columns(_BIG, "progress?"),
        *_columns(_BIG, "delivery_id?", index=True),
        *_columns(_COUNT, "tries"),
        *_columns(_MOMENT, "created_at"),
        *_columns(_COUNT, "process?"),
    )


def _make_arena() -> None:
    op.create_table(
        "battles",
        _id(),
        _person(ondelete="SET NULL", nullable=True),
        *_columns(_BIG, "chat_id?", "question_message?"),
        *_columns(_TEXT, "question?"),
        *_columns(sa.String(64), "question_key?", index=True),
        *_columns(sa.String(8), "language"),
        *_columns(sa.String(16), "kind", "origin"),
        *_columns(sa.String(40), "generation"),
        *_columns(sa.String(400), "first", "second"),
        *_columns(_JSON, "shown?"),
        *_columns(_TEXT, "text_first?", "text_second?"),
        *_columns(_JSON, "style_first", "style_second"),
        *_columns(_REAL, "seconds_first?", "seconds_second?"),
        *_columns(_BIG, "micros_first?", "micros_second?"),
        *_columns(sa.String(8), "fault?"),
        *_columns(_MOMENT, "created_at"),
        **_NEVER_REUSED,
    )
    op.create_index("ix_battles_question_message", "battles", ["chat_id", "question_message"])
    op.create_table(
        "battle_votes",
        _id(),
        _owner("battle_id", _ID, "battles", index=True),
        _person(ondelete="SET NULL", nullable=True),
        *_columns(sa.String(200), "judge?"),
        *_columns(sa.String(32), "voter"),
        *_columns(sa.String(16), "choice"),
        *_columns(_MOMENT, "created_at"),
        sa.UniqueConstraint("battle_id", "person_id"),
    )


def _columns(kind: Any, *names: str, **options: Any) -> Iterator[sa.Column[Any]]:
    """Columns of one type; a name that ends in `?` may be null."""
    for name in names:
        yield sa.Column(name.rstrip("?"), kind, nullable=name.endswith("?"), **options)


def _keys(kind: Any, *names: str) -> Iterator[sa.Column[Any]]:
    """Parts of a primary key that the database does not number."""
    return _columns(kind, *names, primary_key=True, autoincrement=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", _ID, primary_key=True)


def _person(**options: Any) -> sa.Column[Any]:
    return _owner("person_id", _BIG, "people", index=True, **options)


def _owner(
    name: str,
    kind: Any,
    table: str,
    *,
    ondelete: str = "CASCADE",
    nullable: bool = False,
    **options: Any,
) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{table}.id", ondelete=ondelete)
    return sa.Column(name, kind, key, nullable=nullable, **options)
