"""Which articles a group is answered from, or a topic of it; all where nothing is chosen."""

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
    """What a topic is answered from: what was chosen for it, or else for the whole group."""
    own = session.get(CorpusRow, (chat_id, thread_id))
    row = own or session.get(CorpusRow, (chat_id, WHOLE_GROUP))
    return _selection(row.selection) if row is not None else None


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
    """Take back what was chosen there."""
    session.execute(
        delete(CorpusRow).where(CorpusRow.chat_id == chat_id, CorpusRow.thread_id == thread_id)
    )


def _selection(stored: dict[str, Any]) -> Selection:
    def day(name: str) -> date | None:
        return date.fromisoformat(stored[name]) if name in stored else None

    return Selection(
        outlets=tuple(stored.get("outlets", ())),
        categories=tuple(stored.get("categories", ())),
        folders=tuple(stored.get("folders", ())),
        languages=tuple(stored.get("languages", ())),
        since=day("since"),
        until=day("until"),
        articles=tuple(stored.get("articles", ())),
    )
