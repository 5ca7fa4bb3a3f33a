"""Alerts: unanswered questions that wait for an article with the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Delete, ForeignKey, String, Text, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state import people
from bot.state.conversations import ConversationPlace
from bot.state.people import WEB_PEOPLE
from bot.state.personal import PersonalTable, register_table
from bot.state.tables import NEVER_REUSED, Base, IdType, Utc


class AlertRow(Base):
    """A waiting question. `checked` is the newest generation searched without success; `told_at`
    is set once it is answered; `key` is in the URL of a web answer."""

    __tablename__ = "alerts"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    checked: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Utc)
    told_at: Mapped[datetime | None] = mapped_column(Utc)
    key: Mapped[str | None] = mapped_column(String(32))


ALERT_LIMIT = 20  # that wait, per person
WAITING_TIME = timedelta(days=365)  # after which an unanswered alert is deleted


@dataclass(frozen=True, slots=True)
class Alert:
    """Fields as in `AlertRow`."""

    id: int
    place: ConversationPlace
    question: str
    language: str
    key: str | None = None


def save_alert(
    session: Session,
    place: ConversationPlace,
    question: str,
    language: str,
    generation: str,
    now: datetime,
) -> int | None:
    """Store an alert, once per question and person, and return its ID.

    None if the person waits for `ALERT_LIMIT` answers already.
    """
    people.note_person(session, place.person_id, now)
    row = session.scalars(
        select(AlertRow).where(
            AlertRow.person_id == place.person_id,
            AlertRow.question == question,
            AlertRow.told_at.is_(None),
        )
    ).first()
    if row is None:
        if len(alerts_of_person(session, place.person_id)) >= ALERT_LIMIT:
            return None
        row = AlertRow(
            person_id=place.person_id,
            chat_id=place.chat_id,
            thread_id=place.thread_id,
            question=question,
            language=language,
            checked=generation,
            created_at=now,
        )
        session.add(row)
        session.flush()
    return row.id


def alerts_of_person(session: Session, person_id: int) -> list[Alert]:
    """List a person's waiting alerts, oldest first."""
    query = select(AlertRow).where(AlertRow.person_id == person_id, AlertRow.told_at.is_(None))
    return [_alert(row) for row in session.scalars(query.order_by(AlertRow.id))]


def answered_alerts(session: Session, person_id: int) -> list[Alert]:
    """List a person's alerts with an answer on the web, not yet dismissed, newest first."""
    query = select(AlertRow).where(AlertRow.person_id == person_id, AlertRow.key.is_not(None))
    return [_alert(row) for row in session.scalars(query.order_by(AlertRow.told_at.desc()))]


def unchecked_alerts(session: Session, generation: str, *, web: bool = False) -> list[Alert]:
    """List waiting alerts not yet searched for in this generation, oldest first: those of people
    on Telegram, or on the `web`."""
    interface = AlertRow.person_id >= WEB_PEOPLE if web else AlertRow.person_id < WEB_PEOPLE
    is_waiting = AlertRow.told_at.is_(None)
    query = select(AlertRow).where(interface, is_waiting, AlertRow.checked != generation)
    return [_alert(row) for row in session.scalars(query.order_by(AlertRow.id).limit(100))]


def count_waiting(session: Session) -> int:
    query = select(func.count()).select_from(AlertRow).where(AlertRow.told_at.is_(None))
    return session.scalar(query) or 0


def mark_checked(session: Session, alert_id: int, generation: str) -> None:
    row = session.get(AlertRow, alert_id)
    if row is not None:
        row.checked = generation


def mark_answered(session: Session, alert_id: int, now: datetime, key: str | None = None) -> bool:
    """Mark an alert as answered, on the web under this key. Return False if it was cancelled or
    answered before."""
    row = session.get(AlertRow, alert_id, with_for_update=True)
    if row is None or row.told_at is not None:
        return False
    row.told_at, row.key = now, key
    return True


def cancel(session: Session, alert_id: int, person_id: int) -> bool:
    """Delete a person's alert; return False if they have none with this ID."""
    own = delete(AlertRow).where(AlertRow.id == alert_id, AlertRow.person_id == person_id)
    return bool(session.scalars(own.returning(AlertRow.id)).all())


def _alert(row: AlertRow) -> Alert:
    place = ConversationPlace(row.chat_id, row.thread_id, row.person_id)
    return Alert(row.id, place, row.question, row.language, row.key)


def _expiry_deletions(now: datetime, before: datetime) -> Iterator[Delete]:
    yield delete(AlertRow).where(
        or_(AlertRow.told_at < before, AlertRow.created_at < now - WAITING_TIME)
    )


register_table(PersonalTable(AlertRow, _expiry_deletions, heading="alerts", belong=True))
