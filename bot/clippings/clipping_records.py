"""Tables of kept quotes and of the links that share them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Delete, ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state import people
from bot.state.people import WEB_PEOPLE
from bot.state.personal import PersonalTable, register_table
from bot.state.tables import NEVER_REUSED, Base, IdType, Utc

CLIPPING_LIMIT = 100  # per person
NOTE_CHARACTERS = 2_000


class ClippingRow(Base):
    """A quote that a person keeps. `citation` is the record of `bot.conversation.recall`; `told` is
    what they know of its article ("", "changed" or "withdrawn"); `kept_at` is when they last
    changed any of theirs."""

    __tablename__ = "clippings"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    citation: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    told: Mapped[str] = mapped_column(String(16))
    kept_at: Mapped[datetime] = mapped_column(Utc)


class ClippingShareRow(Base):
    """The secret `key` of the address that shows a person's quotes to others."""

    __tablename__ = "clipping_shares"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(32), index=True)
    kept_at: Mapped[datetime] = mapped_column(Utc)


@dataclass(frozen=True, slots=True)
class ClippingRecord:
    """Fields as in `ClippingRow`."""

    id: int
    citation: Mapping[str, Any]
    note: str
    told: str


def keep_clippings(
    session: Session, person_id: int, citations: Sequence[Mapping[str, Any]], now: datetime
) -> int:
    """Keep quotes, each once; return how many of them the person now has: those above the limit are
    not kept."""
    people.note_person(session, person_id, now)
    rows = list(session.scalars(_rows_of(person_id)))
    places = {(row.citation["article"], row.citation["start"]) for row in rows}
    count = len(rows)
    last = max((row.place for row in rows), default=0)
    owned = 0
    for citation in citations:
        if (citation["article"], citation["start"]) not in places:
            if count == CLIPPING_LIMIT:
                continue
            count, last = count + 1, last + 1
            session.add(
                ClippingRow(
                    person_id=person_id,
                    place=last,
                    citation={**citation, "number": last},
                    note="",
                    told="",
                    kept_at=now,
                )
            )
        owned += 1
    _touch(session, person_id, now)
    return owned


def clippings_of(session: Session, person_id: int) -> list[ClippingRecord]:
    """A person's clippings in their order."""
    return [
        ClippingRecord(row.id, {**row.citation, "number": number}, row.note, row.told)
        for number, row in enumerate(session.scalars(_rows_of(person_id)), 1)
    ]


def move_clipping(session: Session, person_id: int, clipping_id: int, by: int) -> None:
    """Move a clipping by so many places, back if negative, at most to an end."""
    rows = list(session.scalars(_rows_of(person_id)))
    at = next((at for at, row in enumerate(rows) if row.id == clipping_id), None)
    if at is not None:
        places = [row.place for row in rows]
        rows.insert(max(0, at + by), rows.pop(at))
        for row, place in zip(rows, places, strict=True):
            row.place = place


def write_note(
    session: Session, person_id: int, clipping_id: int, note: str, now: datetime
) -> None:
    session.execute(_change(person_id, clipping_id).values(note=note[:NOTE_CHARACTERS]))
    _touch(session, person_id, now)


def delete_clipping(session: Session, person_id: int, clipping_id: int) -> None:
    own = ClippingRow.person_id == person_id
    session.execute(delete(ClippingRow).where(own, ClippingRow.id == clipping_id))


def mark_told(session: Session, person_id: int, states: Mapping[int, str]) -> None:
    """Record what a person was told of the articles behind these clippings."""
    for clipping_id, state in states.items():
        session.execute(_change(person_id, clipping_id).values(told=state))


def share_clippings(session: Session, person_id: int, key: str, now: datetime) -> None:
    """Share a person's quotes under a new key, or no longer under any if it is empty."""
    session.execute(delete(ClippingShareRow).where(ClippingShareRow.person_id == person_id))
    if key and clippings_of(session, person_id):
        session.add(ClippingShareRow(person_id=person_id, key=key, kept_at=now))
        _touch(session, person_id, now)


def share_key(session: Session, person_id: int) -> str:
    """The key under which a person's quotes are shared; "" for none."""
    row = session.get(ClippingShareRow, person_id)
    return row.key if row else ""


def owner_of_share(session: Session, key: str) -> int | None:
    query = select(ClippingShareRow.person_id).where(ClippingShareRow.key == key)
    return session.scalars(query).first()


def telegram_owners(session: Session) -> Sequence[int]:
    """The people on Telegram who keep quotes."""
    query = select(ClippingRow.person_id).where(ClippingRow.person_id < WEB_PEOPLE)
    return session.scalars(query.distinct().order_by(ClippingRow.person_id)).all()


def _rows_of(person_id: int) -> Any:
    own = select(ClippingRow).where(ClippingRow.person_id == person_id)
    return own.order_by(ClippingRow.place, ClippingRow.id)


def _change(person_id: int, clipping_id: int) -> Any:
    return update(ClippingRow).filter_by(person_id=person_id, id=clipping_id)


def _touch(session: Session, person_id: int, now: datetime) -> None:
    for table in (ClippingRow, ClippingShareRow):
        session.execute(update(table).filter_by(person_id=person_id).values(kept_at=now))


def _expired_clippings(now: datetime, before: datetime) -> Iterator[Delete]:
    yield delete(ClippingRow).where(ClippingRow.kept_at < before)


def _expired_shares(now: datetime, before: datetime) -> Iterator[Delete]:
    yield delete(ClippingShareRow).where(ClippingShareRow.kept_at < before)


register_table(PersonalTable(ClippingRow, _expired_clippings, belong=True, moves=False))
register_table(PersonalTable(ClippingShareRow, _expired_shares, moves=False))
