"""Rate-limit meters of people and groups, rate-limited notices, and one-time choices."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session

from bot.state.clock import NOTES
from bot.state.tables import MeterRow, NoticeRow


@dataclass(frozen=True, slots=True)
class MeterLevel:
    """The level of a token bucket at a moment; `was_notified` if the person or group knows it is
    empty."""

    tokens: float
    at: datetime
    was_notified: bool = False


def load_meters(session: Session) -> Mapping[str, MeterLevel]:
    """All meters by key, such as `person:42`."""
    rows = session.scalars(select(MeterRow))
    return {row.key: MeterLevel(row.left, row.at, row.told) for row in rows}


def load_meter(session: Session, key: str) -> MeterLevel | None:
    row = session.get(MeterRow, key)
    return MeterLevel(row.left, row.at, row.told) if row else None


def save_meters(session: Session, meters: Mapping[str, MeterLevel]) -> None:
    for key, meter in meters.items():
        session.merge(MeterRow(key=key, left=meter.tokens, at=meter.at, told=meter.was_notified))


def old_notices(moment: datetime) -> Delete:
    """The deletion of old notices, except the notes about the clock."""
    return delete(NoticeRow).where(NoticeRow.at < moment, ~NoticeRow.key.startswith(NOTES))


def notice(session: Session, key: str, now: datetime, every: timedelta) -> bool:
    """True if a rate-limited notice may be sent now; it then counts as sent. Notices from the
    future, sent before the clock was set back, are ignored."""
    row = session.get(NoticeRow, key)
    if row is not None and timedelta() <= now - row.at < every:
        return False
    session.merge(NoticeRow(key=key, at=now))
    return True


def decide_once(session: Session, question: str, choice: str, now: datetime) -> str | None:
    """Record the first press of several buttons; return the earlier choice, or None. The row holds
    a digest of the question, so it names nobody; it is deleted after a day."""
    prefix = f"decided:{hashlib.sha256(question.encode()).hexdigest()[:32]}:"
    earlier = select(NoticeRow.key).where(NoticeRow.key.startswith(prefix))
    if (key := session.scalars(earlier).first()) is not None:
        return key.removeprefix(prefix)
    session.add(NoticeRow(key=f"{prefix}{choice}", at=now))
    session.flush()
    return None
