"""Groups that the bot is in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.state.audit import Actor, record_act
from bot.state.personal import FEATURE_TABLES
from bot.state.tables import ChatRow, ConversationRow, CorpusRow, DocumentRow, RightRow, TurnRow


def note_chat(session: Session, chat_id: int, now: datetime) -> bool | None:
    """Record a group that the bot is in; return an administrator's decision about it, if any."""
    row = session.get(ChatRow, chat_id)
    if row is None:
        row = ChatRow(id=chat_id, first_seen=now)
        session.add(row)
        session.flush()
    return row.allowed


def decision(session: Session, chat_id: int) -> bool | None:
    """An administrator's decision about a group, which the bot need not be in."""
    row = session.get(ChatRow, chat_id)
    return row.allowed if row is not None else None


def allow(session: Session, chat_id: int, is_allowed: bool, now: datetime, by: Actor) -> None:
    if note_chat(session, chat_id, now) is not is_allowed:
        record_act(session, by, "group", str(chat_id), now, "allowed" if is_allowed else "barred")
    session.get_one(ChatRow, chat_id).allowed = is_allowed


def move_chat(session: Session, old: int, new: int, now: datetime) -> None:
    """Give a group that became a supergroup its new id."""
    old_row = session.get(ChatRow, old)
    note_chat(session, new, now)
    if old_row is not None:
        new_row = session.get_one(ChatRow, new)
        if new_row.allowed is None:
            new_row.allowed = old_row.allowed
        session.delete(old_row)
    session.execute(update(RightRow).where(RightRow.holder == old).values(holder=new))
    features = (table.row for table in FEATURE_TABLES if table.moves)
    places: tuple[Any, ...] = (ConversationRow, CorpusRow, DocumentRow, TurnRow, *features)
    for table in places:
        try:
            with session.begin_nested():
                session.execute(update(table).where(table.chat_id == old).values(chat_id=new))
        except IntegrityError:  # the supergroup has chosen meanwhile
            session.execute(delete(table).where(table.chat_id == old))
