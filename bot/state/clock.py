"""The system clock, and whether to trust it: after a jump, nothing is deleted for a day.

Each check stores the time. A time far from the previous one (the clock jumped, or the bot was off)
makes the clock doubtful until a day has passed without another jump.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from bot.state.tables import NoticeRow

LEAP = timedelta(days=2)  # more than this between two checks is a leap
DOUBT = timedelta(days=1)  # how long the clock is doubted after a leap
NOTES = "clock:"  # prefix of the notices' keys
# `leapt` is returned once for each leap, by the first check after it.
ClockVerdict = Literal["agrees", "doubted", "leapt"]


def utc_now() -> datetime:
    return datetime.now(UTC)


def check_clock(session: Session, now: datetime) -> ClockVerdict:
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
