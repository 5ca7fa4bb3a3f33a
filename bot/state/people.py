"""People who wrote to the bot: only their number, their language, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.state.tables import PersonRow

WEB_PEOPLE = 2**60  # the first number of a person on the web; Telegram's are below


@dataclass(frozen=True, slots=True)
class Person:
    """A person; `language` is the one chosen with /langue, if any."""

    id: int
    language: str | None
    first_seen: datetime
    last_seen: datetime


def note_person(session: Session, person_id: int, now: datetime) -> Person:
    """Record that somebody wrote."""
    row = session.get(PersonRow, person_id)
    if row is None:
        row = PersonRow(id=person_id, first_seen=now, last_seen=now)
        session.add(row)
        session.flush()
    row.last_seen = now
    return _person(row)


def person(session: Session, person_id: int) -> Person | None:
    row = session.get(PersonRow, person_id)
    return _person(row) if row else None


def choose_person_language(
    session: Session, person_id: int, language: str | None, now: datetime
) -> None:
    """Set a person's language; None is the one that Telegram reports."""
    note_person(session, person_id, now)
    session.get_one(PersonRow, person_id).language = language


def voice_of(session: Session, person_id: int) -> str | None:
    """The person's choice when to read answers aloud, if any."""
    row = session.get(PersonRow, person_id)
    return row.voice if row else None


def choose_voice(session: Session, person_id: int, voice: str, now: datetime) -> None:
    note_person(session, person_id, now)
    session.get_one(PersonRow, person_id).voice = voice


def listens(session: Session, person_id: int) -> bool:
    """True if a person gets announcements, as everybody does by default."""
    row = session.get(PersonRow, person_id)
    return row is None or row.quiet_since is None


def listen_to_announcements(
    session: Session, person_id: int, now: datetime, *, listens: bool
) -> None:
    note_person(session, person_id, now)
    row = session.get_one(PersonRow, person_id)
    row.quiet_since = None if listens else row.quiet_since or now


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.language, row.first_seen, row.last_seen)
