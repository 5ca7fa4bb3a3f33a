"""Documents that people sent: files and addresses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, Update, delete, func, select, update
from sqlalchemy.orm import Session

from bot.state import people
from bot.state.audit import Actor, record_act
from bot.state.conversations import ConversationPlace
from bot.state.tables import DocumentRow, UpdateRow

Scope = Literal["undecided", "corpus", "conversation", "dropped"]
DecidedScope = Literal["corpus", "conversation", "dropped"]
DocumentStatus = Literal["received", "filing", "indexed"]


@dataclass(frozen=True, slots=True)
class SentDocument:
    """A file or address from a person. `path` is relative to the data directory, and empty until
    the document is read; `url` is the address."""

    id: int
    place: ConversationPlace
    name: str
    path: str
    url: str | None
    scope: Scope
    status: DocumentStatus


@dataclass(frozen=True, slots=True)
class DocumentDecision:
    """A document after a decision; `first` if this decision is the one that counts."""

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
    """Store an undecided document, or find the one that the same update stored before."""
    if update_id is not None:
        earlier = _documents(session, DocumentRow.update_id == update_id)
        if earlier:
            return earlier[0]
    people.note_person(session, place.person_id, now)
    row = DocumentRow(
        name=name,
        path="",
        url=url,
        scope="undecided",
        status="received",
        update_id=update_id,
        created_at=now,
        **asdict(place),
    )
    session.add(row)
    session.flush()
    return _document(row)


def note_path(session: Session, document_id: int, path: str) -> bool:
    """Record the path of a readable document; False if it was erased meanwhile."""
    return _apply(session, update(DocumentRow).where(DocumentRow.id == document_id), path=path)


def decide(
    session: Session, document_id: int, person_id: int, scope: DecidedScope, update_id: int | None
) -> DocumentDecision | None:
    """Decide on one's own document; only the first decision counts. None if it was erased. An
    update that is handled again after a crash gets the same result."""
    mine = (DocumentRow.id == document_id, DocumentRow.person_id == person_id)
    query = update(DocumentRow).where(*mine, DocumentRow.scope == "undecided")
    if scope != "dropped":  # not before the document is read
        query = query.where(DocumentRow.path != "")
    is_first = _apply(session, query, scope=scope, status="filing", update_id=update_id)
    row = session.scalars(select(DocumentRow).where(*mine)).first()
    if row is None:
        return None
    is_repeated = row.status == "filing" and update_id is not None and row.update_id == update_id
    return DocumentDecision(_document(row), is_first or (is_repeated and row.scope == scope))


def finish_filing(session: Session, document_id: int, path: str, now: datetime) -> bool:
    """Mark a document as indexed, at its new path; False if it was erased meanwhile."""
    if not _apply(session, _filing_update(document_id), status="indexed", path=path):
        return False
    row = session.get_one(DocumentRow, document_id)
    if row.scope == "corpus":
        record_act(session, Actor("telegram", row.person_id), "add", row.name, now)
    return True


def return_undecided(session: Session, document_id: int) -> bool:
    """Reopen the decision on a document that could not be filed; False if it was erased."""
    return _apply(session, _filing_update(document_id), scope="undecided", status="received")


def unfinished_documents(session: Session) -> list[SentDocument]:
    """Documents still to be filed although their updates are done."""
    under_way = select(UpdateRow.id).where(
        UpdateRow.id == DocumentRow.update_id, UpdateRow.done_at.is_(None)
    )
    return _documents(session, DocumentRow.status == "filing", ~under_way.exists())


def waiting_documents(session: Session) -> frozenset[int]:
    """The ids of documents that are not indexed yet."""
    return frozenset(session.scalars(select(DocumentRow.id).where(DocumentRow.status != "indexed")))


def _filing_update(document_id: int) -> Update:
    return update(DocumentRow).where(DocumentRow.id == document_id, DocumentRow.status == "filing")


def of_conversation(session: Session, chat_id: int, thread_id: int) -> list[SentDocument]:
    """The documents of one chat (and topic) alone, oldest first."""
    here = (DocumentRow.chat_id == chat_id, DocumentRow.thread_id == thread_id)
    return _documents(session, *here, DocumentRow.scope == "conversation")


def document_places(session: Session) -> list[ConversationPlace]:
    """The conversations that have documents of their own, each once."""
    documents = _documents(session, DocumentRow.scope == "conversation")
    return list(dict.fromkeys(document.place for document in documents))


def newest_of(session: Session, place: ConversationPlace) -> datetime | None:
    """When the newest document of a conversation arrived."""
    here = {"chat_id": place.chat_id, "thread_id": place.thread_id, "scope": "conversation"}
    return session.scalar(select(func.max(DocumentRow.created_at)).filter_by(**here))


def documents_of_person(session: Session, person_id: int) -> list[SentDocument]:
    return _documents(session, DocumentRow.person_id == person_id)


def undecided_before(session: Session, moment: datetime) -> list[SentDocument]:
    """Undecided documents from before a moment."""
    return _documents(session, DocumentRow.scope == "undecided", DocumentRow.created_at < moment)


def remove_document(session: Session, document_id: int) -> None:
    session.execute(delete(DocumentRow).where(DocumentRow.id == document_id))


def _apply(session: Session, change: Update, **values: str | int | None) -> bool:
    """Set these values; False if no row matched."""
    return bool(session.scalars(change.values(values).returning(DocumentRow.id)).all())


def _documents(session: Session, *where: ColumnElement[bool]) -> list[SentDocument]:
    rows = session.scalars(select(DocumentRow).where(*where).order_by(DocumentRow.id))
    return [_document(row) for row in rows]


def _document(row: DocumentRow) -> SentDocument:
    return SentDocument(
        id=row.id,
        place=ConversationPlace(row.chat_id, row.thread_id, row.person_id),
        name=row.name,
        path=row.path,
        url=row.url,
        scope=cast("Scope", row.scope),
        status=cast("DocumentStatus", row.status),
    )
