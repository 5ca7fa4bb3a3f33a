"""Files and addresses that people sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.state import people
from bot.state.conversations import ConversationPlace
from bot.state.tables import DocumentRow

Scope = Literal["undecided", "corpus", "conversation"]
DocumentStatus = Literal["received", "indexed", "failed"]


@dataclass(frozen=True, slots=True)
class SentDocument:
    """`path` is below the data directory; `url` where it was fetched, if it was."""

    id: int
    place: ConversationPlace
    name: str
    path: str
    url: str | None
    scope: Scope
    status: DocumentStatus
    created_at: datetime


def receive_document(
    session: Session, place: ConversationPlace, name: str, path: str, url: str | None, now: datetime
) -> int:
    """Keep a document that nobody has decided on yet; its id."""
    people.note_person(session, place.person_id, now)
    row = DocumentRow(
        person_id=place.person_id,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        name=name,
        path=path,
        url=url,
        scope="undecided",
        status="received",
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def document(session: Session, document_id: int) -> SentDocument | None:
    row = session.get(DocumentRow, document_id)
    return _document(row) if row else None


def decide(
    session: Session, document_id: int, scope: Scope, status: DocumentStatus, path: str
) -> None:
    row = session.get_one(DocumentRow, document_id)
    row.scope, row.status, row.path = scope, status, path


def of_conversation(session: Session, chat_id: int, thread_id: int) -> list[SentDocument]:
    """What one chat (and topic) alone is answered from, oldest first."""
    chosen = select(DocumentRow).where(
        DocumentRow.chat_id == chat_id,
        DocumentRow.thread_id == thread_id,
        DocumentRow.scope == "conversation",
    )
    return [_document(row) for row in session.scalars(chosen.order_by(DocumentRow.id))]


def document_places(session: Session) -> list[ConversationPlace]:
    """The conversations that have documents of their own, each once."""
    chosen = select(DocumentRow).where(DocumentRow.scope == "conversation")
    found = (
        ConversationPlace(row.chat_id, row.thread_id, row.person_id)
        for row in session.scalars(chosen)
    )
    return list(dict.fromkeys(found))


def newest_of(session: Session, place: ConversationPlace) -> datetime | None:
    """When the newest document of a conversation's own came."""
    kept = of_conversation(session, place.chat_id, place.thread_id)
    return max((document.created_at for document in kept), default=None)


def documents_of_person(session: Session, person_id: int) -> list[SentDocument]:
    chosen = select(DocumentRow).where(DocumentRow.person_id == person_id)
    return [_document(row) for row in session.scalars(chosen.order_by(DocumentRow.id))]


def undecided_before(session: Session, moment: datetime) -> list[SentDocument]:
    """Documents that nobody has decided on since."""
    chosen = select(DocumentRow).where(
        DocumentRow.scope == "undecided", DocumentRow.created_at < moment
    )
    return [_document(row) for row in session.scalars(chosen)]


def remove_document(session: Session, document_id: int) -> None:
    session.execute(delete(DocumentRow).where(DocumentRow.id == document_id))


def _document(row: DocumentRow) -> SentDocument:
    scopes: dict[str, Scope] = {"corpus": "corpus", "conversation": "conversation"}
    states: dict[str, DocumentStatus] = {"indexed": "indexed", "failed": "failed"}
    return SentDocument(
        id=row.id,
        place=ConversationPlace(row.chat_id, row.thread_id, row.person_id),
        name=row.name,
        path=row.path,
        url=row.url,
        scope=scopes.get(row.scope, "undecided"),
        status=states.get(row.status, "received"),
        created_at=row.created_at,
    )
