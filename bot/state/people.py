"""People who wrote to the bot: only their number, their language, and when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.state.tables import PersonRow

WEB_PEOPLE = 2**60  # the first number of a person on the web; Telegram's are below


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The language that somebody chose with /langue, if any, and since when they are known: they
    are somebody else once they have been erased."""

    language: str | None
    since: datetime


def person_number(kind: str, name: str) -> int:
    """Hash a name into a person number: each mode of access has names of its own."""
    digest = hashlib.sha256(f"selon visitor {kind} {name}".encode()).digest()
    return WEB_PEOPLE + int.from_bytes(digest[:8], "big") % WEB_PEOPLE


def note_person(session: Session, person_id: int, now: datetime) -> KnownPerson:
    """Record that somebody wrote."""
    row = _noted_row(session, person_id, now)
    return KnownPerson(row.language, row.first_seen)


def is_known(session: Session, person_id: int) -> bool:
    return session.get(PersonRow, person_id) is not None


def was_erased(session: Session, person_id: int, since: datetime) -> bool:
    """True if somebody known since then was erased, even if they have come back."""
    row = session.get(PersonRow, person_id)
    return row is None or row.first_seen != since


def language_of(session: Session, person_id: int) -> str | None:
    """The language that the person chose, if any."""
    row = session.get(PersonRow, person_id)
    return row.language if row else None


def choose_language(session: Session, person_id: int, language: str | None, now: datetime) -> None:
    """Set a person's language; None is the one that Telegram reports."""
    _noted_row(session, person_id, now).language = language


def voice_of(session: Session, person_id: int) -> str | None:
    """The person's choice when to read answers aloud, if any."""
    row = session.get(PersonRow, person_id)
    return row.voice if row else None


def choose_voice(session: Session, person_id: int, voice: str, now: datetime) -> None:
    _noted_row(session, person_id, now).voice = voice


def listens(session: Session, person_id: int) -> bool:
    """True if a person gets announcements, as everybody does by default."""
    row = session.get(PersonRow, person_id)
    return row is None or row.quiet_since is None


def listen_to_announcements(
    session: Session, person_id: int, now: datetime, *, listens: bool
) -> None:
    row = _noted_row(session, person_id, now)
    row.quiet_since = None if listens else row.quiet_since or now


def _noted_row(session: Session, person_id: int, now: datetime) -> PersonRow:
    row = session.get(PersonRow, person_id)
    if row is None:
        row = PersonRow(id=person_id, first_seen=now, last_seen=now)
        session.add(row)
        session.flush()
    row.last_seen = now
    return row
