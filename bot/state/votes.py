"""People's votes on answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.state import people
from bot.state.tables import TurnRow, VoteRow

# Reasons for a bad vote; `source` is a poor source.
Reason = Literal["wrong", "off-topic", "incomplete", "source"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Vote:
    """A person's vote, and the reason if they gave one."""

    good: bool
    reason: str | None


def vote_of(session: Session, turn_id: int, person_id: int) -> Vote | None:
    row = _row(session, turn_id, person_id)
    return Vote(row.good, row.reason) if row else None


def cast(
    session: Session,
    turn_id: int,
    person_id: int,
    *,
    good: bool,
    now: datetime,
    by_reaction: bool = False,
) -> bool:
    """Store a vote in place of the person's earlier one; False if the turn was deleted. A vote by
    reaction (`reacted`) is withdrawn with it, unless the person pressed a button, too."""
    if session.get(TurnRow, turn_id) is None:
        return False
    people.note_person(session, person_id, now)
    row = _row(session, turn_id, person_id)
    if row is None:
        row = VoteRow(turn_id=turn_id, person_id=person_id, good=good, reacted=by_reaction)
        session.add(row)
    if row.good != good:
        row.good, row.reacted = good, by_reaction
        row.reason = row.comment = row.asked_with = None
    row.reacted = row.reacted and by_reaction
    row.created_at = now
    session.flush()
    return True


def take_back(session: Session, turn_id: int, person_id: int) -> None:
    """Delete the vote of a withdrawn reaction; a vote by button stays."""
    row = _row(session, turn_id, person_id)
    if row is not None and row.reacted:
        session.delete(row)


def explain(session: Session, turn_id: int, person_id: int, reason: Reason) -> bool:
    """Add a reason to a vote; False if there is none."""
    row = _row(session, turn_id, person_id)
    if row is None:
        return False
    row.reason = reason
    return True


def record_reason_question(session: Session, turn_id: int, person_id: int, message_id: int) -> None:
    """Record the message that asks for the reason: a reply to it is the comment."""
    vote = update(VoteRow).filter_by(turn_id=turn_id, person_id=person_id)
    session.execute(vote.values(asked_with=message_id))


def is_reason_asked(session: Session, turn_id: int, person_id: int) -> bool:
    row = _row(session, turn_id, person_id)
    return row is not None and row.asked_with is not None


def comment(session: Session, chat_id: int, person_id: int, message_id: int, text: str) -> bool:
    """Store a reply to the message that asked for a reason; False if it asked about no vote."""
    votes = select(VoteRow).filter_by(person_id=person_id, asked_with=message_id)
    in_chat = votes.join(TurnRow, TurnRow.id == VoteRow.turn_id).where(TurnRow.chat_id == chat_id)
    row = session.scalars(in_chat).first()
    if row is None:
        return False
    row.comment = text
    return True


def _row(session: Session, turn_id: int, person_id: int) -> VoteRow | None:
    votes = select(VoteRow).filter_by(turn_id=turn_id, person_id=person_id)
    return session.scalars(votes).first()
