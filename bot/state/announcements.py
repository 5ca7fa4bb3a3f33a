"""What administrators tell everybody, and whom it has reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from bot.state import people
from bot.state.tables import AddresseeRow, AnnouncementRow, PersonRow

Status = Literal["draft", "sending", "sent", "dropped"]
Outcome = Literal["waiting", "sent", "unreachable"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """`message` is the author's that shows how far it is."""

    id: int
    person_id: int
    text: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who waits for an announcement; `language` is the one they chose."""

    person_id: int
    language: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How many an announcement has reached, could not reach, and has yet to."""

    sent: int
    unreachable: int
    waiting: int


def listeners(session: Session, since: datetime) -> int:
    """How many wrote since then and have not asked to be spared."""
    return (
        session.scalar(select(func.count()).select_from(PersonRow).where(*_listening(since))) or 0
    )


def draft(session: Session, person_id: int, text: str, now: datetime) -> int:
    """Keep a text until it is decided on; its number. The author's earlier drafts are dropped."""
    people.seen(session, person_id, now)
    session.execute(
        update(AnnouncementRow)
        .where(AnnouncementRow.person_id == person_id, AnnouncementRow.status == "draft")
        .values(status="dropped")
    )
    row = AnnouncementRow(person_id=person_id, text=text, status="draft", created_at=now)
    session.add(row)
    session.flush()
    return row.id


def confirm(
    session: Session, announcement_id: int, person_id: int, message: int | None, since: datetime
) -> bool:
    """Begin to send a draft of one's own to those who listen; False when it is none any more."""
    if not _decided(session, announcement_id, person_id, "sending"):
        return False
    session.get_one(AnnouncementRow, announcement_id).message = message
    chosen = select(literal(announcement_id), PersonRow.id, literal("waiting"))
    columns = ["announcement_id", "person_id", "outcome"]
    session.execute(insert(AddresseeRow).from_select(columns, chosen.where(*_listening(since))))
    return True


def drop(session: Session, announcement_id: int, person_id: int) -> bool:
    """Send a draft to nobody; False when it is none any more."""
    return _decided(session, announcement_id, person_id, "dropped")


def under_way(session: Session) -> Announcement | None:
    """The oldest that is being sent."""
    row = session.scalars(
        select(AnnouncementRow)
        .where(AnnouncementRow.status == "sending")
        .order_by(AnnouncementRow.id)
        .limit(1)
    ).first()
    return Announcement(row.id, row.person_id, row.text, row.message) if row else None


def waiting(session: Session, announcement_id: int, limit: int) -> Sequence[Addressee]:
    """The next ones to be told. Who has asked to be spared since is told no more."""
    rows = session.execute(
        select(PersonRow.id, PersonRow.language)
        .join(AddresseeRow, AddresseeRow.person_id == PersonRow.id)
        .where(
            AddresseeRow.announcement_id == announcement_id,
            AddresseeRow.outcome == "waiting",
            PersonRow.quiet_since.is_(None),
        )
        .order_by(PersonRow.id)
        .limit(limit)
    )
    return [Addressee(*row) for row in rows]


def note(session: Session, announcement_id: int, person_id: int, outcome: Outcome) -> None:
    session.execute(
        update(AddresseeRow)
        .where(AddresseeRow.announcement_id == announcement_id, AddresseeRow.person_id == person_id)
        .values(outcome=outcome)
    )


def reach(session: Session, announcement_id: int) -> Reach:
    rows = session.execute(
        select(AddresseeRow.outcome, func.count())
        .where(AddresseeRow.announcement_id == announcement_id)
        .group_by(AddresseeRow.outcome)
    )
    counted: dict[str, int] = dict(rows.tuples().all())
    return Reach(*(counted.get(each, 0) for each in ("sent", "unreachable", "waiting")))


def finish(session: Session, announcement_id: int) -> None:
    """All are told: the counts have been shown, and who was told is nobody's business any more."""
    session.get_one(AnnouncementRow, announcement_id).status = "sent"
    session.execute(delete(AddresseeRow).where(AddresseeRow.announcement_id == announcement_id))


def _decided(session: Session, announcement_id: int, person_id: int, status: Status) -> bool:
    """Only one decision counts, however often a button is pressed."""
    row = session.get(AnnouncementRow, announcement_id, with_for_update=True)
    if row is None or row.person_id != person_id or row.status != "draft":
        return False
    row.status = status
    session.flush()
    return True


def _listening(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return PersonRow.last_seen >= since, PersonRow.quiet_since.is_(None)
