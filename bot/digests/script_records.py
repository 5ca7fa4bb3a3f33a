"""Dailies and podcasts sent to chats: their articles, and the recordings still to make.

The lines to record are stored until the recording is in the outbox, so that another process can
take over from one that dies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Delete, ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state import deliveries, people
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Delivery, Letter
from bot.state.personal import PersonalTable, register_table
from bot.state.processes import living_processes, process_of
from bot.state.tables import Base, DeliveryRow, IdType, Utc


class ScriptRow(Base):
    """A daily or a podcast in a chat, as in `ScriptRecord`.

    `messages` are the bot's; `process` records it; `delivery_id` is its latest delivery.
    `person_id` is set for private chats only.
    """

    __tablename__ = "scripts"

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(Text)
    articles: Mapped[list[str]] = mapped_column(JSON)
    spoken: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    messages: Mapped[list[int]] = mapped_column(JSON)
    progress: Mapped[int | None] = mapped_column(BigInteger)
    delivery_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    tries: Mapped[int]
    process: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Utc)


_RECENT_SCRIPTS = 100  # per chat, to search for a message


@dataclass(frozen=True, slots=True)
class NewScript:
    """A script over `articles` (IDs).

    `subject` is empty for a daily; `recording_plan` is the title, file name and lines as JSON.
    """

    language: str
    articles: tuple[str, ...]
    subject: str = ""
    recording_plan: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ScriptRecord:
    """A stored script. Its place has `person_id` 0 if it was scheduled by a group.

    `tries` counts attempts to record it; `progress` is the message with their progress, if any.
    """

    id: int
    place: ConversationPlace
    script: NewScript
    tries: int
    progress: int | None


def save_script(
    session: Session,
    place: ConversationPlace,
    new: NewScript,
    messages: Sequence[int],
    progress: int | None,
    now: datetime,
) -> ScriptRecord:
    """Store a script with the bot's `messages` and the `progress` message of its recording.

    Idempotent: if a process that died stored one of the messages, return that record.
    """
    message_ids = {*messages, *([progress] if progress is not None else [])}
    for row in _recent(session, place.chat_id):
        if message_ids & {*row.messages, row.progress}:
            return _record(row)
    if place.chat_id == place.person_id:
        people.note_person(session, place.person_id, now)
    row = add_script(session, place, new, now)
    row.messages, row.progress = list(messages), progress
    session.flush()
    return _record(row)


def add_script(
    session: Session, place: ConversationPlace, new: NewScript, now: datetime
) -> ScriptRow:
    """Add a row; that of a private chat belongs to its person."""
    row = ScriptRow(
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        person_id=place.person_id if place.chat_id == place.person_id else None,
        language=new.language,
        subject=new.subject,
        articles=list(new.articles),
        spoken=dict(new.recording_plan) if new.recording_plan else None,
        messages=[],
        tries=0,
        process=process_of(session),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def script_of_message(session: Session, chat_id: int, message_id: int) -> NewScript | None:
    """Find the script of one of the bot's messages, text or audio."""
    for row in _recent(session, chat_id):
        if message_id in row.messages:
            return _record(row).script
    return None


def unrecorded_scripts(session: Session) -> list[ScriptRecord]:
    """List the scripts to record that no other living process records, oldest first."""
    query = select(ScriptRow).where(ScriptRow.spoken.is_not(None))
    rows = session.scalars(query.order_by(ScriptRow.id)).all()
    others = living_processes(session) - {process_of(session)} if rows else ()
    return [_record(row) for row in rows if row.process not in others]


def claim_script(session: Session, script_id: int) -> int | None:
    """Claim a script for recording and return the number of tries including this one, or None if
    it is recorded, erased or another living process's."""
    row = session.get(ScriptRow, script_id, with_for_update=True)
    if row is None or row.spoken is None:
        return None
    mine = process_of(session)
    if row.process not in {None, mine} and row.process in living_processes(session):
        return None
    row.process = mine
    row.tries += 1
    return row.tries


def post_recording(
    session: Session, script_id: int, bot_id: int, letter: Letter, now: datetime
) -> Delivery | None:
    """Queue a recording or error message in the outbox and drop the lines to record, in one
    transaction, so that it is sent once. Return None if it was sent or erased before."""
    row = session.get(ScriptRow, script_id, with_for_update=True)
    if row is None or row.spoken is None:
        return None
    row.spoken = None
    delivery = deliveries.open_delivery(session, bot_id, None, 1, letter, now)
    row.delivery_id = delivery.id
    return delivery


def cancel_recording(session: Session, chat_id: int, progress: int | None) -> str | None:
    """Drop the lines to record, whichever process records them. Return the script's language, or
    None if the recording was sent or cancelled before."""
    query = select(ScriptRow).where(ScriptRow.chat_id == chat_id, ScriptRow.progress == progress)
    row = session.scalars(query.where(ScriptRow.spoken.is_not(None)).with_for_update()).first()
    if row is None:
        return None
    row.spoken = None
    return row.language


def is_unrecorded(session: Session, script_id: int) -> bool:
    row = session.get(ScriptRow, script_id)
    return row is not None and row.spoken is not None


def note_messages(session: Session, delivery_id: int) -> None:
    """Add a delivery's messages to its script, if it has one."""
    row = session.scalars(select(ScriptRow).where(ScriptRow.delivery_id == delivery_id)).first()
    delivery = session.get(DeliveryRow, delivery_id)
    if row is not None and delivery is not None:
        row.messages = [*row.messages, *delivery.sent]


def _recent(session: Session, chat_id: int) -> Sequence[ScriptRow]:
    query = select(ScriptRow).where(ScriptRow.chat_id == chat_id)
    return session.scalars(query.order_by(ScriptRow.id.desc()).limit(_RECENT_SCRIPTS)).all()


def _record(row: ScriptRow) -> ScriptRecord:
    return ScriptRecord(
        row.id,
        ConversationPlace(row.chat_id, row.thread_id, row.person_id or 0),
        NewScript(row.language, tuple(row.articles), row.subject, row.spoken),
        row.tries,
        row.progress,
    )


def _expiry_deletions(now: datetime, before: datetime) -> Iterator[Delete]:
    yield delete(ScriptRow).where(ScriptRow.created_at < before)


register_table(PersonalTable(ScriptRow, _expiry_deletions))
