"""Files and addresses that people sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Update, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from bot.state import people
from bot.state.conversations import ConversationPlace
from bot.state.tables import DocumentRow, UpdateRow

Scope = Literal["undecided", "corpus", "conversation", "dropped"]
DecidedScope = Literal["corpus", "conversation", "dropped"]
DocumentStatus = Literal["received", "filing", "indexed"]


@dataclass(frozen=True, slots=True)
class SentDocument:
    """`path` is below the data directory, empty until it is known; `url` where it was fetched, if
    it was."""

    id: int
    place: ConversationPlace
    name: str
    path: str
    url: str | None
    scope: Scope
    status: DocumentStatus
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentDecision:
    """A document as it stands after a decision; `first` tells that it is the one that counts."""

    document: SentDocument
    first: bool


def receive_document(
    session: Session,
    place: ConversationPlace,
    name: str,
    url: str | None,
    now: datetime,
    update_id: int | None = None,
) -> SentDocument:
    """Keep a document that nobody has decided on yet; found, where its update was told before."""
    if update_id is not None:
        known = select(DocumentRow).where(DocumentRow.update_id == update_id)
        if (row := session.scalars(known).first()) is not None:
            return _document(row)
    people.note_person(session, place.person_id, now)
    row = DocumentRow(
        person_id=place.person_id,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        name=name,
        path="",
        url=url,
        scope="undecided",
        status="received",
        update_id=update_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _document(row)


def note_path(session: Session, document_id: int, path: str) -> bool:
    """Note where a document that can be read lies; False where it was erased meanwhile."""
    kept = update(DocumentRow).where(DocumentRow.id == document_id).values(path=path)
    return bool(session.scalars(kept.returning(DocumentRow.id)).all())


def decide(
    session: Session,
    document_id: int,
    person_id: int,
    scope: DecidedScope,
    update_id: int | None,
) -> DocumentDecision | None:
    """Decide on one's own document, once; what was decided first stands. None where it is gone.

    An update that is told again after a crash decides as it did.
    """
    mine = (DocumentRow.id == document_id, DocumentRow.person_id == person_id)
    # What has no path yet is still looked at, and can only be dropped.
    open_to = (
        DocumentRow.scope == "undecided",
        or_(DocumentRow.path != "", literal(scope == "dropped")),
    )
    decided = (
        update(DocumentRow)
        .where(*mine, *open_to)
        .values(scope=scope, status="filing", update_id=update_id)
    )
    won = session.scalars(decided.returning(DocumentRow.id)).first() is not None
    row = session.scalars(select(DocumentRow).where(*mine)).first()
    if row is None:
        return None
    again = row.status == "filing" and update_id is not None and row.update_id == update_id
    return DocumentDecision(_document(row), won or (again and row.scope == scope))


def finish_filing(session: Session, document_id: int, path: str) -> bool:
    """A document is in its index, and lies there; False where it was erased meanwhile."""
    filed = _being_filed(document_id).values(status="indexed", path=path)
    return bool(session.scalars(filed.returning(DocumentRow.id)).all())


def return_undecided(session: Session, document_id: int) -> bool:
    """A document could not be filed and may be decided on again; False where it was erased."""
    returned = _being_filed(document_id).values(scope="undecided", status="received")
    return bool(session.scalars(returned.returning(DocumentRow.id)).all())


def unfinished_documents(session: Session) -> list[SentDocument]:
    """Documents decided on whose updates are dealt with although that was not done."""
    under_way = select(UpdateRow.id).where(
        UpdateRow.id == DocumentRow.update_id, UpdateRow.done_at.is_(None)
    )
    chosen = select(DocumentRow).where(DocumentRow.status == "filing", ~under_way.exists())
    return [_document(row) for row in session.scalars(chosen.order_by(DocumentRow.id))]


def waiting_documents(session: Session) -> frozenset[int]:
    """The ids of the documents that are in no index yet."""
    return frozenset(session.scalars(select(DocumentRow.id).where(DocumentRow.status != "indexed")))


def _being_filed(document_id: int) -> Update:
    return update(DocumentRow).where(DocumentRow.id == document_id, DocumentRow.status == "filing")


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
    scopes: tuple[Scope, ...] = get_args(Scope)
    states: tuple[DocumentStatus, ...] = get_args(DocumentStatus)
    return SentDocument(
        id=row.id,
        place=ConversationPlace(row.chat_id, row.thread_id, row.person_id),
        name=row.name,
        path=row.path,
        url=row.url,
        scope=next((each for each in scopes if each == row.scope), "undecided"),
        status=next((each for each in states if each == row.status), "received"),
        created_at=row.created_at,
    )
