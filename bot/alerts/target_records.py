"""Where alerts go beside Telegram and the pages, e-mail addresses and webhooks, and the news that
wait to be sent there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Delete, ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.alerts.subscription_records import QUIET_TIME, SubscriptionRow
from bot.state import people
from bot.state.personal import PersonalTable, register_table
from bot.state.tables import NEVER_REUSED, Base, IdType, Utc

FAILURE_LIMIT = 10  # in a row, after which a target is paused
_LEASE = timedelta(minutes=5)  # in which a process sends what it took
_CODE_LIFETIME = timedelta(hours=1)
_WEBHOOKS = 2**62  # the first place of a webhook; those of mail are people
_LONGEST_BACKOFF = timedelta(hours=6)


class AlertTargetRow(Base):
    """A target: a person's e-mail address, or an operator's webhook. Its subscriptions have its
    `place` as their chat: the person's number, or one of the webhook's own.

    `secret` signs what a webhook gets; one without gets chat messages. `hour` is that of the daily
    digest; without one, news are sent at once.
    `code` is a digest of the code that confirms an address, None once it is confirmed. `problem`
    says why the last of so many `failures` in a row failed.
    """

    __tablename__ = "alert_targets"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    place: Mapped[int] = mapped_column(BigInteger, index=True)
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))
    hour: Mapped[int | None]
    code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Utc)
    next_at: Mapped[datetime] = mapped_column(Utc)
    failures: Mapped[int]
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class AlertNewsRow(Base):
    """News for a target: quotes on a subject, or those of the answer to a question that waited,
    with the `key` of its address. `batch` identifies the message, also when it is sent again."""

    __tablename__ = "alert_news"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    target_id: Mapped[int] = mapped_column(
        ForeignKey("alert_targets.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    subject: Mapped[str] = mapped_column(Text)
    sources: Mapped[list[Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(32))
    batch: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Utc)
    sent_at: Mapped[datetime | None] = mapped_column(Utc)


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """Fields as in `AlertTargetRow`."""

    id: int
    person_id: int | None
    place: int
    address: str
    secret: str | None
    language: str
    hour: int | None
    code: str | None
    failures: int
    problem: Mapping[str, Any] | None

    @property
    def is_confirmed(self) -> bool:
        return self.code is None

    @property
    def label(self) -> str:
        """What may be shown of the address: the path of a webhook is often its secret."""
        if self.person_id is not None:
            return f"…@{self.address.rpartition('@')[2]}"
        return "/".join(self.address.split("/", 3)[:3])


@dataclass(frozen=True, slots=True)
class AlertNews:
    """Fields as in `AlertNewsRow`."""

    subject: str
    sources: Sequence[Any]
    key: str | None


def save_target(
    session: Session,
    address: str,
    language: str,
    hour: int | None,
    now: datetime,
    *,
    person_id: int | None = None,
    code: str | None = None,
    secret: str | None = None,
) -> AlertTarget:
    """Store a webhook, or a person's only address with the digest of its code; what waits for an
    earlier address is not sent to it."""
    if person_id is not None:
        people.note_person(session, person_id, now)
        if (old := _row_at(session, person_id)) is not None:
            _delete(session, old)
    row = AlertTargetRow(
        person_id=person_id,
        place=person_id or 0,
        address=address,
        secret=secret,
        language=language,
        hour=hour,
        code=code,
        created_at=now,
        next_at=next_time(hour, now),
        failures=0,
    )
    session.add(row)
    session.flush()
    row.place = row.place or _WEBHOOKS + row.id
    return _target(row)


def confirm_address(session: Session, person_id: int, code: str, now: datetime) -> bool:
    """Confirm a person's address by the digest of its code; False if it is wrong or too old."""
    row = _row_at(session, person_id)
    is_known = row is not None and secrets.compare_digest(row.code or "", code)
    if row is None or not is_known or now - row.created_at > _CODE_LIFETIME:
        return False
    row.code, row.next_at = None, next_time(row.hour, now)
    return True


def choose_hour(session: Session, person_id: int, hour: int | None, now: datetime) -> None:
    """Set when a person's mail is sent, which is tried again if it was paused."""
    if (row := _row_at(session, person_id)) is not None:
        row.hour, row.next_at, row.failures, row.problem = hour, next_time(hour, now), 0, None


def next_time(hour: int | None, now: datetime) -> datetime:
    """When news are next sent: at a local hour, or at once."""
    if hour is None:
        return now
    local = now.astimezone()
    day = local.date() + timedelta(days=local.hour >= hour)
    return datetime.combine(day, time(hour)).astimezone()


def target_at(session: Session, place: int) -> AlertTarget | None:
    return _target(row) if (row := _row_at(session, place)) is not None else None


def list_targets(session: Session) -> list[AlertTarget]:
    """List the confirmed targets, oldest first."""
    confirmed = select(AlertTargetRow).where(AlertTargetRow.code.is_(None))
    return [_target(row) for row in session.scalars(confirmed.order_by(AlertTargetRow.id))]


def remove_target(session: Session, target_id: int) -> bool:
    """Delete a target with its subscriptions and news; False if there is none."""
    if (row := session.get(AlertTargetRow, target_id)) is None:
        return False
    session.execute(delete(SubscriptionRow).where(SubscriptionRow.chat_id == row.place))
    _delete(session, row)
    return True


def add_news(
    session: Session,
    place: int,
    subject: str,
    sources: Sequence[Any],
    now: datetime,
    key: str | None = None,
) -> None:
    """Queue news for the target of a place, if there is one that is confirmed."""
    row = _row_at(session, place)
    if row is not None and row.code is None:
        owner = {"target_id": row.id, "person_id": row.person_id}
        news = {"subject": subject, "sources": list(sources), "key": key}
        session.add(AlertNewsRow(**owner, **news, created_at=now))


def due_targets(session: Session, now: datetime) -> list[AlertTarget]:
    """List the targets to which something is to be sent, longest due first."""
    waiting = select(AlertNewsRow.target_id).where(AlertNewsRow.sent_at.is_(None))
    due = select(AlertTargetRow).where(
        AlertTargetRow.failures < FAILURE_LIMIT,
        AlertTargetRow.next_at <= now,
        AlertTargetRow.id.in_(waiting),
    )
    rows = session.scalars(due.order_by(AlertTargetRow.next_at).limit(100))
    return [_target(row) for row in rows]


def take_news(session: Session, target_id: int, now: datetime) -> tuple[str, list[AlertNews]]:
    """Take the next message to a target, so that no other process sends it: its batch, and what it
    tells, nothing if it was taken. One that was taken before, and perhaps sent, keeps its batch."""
    is_free = (AlertTargetRow.id == target_id, AlertTargetRow.next_at <= now)
    taken = update(AlertTargetRow).where(*is_free).values(next_at=now + _LEASE)
    if not session.scalars(taken.returning(AlertTargetRow.id)).all():
        return "", []
    waiting = select(AlertNewsRow).filter_by(target_id=target_id, sent_at=None)
    rows = session.scalars(waiting.order_by(AlertNewsRow.id)).all()
    batch = next((row.batch for row in rows if row.batch), "")
    if not batch:
        batch = secrets.token_hex(16)
        for row in rows:
            row.batch = batch
    news = [AlertNews(row.subject, row.sources, row.key) for row in rows if row.batch == batch]
    return batch, news


def record_delivery(session: Session, target_id: int, batch: str, now: datetime) -> None:
    """Record that a message was sent, or that nothing of it may be any more."""
    news = update(AlertNewsRow).filter_by(target_id=target_id, batch=batch)
    session.execute(news.values(sent_at=now, sources=[]))
    if (row := session.get(AlertTargetRow, target_id)) is not None:
        row.failures, row.problem, row.next_at = 0, None, next_time(row.hour, now)


def record_failure(
    session: Session,
    target_id: int,
    problem: Mapping[str, Any],
    count: int,
    now: datetime,
    after: float = 0.0,
) -> None:
    """Record that a message could not be sent, which counts as so many failures, and when to try
    again: `after` so many seconds at least."""
    if (row := session.get(AlertTargetRow, target_id)) is not None:
        row.failures, row.problem = row.failures + count, dict(problem)
        backoff = timedelta(minutes=2 ** min(row.failures, FAILURE_LIMIT) / 2)
        row.next_at = now + max(min(backoff, _LONGEST_BACKOFF), timedelta(seconds=after))


def _row_at(session: Session, place: int) -> AlertTargetRow | None:
    at_place = select(AlertTargetRow).where(AlertTargetRow.place == place)
    return session.scalars(at_place.with_for_update()).first()


def _delete(session: Session, row: AlertTargetRow) -> None:
    # Explicitly, as not every database runs cascades.
    session.execute(delete(AlertNewsRow).where(AlertNewsRow.target_id == row.id))
    session.delete(row)
    session.flush()


def _target(row: AlertTargetRow) -> AlertTarget:
    return AlertTarget(**{field.name: getattr(row, field.name) for field in fields(AlertTarget)})


def _expired_news(now: datetime, before: datetime) -> Iterator[Delete]:
    yield delete(AlertNewsRow).where(AlertNewsRow.created_at < before)


def _expired_targets(now: datetime, before: datetime) -> Iterator[Delete]:
    old, row = AlertTargetRow.created_at, AlertTargetRow
    unused = row.place.not_in(select(SubscriptionRow.chat_id))
    yield delete(row).where(old < now - timedelta(days=1), row.code.is_not(None))
    yield delete(row).where(old < now - QUIET_TIME, unused)


register_table(PersonalTable(AlertNewsRow, _expired_news, moves=False))
register_table(PersonalTable(AlertTargetRow, _expired_targets, moves=False))
