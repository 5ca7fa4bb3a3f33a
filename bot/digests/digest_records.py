"""Subscriptions of chats and topics to « Le Quotidien »: days, time of day, last delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    Delete,
    ForeignKey,
    String,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.digests import script_records as scripts
from bot.digests.script_records import NewScript
from bot.state import deliveries, people
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Delivery, Letter
from bot.state.personal import PersonalTable, register_table
from bot.state.tables import Base, IdType, Utc


class DigestRow(Base):
    """One subscription, as in `DigestRecord`; `days` are digits, `told` the article IDs.
    `person_id` is set for private chats only."""

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("chat_id", "thread_id"),)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    minute: Mapped[int]
    days: Mapped[str] = mapped_column(String(7))
    language: Mapped[str] = mapped_column(String(8))
    last_day: Mapped[date] = mapped_column(Date)
    told: Mapped[list[str]] = mapped_column(JSON)
    audio: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Utc)


@dataclass(frozen=True, slots=True)
class DigestRecord:
    """A subscription. `minute` counts from midnight; in `days`, Monday is 0. `last_day` and
    `article_ids` are those of the last digest; `audio` adds a recording."""

    id: int
    chat_id: int
    thread_id: int
    minute: int
    days: tuple[int, ...]
    language: str
    last_day: date
    article_ids: tuple[str, ...] = ()
    audio: bool = False


def save_digest(
    session: Session,
    place: ConversationPlace,
    minute: int,
    days: Sequence[int],
    language: str,
    last_day: date,
    now: datetime,
    *,
    audio: bool = False,
) -> None:
    """Create or replace a subscription; the first digest is for a day after `last_day`.

    That of a private chat belongs to its person, that of a group to nobody.
    """
    private = place.chat_id == place.person_id
    if private:
        people.note_person(session, place.person_id, now)
    row = _row(session, place.chat_id, place.thread_id)
    if row is None:
        row = DigestRow(chat_id=place.chat_id, thread_id=place.thread_id, told=[], created_at=now)
        session.add(row)
    row.person_id = place.person_id if private else None
    row.minute, row.days = minute, "".join(map(str, days))
    row.language, row.last_day, row.audio = language, last_day, audio
    session.flush()


def digest_of(session: Session, chat_id: int, thread_id: int) -> DigestRecord | None:
    row = _row(session, chat_id, thread_id)
    return _digest(row) if row is not None else None


def stop_digest(session: Session, chat_id: int, thread_id: int) -> bool:
    """End a subscription; return False if there was none."""
    row = _row(session, chat_id, thread_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def delete_digest(session: Session, digest_id: int) -> None:
    session.execute(delete(DigestRow).where(DigestRow.id == digest_id))


def waiting_digests(session: Session, today: date) -> list[DigestRecord]:
    """List the subscriptions without a digest today, oldest subscription first.

    If the clock was set back, a `last_day` beyond tomorrow is reset to today.
    """
    ahead = DigestRow.last_day > today + timedelta(days=1)
    session.execute(update(DigestRow).where(ahead).values(last_day=today))
    query = select(DigestRow).where(DigestRow.last_day < today).order_by(DigestRow.id)
    return [_digest(row) for row in session.scalars(query)]


def post_digest(
    session: Session,
    digest_id: int,
    day: date,
    article_ids: Sequence[str],
    bot_id: int,
    letter: Letter,
    now: datetime,
    script: NewScript | None = None,
) -> Delivery | None:
    """Queue a day's digest in the outbox, move `last_day` and queue the `script` for recording, in
    one transaction: a crash at any point leads to exactly one delivery.

    Return None if it was sent or stopped before.
    """
    row = session.get(DigestRow, digest_id, with_for_update=True)
    if row is None or row.last_day >= day:
        return None
    row.last_day, row.told = day, list(article_ids)
    delivery = deliveries.open_delivery(session, bot_id, None, 1, letter, now)
    if script is not None:
        place = ConversationPlace(row.chat_id, row.thread_id, row.person_id or 0)
        scripts.add_script(session, place, script, now).delivery_id = delivery.id
    return delivery


def _row(session: Session, chat_id: int, thread_id: int) -> DigestRow | None:
    return session.scalars(
        select(DigestRow).where(DigestRow.chat_id == chat_id, DigestRow.thread_id == thread_id)
    ).first()


def _digest(row: DigestRow) -> DigestRecord:
    return DigestRecord(
        row.id,
        row.chat_id,
        row.thread_id,
        row.minute,
        tuple(map(int, row.days)),
        row.language,
        row.last_day,
        tuple(row.told),
        row.audio,
    )


def _expiry_deletions(now: datetime, before: datetime) -> Iterator[Delete]:
    # A living subscription moves its last day forward at least once a week.
    latest = min(before, now - timedelta(days=8))
    yield delete(DigestRow).where(DigestRow.last_day < latest.date())


register_table(PersonalTable(DigestRow, _expiry_deletions))
