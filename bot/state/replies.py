"""Cache of chat models' replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.state.tables import ReplyRow


def find_reply(session: Session, key: str, since: datetime) -> str | None:
    """The text stored under a key, unless it is older."""
    row = session.get(ReplyRow, key)
    return row.text if row is not None and row.created_at >= since else None


def keep(session: Session, key: str, generation: str, text: str, now: datetime) -> None:
    session.merge(ReplyRow(key=key, generation=generation, text=text, created_at=now))


def prune(session: Session, since: datetime, limit: int) -> None:
    """Delete older texts, and the oldest beyond the limit."""
    session.execute(delete(ReplyRow).where(ReplyRow.created_at < since))
    excess = (session.scalar(select(func.count()).select_from(ReplyRow)) or 0) - limit
    if excess > 0:
        oldest = select(ReplyRow.key).order_by(ReplyRow.created_at, ReplyRow.key).limit(excess)
        keys = session.scalars(oldest).all()
        session.execute(delete(ReplyRow).where(ReplyRow.key.in_(keys)))
