"""The selections of articles that groups and topics are answered from; by default, all."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.state.tables import CorpusRow
from index.article import Selection

WHOLE_GROUP = 0  # the thread that stands for all of a group


def find_selection(session: Session, chat_id: int, thread_id: int) -> Selection | None:
    """The selection for a topic, or else for the whole group."""
    own = session.get(CorpusRow, (chat_id, thread_id))
    row = own or session.get(CorpusRow, (chat_id, WHOLE_GROUP))
    if row is None:
        return None
    fields: dict[str, Any] = {
        name: date.fromisoformat(value) if name in ("since", "until") else tuple(value)
        for name, value in row.selection.items()
    }
    return Selection(**fields)


def choose(
    session: Session, chat_id: int, thread_id: int, selection: Selection, now: datetime
) -> None:
    row = session.get(CorpusRow, (chat_id, thread_id))
    if row is None:
        row = CorpusRow(chat_id=chat_id, thread_id=thread_id)
        session.add(row)
    row.chosen_at = now
    row.selection = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(selection).items()
        if value
    }


def choose_all(session: Session, chat_id: int, thread_id: int) -> None:
    """Delete the selection there."""
    session.execute(delete(CorpusRow).filter_by(chat_id=chat_id, thread_id=thread_id))
