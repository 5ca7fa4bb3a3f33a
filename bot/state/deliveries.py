"""The outbox: letters, stored until Telegram has accepted them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.state.processes import living_processes, process_of
from bot.state.tables import AttachmentRow, DeliveryRow

AttachmentKind = Literal["picture", "document", "audio", "voice"]

ATTACHMENT_LIMIT_BYTES = 50 * 2**20  # Telegram takes no larger file from a bot
DeliveryOutcome = Literal["waiting", "sent", "given up"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file, and how it is sent: as a picture, a sound, a voice message (Ogg with Opus) or a
    document. Raises ValueError for more than ATTACHMENT_LIMIT_BYTES."""

    kind: AttachmentKind
    name: str
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.data) > ATTACHMENT_LIMIT_BYTES:
            raise ValueError(f"{self.name}: {len(self.data)} bytes are more than can be sent")

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """One message: HTML as Telegram reads it, or plain text; below an attachment, its caption."""

    text: str
    html: bool = True
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Messages to one place, in order: the first may be a reply, the keyboard (as Bot API JSON)
    goes below the last. In a group, only the person `only_for` shall see them."""

    chat_id: int
    thread_id: int
    parts: tuple[Part, ...]
    keyboard: Mapping[str, Any] | None = None
    reply_to: int | None = None
    only_for: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter and its progress. `message_ids` are the messages that Telegram accepted, one for
    each part so far; the letter is None once it is sent or given up. `is_resumed`: it existed
    before it was opened."""

    id: int
    letter: Letter | None
    message_ids: tuple[int, ...]
    outcome: DeliveryOutcome
    reason: str | None
    is_resumed: bool = True


def open_delivery(
    session: Session, bot_id: int, update_id: int | None, number: int, letter: Letter, now: datetime
) -> Delivery:
    """Store a letter before it is sent, or find the one stored earlier in its place.

    `number` counts the letters of one update; it is negative for temporary ones, which are shown
    until the answer is complete. A letter without an update is always new.
    """
    row = None
    if update_id is not None:
        same = select(DeliveryRow).filter_by(bot_id=bot_id, update_id=update_id, number=number)
        row = session.scalars(same).first()
    is_resumed = row is not None
    if row is None:
        row = DeliveryRow(
            process=process_of(session),
            bot_id=bot_id,
            update_id=update_id,
            number=number,
            letter=_letter_json(letter),
            sent=[],
            outcome="waiting",
            created_at=now,
        )
        session.add(row)
        session.flush()
        files = {file.digest: file for part in letter.parts if (file := part.attachment)}
        session.add_all(
            AttachmentRow(delivery_id=row.id, digest=digest, data=file.data)
            for digest, file in files.items()
        )
        session.flush()
    return replace(_delivery(session, row), is_resumed=is_resumed)


def record_sent(
    session: Session, delivery_id: int, message_ids: Sequence[int], *, whole: bool, now: datetime
) -> None:
    """Record the messages that Telegram accepted; delete a letter that is sent as a `whole`."""
    done = {"letter": None, "outcome": "sent", "done_at": now} if whole else {}
    _update(session, delivery_id, sent=list(message_ids), **done)
    if whole:
        _drop_attachments(session, delivery_id)


def amend_letter(session: Session, delivery_id: int, letter: Letter) -> None:
    """Replace a letter by another form of it, without new files."""
    _update(session, delivery_id, letter=_letter_json(letter))


def give_up_delivery(session: Session, delivery_id: int, reason: str, now: datetime) -> None:
    _update(session, delivery_id, letter=None, outcome="given up", reason=reason, done_at=now)
    _drop_attachments(session, delivery_id)


def restart_deliveries(session: Session, bot_id: int, update_id: int) -> list[int]:
    """Delete an update's letters if a temporary one is among them; return the messages to delete. A
    temporary message may have been edited into the answer, so no letter can be resumed."""
    letters = select(DeliveryRow).filter_by(bot_id=bot_id, update_id=update_id)
    rows = session.scalars(letters).all()
    if all(row.number > 0 for row in rows):
        return []
    messages = [message for row in rows for message in row.sent]
    for row in rows:
        _drop_attachments(session, row.id)
        session.delete(row)
    return messages


def take_over_deliveries(session: Session, bot_id: int) -> list[int]:
    """Take over unfinished letters without an update from processes that ended, oldest first."""
    process_ids, process = living_processes(session), DeliveryRow.process
    query = (
        select(DeliveryRow)
        .filter_by(bot_id=bot_id, update_id=None, outcome="waiting")
        .where(DeliveryRow.number > 0, or_(process.is_(None), process.not_in(process_ids)))
        .order_by(DeliveryRow.id)
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(query).all()
    for row in rows:
        row.process = process_of(session)
    return [row.id for row in rows]


def find_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """A letter with its files and progress; None if it was deleted."""
    row = session.get(DeliveryRow, delivery_id)
    return _delivery(session, row) if row is not None else None


def delivery_outcome(session: Session, delivery_id: int) -> DeliveryOutcome | None:
    """The outcome of a letter; None if it was deleted."""
    row = session.get(DeliveryRow, delivery_id)
    return cast("DeliveryOutcome", row.outcome) if row is not None else None


def _update(session: Session, delivery_id: int, **values: Any) -> None:
    session.execute(update(DeliveryRow).filter_by(id=delivery_id).values(values))


def _drop_attachments(session: Session, delivery_id: int) -> None:
    session.execute(delete(AttachmentRow).where(AttachmentRow.delivery_id == delivery_id))


def _letter_json(letter: Letter) -> dict[str, Any]:
    """A letter as JSON, without the bytes of its files, which have their own table."""
    parts: list[dict[str, Any]] = []
    for part in letter.parts:
        parts.append({"text": part.text, "html": part.html})
        if (file := part.attachment) is not None:
            parts[-1]["attachment"] = {"kind": file.kind, "name": file.name, "digest": file.digest}
    return {**asdict(replace(letter, parts=())), "parts": parts}


def _part(session: Session, delivery_id: int, record: Mapping[str, Any]) -> Part:
    attachment = None
    if (file := record.get("attachment")) is not None:
        data = session.get_one(AttachmentRow, (delivery_id, file["digest"])).data
        attachment = Attachment(file["kind"], file["name"], data)
    return Part(record["text"], record["html"], attachment)


def _delivery(session: Session, row: DeliveryRow) -> Delivery:
    letter = None
    if row.letter is not None:
        parts = tuple(_part(session, row.id, part) for part in row.letter["parts"])
        letter = Letter(**{**row.letter, "parts": parts})
    outcome = cast("DeliveryOutcome", row.outcome)
    return Delivery(row.id, letter, tuple(row.sent), outcome, row.reason)
