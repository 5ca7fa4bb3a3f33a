"""Export and erasure of everything stored about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, delete, func, or_, select
from sqlalchemy.orm import Session

from bot.state.audit import forget_object
from bot.state.personal import FEATURE_TABLES
from bot.state.tables import (
    ActRow,
    AddresseeRow,
    AnnouncementRow,
    Base,
    ConversationRow,
    DocumentRow,
    InvitationRow,
    PersonRow,
    RightRow,
    RoleRow,
    TurnRow,
    VoteRow,
)

# Erasing one's data does not lift a bar.
_ROLE_OWNER = case((RoleRow.role != "barred", RoleRow.person_id))

_OF_PERSON: tuple[tuple[str, type[Base], Any], ...] = (
    ("conversations", ConversationRow, ConversationRow.person_id),
    ("votes", VoteRow, VoteRow.person_id),
    ("documents", DocumentRow, DocumentRow.person_id),
    ("announcements", AnnouncementRow, AnnouncementRow.person_id),
    ("addressees", AddresseeRow, AddresseeRow.person_id),
    ("invitations", InvitationRow, InvitationRow.created_by),
    ("roles", RoleRow, _ROLE_OWNER),
    ("rights", RightRow, RightRow.holder),
)


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """Numbers of records about a person; subscriptions count as alerts, votes on battles as
    votes."""

    turns: int
    votes: int
    alerts: int
    documents: int


def count_records(session: Session, person_id: int) -> PersonCounts:
    def count(rows: Any) -> int:
        return session.scalar(select(func.count()).select_from(rows.subquery())) or 0

    def count_features(heading: str) -> int:
        tables = [table.row for table in FEATURE_TABLES if table.heading == heading]
        return sum(count(select(table).filter_by(person_id=person_id)) for table in tables)

    return PersonCounts(
        turns=count(_turns(person_id)),
        votes=count(select(VoteRow).filter_by(person_id=person_id)) + count_features("votes"),
        alerts=count_features("alerts"),
        documents=count(select(DocumentRow).filter_by(person_id=person_id)),
    )


def export_person(session: Session, person_id: int) -> dict[str, Any]:
    person = session.get(PersonRow, person_id)
    queries = {name: select(table).where(owner == person_id) for name, table, owner in _OF_PERSON}
    for table in FEATURE_TABLES:
        queries[table.row.__tablename__] = select(table.row).filter_by(person_id=person_id)
    queries["turns"] = _turns(person_id)
    queries["acts"] = select(ActRow).where(ActRow.person_id == person_id)
    rows = {name: list(map(_to_json, session.scalars(query))) for name, query in queries.items()}
    return {"person": _to_json(person) if person else None, **rows}


def erase_person(session: Session, person_id: int) -> None:
    """Delete all rows about a person except their acts; the caller deletes their files first."""
    mine = select(ConversationRow.id).where(ConversationRow.person_id == person_id)
    my_turns = select(TurnRow.id).where(TurnRow.conversation_id.in_(mine))
    # Explicitly, as not every database runs cascades.
    session.execute(
        delete(VoteRow).where(or_(VoteRow.person_id == person_id, VoteRow.turn_id.in_(my_turns)))
    )
    session.execute(delete(TurnRow).where(TurnRow.conversation_id.in_(mine)))
    for table in FEATURE_TABLES:
        session.execute(table.erase(person_id))
    my_announcements = select(AnnouncementRow.id).where(AnnouncementRow.person_id == person_id)
    session.execute(delete(AddresseeRow).where(AddresseeRow.announcement_id.in_(my_announcements)))
    for _, table, owner in reversed(_OF_PERSON):
        session.execute(delete(table).where(owner == person_id))
    session.execute(forget_object(person_id))
    session.execute(delete(PersonRow).where(PersonRow.id == person_id))
    session.flush()
    rows = export_person(session, person_id)
    if remains := sorted(name for name in rows if rows[name] and name != "acts"):
        raise AssertionError(f"rows are left about a person: {remains}")


def _turns(person_id: int) -> Any:
    mine = select(ConversationRow.id).where(ConversationRow.person_id == person_id)
    return select(TurnRow).where(TurnRow.conversation_id.in_(mine)).order_by(TurnRow.id)


def _to_json(row: Base) -> Mapping[str, Any]:
    return {
        column.key: value.isoformat() if isinstance(value, date) else value
        for column in row.__mapper__.column_attrs
        for value in (getattr(row, column.key),)
    }
