"""Whether the clock can be believed, for what erases by it: one that jumped erases nothing yet.

Each look is kept. When the clock stands far from where it stood at the last one (it jumped, or the
bot was away), it is doubted until it has agreed with itself for a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from bot.state.tables import NoticeRow

LEAP = timedelta(days=2)
"""Between two looks, more than this is a leap."""

DOUBT = timedelta(days=1)
"""How long the clock is doubted after one."""

NOTES = "clock:"
"""How the keys of what is kept about the clock begin."""

ClockLook = Literal["agrees", "doubted", "leapt"]
"""`leapt` is said once for each leap, at the first look after it."""


def look_at_clock(session: Session, now: datetime) -> ClockLook:
    last = session.get(NoticeRow, f"{NOTES}seen")
    doubt = session.get(NoticeRow, f"{NOTES}doubted")
    leapt = last is not None and abs(now - last.at) > LEAP
    session.merge(NoticeRow(key=f"{NOTES}seen", at=now))
    if leapt:
        session.merge(NoticeRow(key=f"{NOTES}doubted", at=now))
        return "leapt"
    if doubt is None:
        return "agrees"
    if now - doubt.at < DOUBT:
        return "doubted"
    session.delete(doubt)
    return "agrees"
