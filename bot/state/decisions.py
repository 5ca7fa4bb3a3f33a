"""Questions with several buttons, of which the first press decides."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state.tables import NoticeRow


def decide_once(session: Session, question: str, choice: str, now: datetime) -> str | None:
    """Decide a question; None where nobody had, else what was decided before.

    What is kept for a day tells a digest of the question, and nobody's number.
    """
    asked = f"decided:{hashlib.sha256(question.encode()).hexdigest()[:32]}:"
    known = select(NoticeRow.key).where(NoticeRow.key.startswith(asked))
    if (decided := session.scalars(known).first()) is not None:
        return decided.removeprefix(asked)
    session.add(NoticeRow(key=f"{asked}{choice}", at=now))
    session.flush()
    return None
