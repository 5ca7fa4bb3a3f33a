"""What Telegram told, kept until it is dealt with: the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state.tables import UpdateRow

MOST_SET_ASIDE = 100
"""How many updates that could not be read are kept whole."""


@dataclass(frozen=True, slots=True)
class KeptUpdate:
    """An update not dealt with yet, as the Bot API wrote it. `tries` counts how often it was
    taken up; more than one says that the process died meanwhile."""

    id: int
    content: Mapping[str, Any]
    tries: int


def record_arrival(
    session: Session, bot_id: int, update_id: int, content: Mapping[str, Any], now: datetime
) -> bool:
    """Keep an update; False when it was kept before, dealt with or not."""
    if session.get(UpdateRow, (bot_id, update_id)) is not None:
        return False
    session.add(
        UpdateRow(bot_id=bot_id, id=update_id, content=dict(content), tries=0, arrived_at=now)
    )
    return True


def set_update_aside(
    session: Session, bot_id: int, update_id: int, content: Mapping[str, Any], now: datetime
) -> bool:
    """Keep an update whole that cannot be read, as done; False when it was dealt with before.

    Of more than MOST_SET_ASIDE, the oldest keep their number alone.
    """
    row = session.get(UpdateRow, (bot_id, update_id))
    if row is None:
        row = UpdateRow(bot_id=bot_id, id=update_id, tries=0, arrived_at=now)
        session.add(row)
    elif row.done_at is not None:
        return False
    row.content, row.done_at = dict(content), now
    session.flush()
    kept = (
        select(UpdateRow)
        .where(
            UpdateRow.bot_id == bot_id,
            UpdateRow.done_at.is_not(None),
            UpdateRow.content.is_not(None),
        )
        .order_by(UpdateRow.done_at.desc(), UpdateRow.id.desc())
    )
    for old in session.scalars(kept.offset(MOST_SET_ASIDE)):
        old.content = None
    return True


def take_up_update(session: Session, bot_id: int, update_id: int) -> int:
    """How often an update has been taken up, this time included."""
    row = session.get(UpdateRow, (bot_id, update_id))
    if row is None:
        return 1
    row.tries += 1
    return row.tries


def finish_update(session: Session, bot_id: int, update_id: int, now: datetime) -> None:
    """Nothing of what people wrote stays; the number does, for Telegram may tell it again."""
    row = session.get(UpdateRow, (bot_id, update_id))
    if row is not None:
        row.content, row.done_at = None, now


def waiting_updates(session: Session, bot_id: int) -> list[KeptUpdate]:
    """What is not dealt with, in the order in which it came."""
    rows = session.scalars(
        select(UpdateRow)
        .where(UpdateRow.bot_id == bot_id, UpdateRow.done_at.is_(None))
        .order_by(UpdateRow.arrived_at, UpdateRow.id)
    )
    return [KeptUpdate(row.id, row.content or {}, row.tries) for row in rows]
