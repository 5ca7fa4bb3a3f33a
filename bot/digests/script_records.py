"""Dailies and podcasts that were told in a chat: over which articles, and what is left to record.

What is to be read aloud is kept until its recording is in the outbox: a process that dies in
between leaves it to the next one.
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
    """A daily or a podcast told in a chat by the bot's `messages`, over `articles` (ids).

    `spoken` is what is still to be recorded of it by the process of this number, `tries` how many
    began to, `progress` the message that shows how far that is; `delivery_id` is the letter that
    tells it last.
    `person_id` is whose chat it is, if it is one person's.
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


_REMEMBERED = 100  # of a chat's last ones, in which a message is looked for


@dataclass(frozen=True, slots=True)
class NewScript:
    """What is told in a chat, over `articles` (ids); `subject` is empty for a daily.

    `spoken` is what is to be read aloud, as plain JSON; None where nothing is.
    """

    language: str
    articles: tuple[str, ...]
    subject: str = ""
    spoken: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ScriptRecord:
    """As it is kept. `person_id` of its place is 0 where it was sent to a group at its time.

    `tries` counts the processes that began to record it; `progress` is the message that shows how
    far that is, if one does.
    """

    id: int
    place: ConversationPlace
    told: NewScript
    tries: int
    progress: int | None


def keep_script(
    session: Session,
    place: ConversationPlace,
    new: NewScript,
    messages: Sequence[int],
    progress: int | None,
    now: datetime,
) -> ScriptRecord:
    """Keep what the bot's `messages` tell, or is being recorded while `progress` shows how far.

    Found, where one of these messages is known already: the process died in between.
    """
    known = {*messages, *([progress] if progress is not None else [])}
    for row in _newest(session, place.chat_id):
        if known & {*row.messages, row.progress}:
            return _kept(row)
    if place.chat_id == place.person_id:
        people.note_person(session, place.person_id, now)
    row = add_script(session, place, new, now)
    row.messages, row.progress = list(messages), progress
    session.flush()
    return _kept(row)


def add_script(
    session: Session, place: ConversationPlace, new: NewScript, now: datetime
) -> ScriptRow:
    """A row for what is told; it is a person's where they are alone with the bot."""
    row = ScriptRow(
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        person_id=place.person_id if place.chat_id == place.person_id else None,
        language=new.language,
        subject=new.subject,
        articles=list(new.articles),
        spoken=dict(new.spoken) if new.spoken else None,
        messages=[],
        tries=0,
        process=process_of(session),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def script_of_message(session: Session, chat_id: int, message_id: int) -> NewScript | None:
    """What one of the bot's messages tells, be it text or sound."""
    for row in _newest(session, chat_id):
        if message_id in row.messages:
            return _kept(row).told
    return None


def unrecorded_scripts(session: Session) -> list[ScriptRecord]:
    """What is to be read aloud, is not recorded yet, and by no other process; oldest first."""
    chosen = select(ScriptRow).where(ScriptRow.spoken.is_not(None))
    rows = session.scalars(chosen.order_by(ScriptRow.id)).all()
    others = living_processes(session) - {process_of(session)} if rows else ()
    return [_kept(row) for row in rows if row.process not in others]


def take_up_script(session: Session, script_id: int) -> int | None:
    """How often it was begun to be recorded, this time included; None where it need not be."""
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
    """Put a recording, or why there is none, in the outbox, and nothing is left to record, in one
    go: wherever the process dies, it is sent once. None where it was sent or erased before."""
    row = session.get(ScriptRow, script_id, with_for_update=True)
    if row is None or row.spoken is None:
        return None
    row.spoken = None
    posted = deliveries.open_delivery(session, bot_id, None, 1, letter, now)
    row.delivery_id = posted.id
    return posted


def note_messages(session: Session, delivery_id: int) -> None:
    """The messages of a letter that tells a script, once they are sent."""
    row = session.scalars(select(ScriptRow).where(ScriptRow.delivery_id == delivery_id)).first()
    sent = session.get(DeliveryRow, delivery_id)
    if row is not None and sent is not None:
        row.messages = [*row.messages, *sent.sent]


def _newest(session: Session, chat_id: int) -> Sequence[ScriptRow]:
    chosen = select(ScriptRow).where(ScriptRow.chat_id == chat_id)
    return session.scalars(chosen.order_by(ScriptRow.id.desc()).limit(_REMEMBERED)).all()


def _kept(row: ScriptRow) -> ScriptRecord:
    return ScriptRecord(
        row.id,
        ConversationPlace(row.chat_id, row.thread_id, row.person_id or 0),
        NewScript(row.language, tuple(row.articles), row.subject, row.spoken),
        row.tries,
        row.progress,
    )


def _expired(now: datetime, before: datetime) -> Iterator[Delete]:
    yield delete(ScriptRow).where(ScriptRow.created_at < before)


register_table(PersonalTable(ScriptRow, _expired))
