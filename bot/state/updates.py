"""The inbox: updates from Telegram, stored until they are handled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.orm import Session, defer

from bot.state.processes import living_processes, lock_key, process_of
from bot.state.tables import UpdateRow

MAX_QUARANTINED = 100  # maximum number of unreadable updates stored with their content


@dataclass(frozen=True, slots=True)
class UpdateRecord:
    """A pending update, as Bot API JSON."""

    id: int
    content: Mapping[str, Any]


def record_arrival(
    session: Session,
    bot_id: int,
    update_id: int,
    content: Mapping[str, Any],
    now: datetime,
    chat_id: int | None = None,
) -> frozenset[int] | None:
    """Store an update; return the ids of its chat's updates to handle first, or None if it was
    stored before."""
    _in_turn(session, bot_id, chat_id)
    if session.get(UpdateRow, (bot_id, update_id)) is not None:
        return None
    before = [] if chat_id is None else _undone(session, bot_id, UpdateRow.chat_id == chat_id)
    session.add(
        UpdateRow(
            bot_id=bot_id,
            id=update_id,
            content=dict(content),
            tries=0,
            arrived_at=now,
            chat_id=chat_id,
            process=before[0].process if before else process_of(session),
        )
    )
    return frozenset(row.id for row in before)


def quarantine_update(
    session: Session, bot_id: int, update_id: int, content: Mapping[str, Any], now: datetime
) -> bool:
    """Store an unreadable update with its content, as done; False if it was done before. Beyond
    MAX_QUARANTINED, the oldest lose their content."""
    row = session.get(UpdateRow, (bot_id, update_id))
    if row is None:
        row = UpdateRow(bot_id=bot_id, id=update_id, tries=0, arrived_at=now)
        session.add(row)
    elif row.done_at is not None:
        return False
    row.content, row.done_at = dict(content), now
    session.flush()
    quarantined = select(UpdateRow).where(
        UpdateRow.bot_id == bot_id, UpdateRow.done_at.is_not(None), UpdateRow.content.is_not(None)
    )
    newest_first = quarantined.order_by(UpdateRow.done_at.desc(), UpdateRow.id.desc())
    for old in session.scalars(newest_first.offset(MAX_QUARANTINED)):
        old.content = None
    return True


def take_up_update(session: Session, bot_id: int, update_id: int) -> int | None:
    """Count an attempt at an update and return the number of attempts; None if the update is done
    or another process handles it."""
    row = session.get(UpdateRow, (bot_id, update_id))
    if row is None:
        return 1
    if row.done_at is not None or row.process != process_of(session):
        return None
    row.tries += 1
    return row.tries


def is_elsewhere(session: Session, bot_id: int, update_id: int) -> bool:
    """True if another process handles a pending update."""
    row = session.get(UpdateRow, (bot_id, update_id))
    return row is not None and row.done_at is None and row.process != process_of(session)


def finish_update(session: Session, bot_id: int, update_id: int, now: datetime) -> None:
    """Delete an update's content; its id stays, since Telegram may send the update again."""
    done = {"content": None, "done_at": now, "chat_id": None, "process": None}
    session.execute(update(UpdateRow).filter_by(bot_id=bot_id, id=update_id).values(done))


def take_over_updates(
    session: Session, bot_id: int, in_hand: Collection[int] = ()
) -> list[UpdateRecord]:
    """This process's pending updates that are not `in_hand`, oldest first. Updates of ended
    processes are taken over, unless a living process handles their chat."""
    mine, undone = process_of(session), _undone(session, bot_id)
    if any(row.process != mine for row in undone):
        process_ids = living_processes(session)
        if any(row.process not in process_ids for row in undone):
            _in_turn(session, bot_id, whole=True)
            undone = _undone(session, bot_id)
            owners = {row.chat_id: row.process for row in undone if row.process in process_ids}
            owners.pop(None, None)
            for row in undone:
                if row.process not in process_ids:
                    row.process = owners.get(row.chat_id, mine)
    return [
        UpdateRecord(row.id, row.content or {})
        for row in undone
        if row.process == mine and row.id not in in_hand
    ]


def _undone(session: Session, bot_id: int, *where: ColumnElement[bool]) -> Sequence[UpdateRow]:
    """Pending updates, oldest first by Telegram's numbers, as the database has them now; content is
    loaded lazily."""
    undone = select(UpdateRow).filter_by(bot_id=bot_id, done_at=None).where(*where)
    rows = undone.order_by(UpdateRow.id).options(defer(UpdateRow.content))
    return session.scalars(rows, execution_options={"populate_existing": True}).all()


def _in_turn(
    session: Session, bot_id: int, chat_id: int | None = None, *, whole: bool = False
) -> None:
    """Lock the assignment of a chat's updates, or of all, to processes for this transaction."""
    if session.get_bind().dialect.name != "postgresql":
        return
    bot, chat = lock_key("bot", bot_id), lock_key("chat", bot_id, chat_id)
    if whole:
        session.execute(text(f"SELECT pg_advisory_xact_lock({bot})"))
    elif chat_id is not None:
        session.execute(text(f"SELECT pg_advisory_xact_lock_shared({bot})"))
        session.execute(text(f"SELECT pg_advisory_xact_lock({chat})"))
