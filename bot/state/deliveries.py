"""What is to be said, kept until Telegram has taken it: the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from bot.state.tables import DeliveryRow

DeliveryOutcome = Literal["waiting", "sent", "given up"]
_OUTCOMES: tuple[DeliveryOutcome, ...] = get_args(DeliveryOutcome)


@dataclass(frozen=True, slots=True)
class Part:
    """One message: HTML as Telegram reads it, or plain text."""

    text: str
    html: bool = True


@dataclass(frozen=True, slots=True)
class Letter:
    """Messages to one place, in order: the first may be a reply, the keyboard (as the Bot API
    writes it) goes below the last."""

    chat_id: int
    thread_id: int
    parts: tuple[Part, ...]
    keyboard: Mapping[str, Any] | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter on its way. `sent` are the messages that Telegram has taken, one for each part so
    far; the letter is None once nothing is left of it to send. `found` tells whether it was there
    before it was asked for."""

    id: int
    letter: Letter | None
    sent: tuple[int, ...]
    outcome: DeliveryOutcome
    reason: str | None
    found: bool = True


def open_delivery(
    session: Session,
    bot_id: int,
    update_id: int | None,
    number: int,
    letter: Letter,
    now: datetime,
) -> Delivery:
    """Keep a letter before it is sent, or find the one that was kept in its place.

    `number` counts the letters that one update gets, below 0 for what is only shown until its
    answer is there. A letter of no update is always new.
    """
    row, found = None, True
    if update_id is not None:
        row = session.scalars(
            select(DeliveryRow).where(
                DeliveryRow.bot_id == bot_id,
                DeliveryRow.update_id == update_id,
                DeliveryRow.number == number,
            )
        ).first()
    if row is None:
        found = False
        row = DeliveryRow(
            bot_id=bot_id,
            update_id=update_id,
            number=number,
            letter=asdict(letter),
            sent=[],
            outcome="waiting",
            created_at=now,
        )
        session.add(row)
        session.flush()
    return replace(_delivery(row), found=found)


def record_sent(
    session: Session, delivery_id: int, sent: Sequence[int], *, whole: bool, now: datetime
) -> None:
    """Telegram has taken these messages; the words go when that is all of them."""
    row = session.get(DeliveryRow, delivery_id)
    if row is not None:
        row.sent = list(sent)
        if whole:
            row.letter, row.outcome, row.done_at = None, "sent", now


def amend_letter(session: Session, delivery_id: int, letter: Letter) -> None:
    """The letter is sent otherwise than it was meant."""
    row = session.get(DeliveryRow, delivery_id)
    if row is not None:
        row.letter = asdict(letter)


def give_up_delivery(session: Session, delivery_id: int, reason: str, now: datetime) -> None:
    row = session.get(DeliveryRow, delivery_id)
    if row is not None:
        row.letter, row.outcome, row.reason, row.done_at = None, "given up", reason, now


def restart_deliveries(session: Session, bot_id: int, update_id: int) -> list[int]:
    """Begin again what an update gets if something was shown aside; the messages to take away.

    What was shown on the way may have become the answer, so that nothing of it can be gone on with.
    """
    rows = session.scalars(
        select(DeliveryRow).where(DeliveryRow.bot_id == bot_id, DeliveryRow.update_id == update_id)
    ).all()
    if all(row.number > 0 for row in rows):
        return []
    messages = [message for row in rows for message in row.sent]
    for row in rows:
        session.delete(row)
    return messages


def unasked_letters(session: Session, bot_id: int) -> list[Delivery]:
    """Letters not whole that answer no update, oldest first."""
    rows = session.scalars(
        select(DeliveryRow)
        .where(
            DeliveryRow.bot_id == bot_id,
            DeliveryRow.update_id.is_(None),
            DeliveryRow.outcome == "waiting",
            DeliveryRow.number > 0,
        )
        .order_by(DeliveryRow.id)
    )
    return [_delivery(row) for row in rows]


def delivery_outcome(session: Session, delivery_id: int) -> DeliveryOutcome | None:
    """What has become of a letter; None when it is not known any more."""
    row = session.get(DeliveryRow, delivery_id)
    return next((each for each in _OUTCOMES if row is not None and each == row.outcome), None)


def forget_deliveries_before(session: Session, moment: datetime) -> int:
    """Remove what was sent, given up or shown aside before this; how many rows went."""
    aside = and_(DeliveryRow.number < 0, DeliveryRow.created_at < moment)
    old = (
        delete(DeliveryRow)
        .where(or_(DeliveryRow.done_at < moment, aside))
        .returning(DeliveryRow.id)
    )
    return len(session.scalars(old).all())


def _delivery(row: DeliveryRow) -> Delivery:
    letter = None
    if row.letter is not None:
        parts = tuple(Part(**part) for part in row.letter["parts"])
        letter = Letter(**{**row.letter, "parts": parts})
    outcome = next(each for each in _OUTCOMES if each == row.outcome)
    return Delivery(row.id, letter, tuple(row.sent), outcome, row.reason)
