"""The tables, as SQLAlchemy maps them; nothing outside `bot.state` sees these classes.

Ids of people and chats are Telegram's own; a thread of 0 is a chat without topics. Moments are UTC.
A table changes with a migration beside it in `migrations/versions`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Named, so that a later migration can find them in every database.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# Of tables whose ids travel in buttons: SQLite would give the id of an erased row again.
NEVER_REUSED = {"sqlite_autoincrement": True}
# SQLite numbers rows by itself only where the key is an INTEGER.
IdType = BigInteger().with_variant(Integer, "sqlite")


class Utc(TypeDecorator[datetime]):
    """An aware moment; databases that keep no zone hold it in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)


class PersonRow(Base):
    """A person who wrote to the bot; no name is stored. `quiet_since`: no announcements from then
    on; `voice`: when to read answers aloud. All are null until chosen."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    language: Mapped[str | None] = mapped_column(String(8))
    first_seen: Mapped[datetime] = mapped_column(Utc)
    last_seen: Mapped[datetime] = mapped_column(Utc)
    quiet_since: Mapped[datetime | None] = mapped_column(Utc)
    voice: Mapped[str | None] = mapped_column(String(8))


class ConversationRow(Base):
    """The exchange of one person with the bot in one chat (and topic), until it ends or expires.
    `title` is the one that the person gave it on the web."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_place", "chat_id", "thread_id", "person_id"),)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Utc)
    last_at: Mapped[datetime] = mapped_column(Utc)
    ended: Mapped[bool]
    title: Mapped[str | None] = mapped_column(String(200))


class TurnRow(Base):
    """A question and its answer. `turn` is the record of `bot.followups.turn`, `sources` the
    passages behind the answer (cited first), as buttons name them; `key` is the secret of the
    answer's address on the web."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_messages", "chat_id", "question_message"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    chat_id: Mapped[int] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    turn: Mapped[dict[str, Any]] = mapped_column(JSON)
    sources: Mapped[list[Any]] = mapped_column(JSON)
    answered: Mapped[bool]
    confidence: Mapped[float] = mapped_column(Double)
    generation: Mapped[str] = mapped_column(String(40))
    question_message: Mapped[int | None] = mapped_column(BigInteger)
    answer_messages: Mapped[list[int]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)
    elapsed_ms: Mapped[float | None] = mapped_column(Double)
    key: Mapped[str | None] = mapped_column(String(32), index=True)


class VoteRow(Base):
    """A person's vote on an answer. A reply to the message `asked_with` is their comment; a vote
    that `reacted` is withdrawn with its reaction."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("turn_id", "person_id"),)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    good: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)
    asked_with: Mapped[int | None] = mapped_column(BigInteger)
    reacted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Utc)


class DocumentRow(Base):
    """A file or address from a person. `scope` is the decision: `undecided`, `corpus`,
    `conversation` or `dropped`; `status` is `received`, `filing` or `indexed`. `path` is relative
    to the data directory; `update_id` is the update that processes the document."""

    __tablename__ = "documents"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    update_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Utc)


class ChatRow(Base):
    """A group that the bot has been in, and whether an administrator of Selon allows it."""

    __tablename__ = "chats"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    allowed: Mapped[bool | None]
    language: Mapped[str | None] = mapped_column(String(8))
    first_seen: Mapped[datetime] = mapped_column(Utc)


class CorpusRow(Base):
    """The articles that a group, or one of its topics, is answered from: a `Selection` as JSON."""

    __tablename__ = "corpora"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    thread_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    selection: Mapped[dict[str, Any]] = mapped_column(JSON)
    chosen_at: Mapped[datetime] = mapped_column(Utc)


class SpendingRow(Base):
    """Usage of a chat model on one UTC day. `micros` are millionths of a currency unit."""

    __tablename__ = "spending"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)
    input: Mapped[int] = mapped_column(BigInteger)
    output: Mapped[int] = mapped_column(BigInteger)
    micros: Mapped[int] = mapped_column(BigInteger)


class ReplyRow(Base):
    """Cached text of a chat model. `key` is a digest of everything that the text depends on."""

    __tablename__ = "replies"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    generation: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)


class ModelTrialRow(Base):
    """The figures of a chat model's last trial, with one version of the prompts."""

    __tablename__ = "model_trials"

    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    prompt: Mapped[str] = mapped_column(String(16))
    figures: Mapped[dict[str, int]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Utc)


class UpdateRow(Base):
    """An update from Telegram. `content` is deleted once the update is done, except of unreadable
    updates, which the operator may inspect. Until then `process` is the number of the process that
    handles it, the same for all updates of one chat."""

    __tablename__ = "updates"
    __table_args__ = (Index("ix_updates_chat", "bot_id", "chat_id"),)

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    tries: Mapped[int]
    arrived_at: Mapped[datetime] = mapped_column(Utc)
    done_at: Mapped[datetime | None] = mapped_column(Utc, index=True)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    process: Mapped[int | None]


class DeliveryRow(Base):
    """An outgoing letter: the `number`-th reply to an update, or one without an update. `letter`
    is deleted once it is sent; `sent` are the messages that Telegram accepted, `process` is the
    number of the process that sends it."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("bot_id", "update_id", "number"),)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int | None] = mapped_column(BigInteger)
    number: Mapped[int]
    letter: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    sent: Mapped[list[int]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc)
    done_at: Mapped[datetime | None] = mapped_column(Utc, index=True)
    process: Mapped[int | None]


class AttachmentRow(Base):
    """The bytes of a file of a delivery, by SHA-256, until they are sent."""

    __tablename__ = "attachments"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class RoleRow(Base):
    """A person's role, or `barred`. The person need not have written to the bot yet."""

    __tablename__ = "roles"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(16))
    given_at: Mapped[datetime] = mapped_column(Utc)


class RightRow(Base):
    """A closed collection that a person, group or token may read: `holder` is the number of a
    person or a chat, `label` how they were named."""

    __tablename__ = "rights"

    collection: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, index=True
    )
    label: Mapped[str] = mapped_column(String(200))
    given_at: Mapped[datetime] = mapped_column(Utc)


class InvitationRow(Base):
    """Grants `role` to the bearer of a token whose SHA-256 is `digest`."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime] = mapped_column(Utc)


class ActRow(Base):
    """An act of somebody who runs Selon: `object` is what it changed, `detail` how (`audit`)."""

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc, index=True)
    door: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(String(16))
    object: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)


class WebTokenRow(Base):
    """Opens the web to the bearer of a token whose SHA-256 is `digest`."""

    __tablename__ = "web_tokens"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(Utc)


class WebKeyRow(Base):
    """A secret of the web application: `cookies` signs those of visitors."""

    __tablename__ = "web_keys"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)


class MeterRow(Base):
    """The level of a token bucket: how many questions a person or a group has left."""

    __tablename__ = "meters"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    left: Mapped[float] = mapped_column(Double)
    at: Mapped[datetime] = mapped_column(Utc)
    told: Mapped[bool]


class NoticeRow(Base):
    """When a rate-limited notice was last sent."""

    __tablename__ = "notices"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc)


class AnnouncementRow(Base):
    """An administrator's announcement. `message` is the one that shows its author the progress;
    `status` is `draft`, `sending`, `sent` or `dropped`."""

    __tablename__ = "announcements"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    message: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Utc)


class AddresseeRow(Base):
    """A recipient of an announcement; `outcome` is `waiting`, `sent` or `unreachable`."""

    __tablename__ = "addressees"

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    outcome: Mapped[str] = mapped_column(String(16))
