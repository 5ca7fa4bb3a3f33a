"""The outbox: letters, stored until Telegram has accepted them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot.state.processes import living_processes, process_of
from bot.state.tables import AttachmentRow, DeliveryRow

AttachmentKind = Literal["picture", "document", "audio", "voice"]

ATTACHMENT_LIMIT_BYTES = 50 * 2**20  # Telegram takes no larger file from a bot
DeliveryOutcome = Literal["waiting", "sent", "given up"]
_OUTCOMES: tuple[DeliveryOutcome, ...] = get_args(DeliveryOutcome)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file and what it is sent as: a picture to look at, a sound to listen to, a voice message
    (Ogg with Opus), or a document. Raises ValueError for more than ATTACHMENT_LIMIT_BYTES."""

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
    """Messages to one place, in order: the first may be a reply, the keyboard (as the Bot API
    writes it) goes below the last. `only_for` is the person who alone shall see them in a group."""

    chat_id: int
    thread_id: int
    parts: tuple[Part, ...]
    keyboard: Mapping[str, Any] | None = None
    reply_to: int | None = None
    only_for: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter and its progress. `sent` are the messages that Telegram accepted, one for each part
    so far; the letter is None once all is sent or given up. `found`: it existed before it was
    opened."""

    id: int
    letter: Letter | None
    sent: tuple[int, ...]
    outcome: DeliveryOutcome
    reason: str | None
    found: bool = True


def open_delivery(
    session: Session, bot_id: int, update_id: int | None, number: int, letter: Letter, now: datetime
) -> Delivery:
    """Store a letter before it is sent, or find the one stored earlier in its place.

    `number` counts the letters of one update; it is negative for what is shown only until the
    answer is there. A letter without an update is always new.
    """
    row, exists = None, True
    if update_id is not None:
        row = session.scalars(
            select(DeliveryRow).where(
                DeliveryRow.bot_id == bot_id,
                DeliveryRow.update_id == update_id,
                DeliveryRow.number == number,
            )
        ).first()
    if row is None:
        exists = False
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
            AttachmentRow(delivery_id=row.id, digest=digest, data=each.data)
            for digest, each in files.items()
        )
        session.flush()
    return replace(_delivery(session, row), found=exists)


def record_sent(
    session: Session, delivery_id: int, sent: Sequence[int], *, whole: bool, now: datetime
) -> None:
    """Record the messages that Telegram accepted; if that is the `whole` letter, delete it."""
    row = session.get(DeliveryRow, delivery_id)
    if row is not None:
        row.sent = list(sent)
        if whole:
            row.letter, row.outcome, row.done_at = None, "sent", now
            _drop_attachments(session, delivery_id)


def amend_letter(session: Session, delivery_id: int, letter: Letter) -> None:
    """Replace a letter that has to be sent in another form, without new files."""
    row = session.get(DeliveryRow, delivery_id)
    if row is not None:
        row.letter = _letter_json(letter)


def give_up_delivery(session: Session, delivery_id: int, reason: str, now: datetime) -> None:
    row = session.get(DeliveryRow, delivery_id)
    if row is not None:
        row.letter, row.outcome, row.reason, row.done_at = None, "given up", reason, now
        _drop_attachments(session, delivery_id)


def restart_deliveries(session: Session, bot_id: int, update_id: int) -> list[int]:
    """Delete an update's letters if a temporary one is among them; return the messages to remove.

    A temporary message may have become the answer, so none of the letters can be resumed.
    """
    rows = session.scalars(
        select(DeliveryRow).where(DeliveryRow.bot_id == bot_id, DeliveryRow.update_id == update_id)
    ).all()
    if all(row.number > 0 for row in rows):
        return []
    messages = [message for row in rows for message in row.sent]
    for row in rows:
        _drop_attachments(session, row.id)
        session.delete(row)
    return messages


def take_over_deliveries(session: Session, bot_id: int) -> list[int]:
    """Take over unfinished letters without an update from processes that ended, oldest first."""
    chosen = (
        select(DeliveryRow)
        .where(
            DeliveryRow.bot_id == bot_id,
            DeliveryRow.update_id.is_(None),
            DeliveryRow.outcome == "waiting",
            DeliveryRow.number > 0,
            or_(
                DeliveryRow.process.is_(None), DeliveryRow.process.not_in(living_processes(session))
            ),
        )
        .order_by(DeliveryRow.id)
        .with_for_update(skip_locked=True)
    )
    left = session.scalars(chosen).all()
    for row in left:
        row.process = process_of(session)
    return [row.id for row in left]


def find_delivery(session: Session, delivery_id: int) -> Delivery | None:
    """A letter with its files and progress; None if it was deleted."""
    row = session.get(DeliveryRow, delivery_id)
    return _delivery(session, row) if row is not None else None


def delivery_outcome(session: Session, delivery_id: int) -> DeliveryOutcome | None:
    """The outcome of a letter; None if it was deleted."""
    row = session.get(DeliveryRow, delivery_id)
    return next((each for each in _OUTCOMES if row is not None and each == row.outcome), None)


def _drop_attachments(session: Session, delivery_id: int) -> None:
    session.execute(delete(AttachmentRow).where(AttachmentRow.delivery_id == delivery_id))


def _letter_json(letter: Letter) -> dict[str, Any]:
    """A letter without the bytes of its files, which have a table of their own."""
    parts: list[dict[str, Any]] = []
    for part in letter.parts:
        parts.append({"text": part.text, "html": part.html})
        if (file := part.attachment) is not None:
            parts[-1]["attachment"] = {"kind": file.kind, "name": file.name, "digest": file.digest}
    return {
        "chat_id": letter.chat_id,
        "thread_id": letter.thread_id,
        "parts": parts,
        "keyboard": letter.keyboard,
        "reply_to": letter.reply_to,
        "only_for": letter.only_for,
    }


def _part(session: Session, delivery_id: int, written: Mapping[str, Any]) -> Part:
    file = written.get("attachment")
    if file is None:
        return Part(written["text"], written["html"])
    data = session.get_one(AttachmentRow, (delivery_id, file["digest"])).data
    return Part(written["text"], written["html"], Attachment(file["kind"], file["name"], data))


def _delivery(session: Session, row: DeliveryRow) -> Delivery:
    letter = None
    if row.letter is not None:
        parts = tuple(_part(session, row.id, each) for each in row.letter["parts"])
        letter = Letter(**{**row.letter, "parts": parts})
    outcome = next(each for each in _OUTCOMES if each == row.outcome)
    return Delivery(row.id, letter, tuple(row.sent), outcome, row.reason)
