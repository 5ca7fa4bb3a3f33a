"""Questions with several buttons, of which the first press decides."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state.tables import NoticeRow


def decide_once(session: Session, question: str, choice: str, now: datetime) -> str | None:
    """Record a choice unless one was made before; return the earlier choice, or None.

    The row holds a digest of the question, so it names nobody; it is deleted after a day.
    """
    prefix = f"decided:{hashlib.sha256(question.encode()).hexdigest()[:32]}:"
    earlier = select(NoticeRow.key).where(NoticeRow.key.startswith(prefix))
    if (key := session.scalars(earlier).first()) is not None:
        return key.removeprefix(prefix)
    session.add(NoticeRow(key=f"{prefix}{choice}", at=now))
    session.flush()
    return None
