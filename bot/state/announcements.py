"""Administrators' announcements, and their recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.state import deliveries, people
from bot.state.audit import Actor, record_act
from bot.state.deliveries import Delivery, Letter
from bot.state.people import WEB_PEOPLE
from bot.state.tables import AddresseeRow, AnnouncementRow, PersonRow

AnnouncementStatus = Literal["draft", "sending", "sent", "dropped"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """`message` is the id of the message that shows its author the progress."""

    id: int
    person_id: int
    text: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A pending recipient of an announcement; `language` is the one they chose."""

    person_id: int
    language: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers of recipients of an announcement by outcome."""

    sent: int
    unreachable: int
    waiting: int


def listeners(session: Session, since: datetime) -> Sequence[int]:
    """The people on Telegram who wrote since then and want announcements."""
    on_telegram = PersonRow.id < WEB_PEOPLE
    conditions = (on_telegram, PersonRow.last_seen >= since, PersonRow.quiet_since.is_(None))
    return session.scalars(select(PersonRow.id).where(*conditions).order_by(PersonRow.id)).all()


def draft(session: Session, person_id: int, text: str, now: datetime) -> int:
    """Store a draft and return its id; the author's earlier drafts are dropped."""
    people.note_person(session, person_id, now)
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
    session: Session,
    announcement_id: int,
    person_id: int,
    message: int | None,
    addressees: Sequence[int],
    now: datetime,
) -> bool:
    """Start sending one's own draft to people; False if it is no longer a draft."""
    if not _decide(session, announcement_id, person_id, "sending"):
        return False
    session.get_one(AnnouncementRow, announcement_id).message = message
    author = Actor("telegram", person_id)
    session.add_all(
        AddresseeRow(announcement_id=announcement_id, person_id=person_id, outcome="waiting")
        for person_id in addressees
    )
    record_act(session, author, "announce", "", now, str(len(addressees)))
    return True


def drop(session: Session, announcement_id: int, person_id: int) -> bool:
    """Drop one's own draft; False if it is no longer a draft."""
    return _decide(session, announcement_id, person_id, "dropped")


def status_of(session: Session, announcement_id: int, person_id: int) -> AnnouncementStatus | None:
    """The status of one's own announcement; None if it was deleted."""
    row = session.get(AnnouncementRow, announcement_id)
    if row is None or row.person_id != person_id:
        return None
    return cast("AnnouncementStatus", row.status)


def under_way(session: Session) -> Announcement | None:
    """The oldest announcement that is being sent."""
    query = select(AnnouncementRow).where(AnnouncementRow.status == "sending")
    row = session.scalars(query.order_by(AnnouncementRow.id).limit(1)).first()
    return Announcement(row.id, row.person_id, row.text, row.message) if row else None


def waiting_announcements(
    session: Session, announcement_id: int, limit: int
) -> Sequence[Addressee]:
    """The next recipients, without those who have opted out since."""
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


def post(
    session: Session,
    announcement_id: int,
    person_id: int,
    bot_id: int,
    letter: Letter,
    now: datetime,
) -> Delivery | None:
    """Put a recipient's letter in the outbox and mark it as sent, in one transaction, so that a
    crash cannot send it twice. None if the recipient is no longer waiting."""
    row = session.get(AddresseeRow, (announcement_id, person_id), with_for_update=True)
    if row is None or row.outcome != "waiting":
        return None
    row.outcome = "sent"
    return deliveries.open_delivery(session, bot_id, None, 1, letter, now)


def mark_unreachable(session: Session, announcement_id: int, person_id: int) -> None:
    addressee = update(AddresseeRow).filter_by(announcement_id=announcement_id, person_id=person_id)
    session.execute(addressee.values(outcome="unreachable"))


def reach(session: Session, announcement_id: int) -> Reach:
    rows = session.execute(
        select(AddresseeRow.outcome, func.count())
        .where(AddresseeRow.announcement_id == announcement_id)
        .group_by(AddresseeRow.outcome)
    )
    counts: dict[str, int] = dict(rows.all())
    return Reach(*(counts.get(outcome, 0) for outcome in ("sent", "unreachable", "waiting")))


def finish(session: Session, announcement_id: int) -> None:
    """Mark an announcement as sent and delete its list of recipients."""
    session.execute(update(AnnouncementRow).filter_by(id=announcement_id).values(status="sent"))
    session.execute(delete(AddresseeRow).where(AddresseeRow.announcement_id == announcement_id))


def _decide(
    session: Session, announcement_id: int, person_id: int, status: AnnouncementStatus
) -> bool:
    """Decide on one's own draft; only the first press of a button counts."""
    row = session.get(AnnouncementRow, announcement_id, with_for_update=True)
    if row is None or row.person_id != person_id or row.status != "draft":
        return False
    row.status = status
    session.flush()
    return True
