"""Delete records past their retention period; `docs/retention.md` has the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Update, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from bot.state.audit import old_acts
from bot.state.clock import LEAP, NOTES
from bot.state.meters import old_notices
from bot.state.personal import FEATURE_TABLES
from bot.state.tables import (
    AddresseeRow,
    AnnouncementRow,
    AttachmentRow,
    ChatRow,
    ConversationRow,
    DeliveryRow,
    DocumentRow,
    InvitationRow,
    MeterRow,
    NoticeRow,
    PersonRow,
    ReplyRow,
    SpendingRow,
    TurnRow,
    UpdateRow,
    VoteRow,
)

# Of finished updates and deliveries, without their content: Telegram repeats an update for one day
# at most.
FINISHED_RETENTION = timedelta(days=2)
NOTICE_RETENTION = timedelta(days=1)  # of rate-limited notices


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """Retention periods from the settings: of questions, cached replies and rate-limit meters."""

    questions: timedelta
    replies: timedelta
    meters: timedelta


LARGE_ROWS = 100  # rows about people that may be deleted without notice
# Deletions of more than this share plus the growth of these days are announced a day before.
LARGE_SHARE, SHARE_DAYS = 0.25, 2.0

_ANNOUNCED = f"{NOTES}announced"
_NOTICE_PERIOD = timedelta(hours=20)  # two daily runs may be a little less than a day apart
_LASTING = (ConversationRow, TurnRow, VoteRow, DocumentRow, AnnouncementRow, PersonRow)


def _lasting_tables() -> tuple[Any, ...]:
    """The tables whose rows people would miss."""
    return (*_LASTING, *(table.row for table in FEATURE_TABLES if table.belong))


@dataclass(frozen=True, slots=True)
class Erasure:
    """Deleted rows by table; if `held`, they will be deleted a day later, and `announce` says
    whether to tell the operator now."""

    rows: Mapping[str, int]
    held: bool = False
    announce: bool = False

    @property
    def lasting_rows(self) -> int:
        """The number of rows that people would miss."""
        return sum(self.rows.get(table.__tablename__, 0) for table in _lasting_tables())


def erase_expired(session: Session, now: datetime, terms: RetentionTerms) -> Erasure:
    """Like `delete_expired_rows`, but large deletions only if announced a day before."""
    total = sum(
        session.scalar(select(func.count()).select_from(table)) or 0 for table in _lasting_tables()
    )
    trial = session.begin_nested()
    erasure = Erasure(delete_expired_rows(session, now, terms))
    share = LARGE_SHARE + SHARE_DAYS * timedelta(days=1) / terms.questions
    notice = session.get(NoticeRow, _ANNOUNCED)
    age = now - notice.at if notice is not None else None
    is_small = erasure.lasting_rows <= max(LARGE_ROWS, share * total)
    if is_small or (age is not None and _NOTICE_PERIOD <= age <= LEAP):
        trial.commit()
        if notice is not None:
            session.delete(notice)
        return erasure
    trial.rollback()
    if age is not None and timedelta() <= age < _NOTICE_PERIOD:
        return replace(erasure, held=True)
    session.merge(NoticeRow(key=_ANNOUNCED, at=now))
    return replace(erasure, held=True, announce=True)


def delete_expired_rows(session: Session, now: datetime, terms: RetentionTerms) -> dict[str, int]:
    """Delete all expired rows; return the number by table."""
    counts: Counter[str] = Counter()
    for deletion in _deletions(now, terms):
        result: Any = session.execute(deletion)
        counts[str(deletion.table)] += result.rowcount
    return dict(+counts)


def _deletions(now: datetime, terms: RetentionTerms) -> Iterator[Delete | Update]:
    """Deletions in an order that respects foreign keys."""
    before = now - terms.questions
    old_turns = select(TurnRow.id).where(TurnRow.created_at < before)
    yield delete(VoteRow).where(VoteRow.turn_id.in_(old_turns))
    yield delete(TurnRow).where(TurnRow.created_at < before)
    yield delete(ConversationRow).where(
        ConversationRow.last_at < before, ConversationRow.id.not_in(select(TurnRow.conversation_id))
    )
    # The document stays in the corpus; its sender is forgotten.
    yield delete(DocumentRow).where(DocumentRow.scope == "corpus", DocumentRow.created_at < before)
    old_announcements = select(AnnouncementRow.id).where(AnnouncementRow.created_at < before)
    yield delete(AddresseeRow).where(AddresseeRow.announcement_id.in_(old_announcements))
    yield delete(AnnouncementRow).where(AnnouncementRow.created_at < before)
    for table in FEATURE_TABLES:
        yield from table.expired(now, before)
    yield from _of_machines(now, before, terms)
    yield delete(InvitationRow).where(InvitationRow.expires_at <= now)
    yield delete(MeterRow).where(MeterRow.at < now - terms.meters)
    yield old_notices(now - NOTICE_RETENTION)
    yield old_acts(now)
    yield from _of_people(before)


def _of_machines(now: datetime, before: datetime, terms: RetentionTerms) -> Iterator[Delete]:
    """Traffic between Telegram, the chat models and the bot."""
    oldest = now - FINISHED_RETENTION
    yield delete(UpdateRow).where(or_(UpdateRow.done_at < oldest, UpdateRow.arrived_at < before))
    old_deliveries = or_(
        DeliveryRow.done_at < oldest,
        and_(DeliveryRow.number < 0, DeliveryRow.created_at < oldest),
        DeliveryRow.created_at < before,
    )
    yield delete(AttachmentRow).where(
        AttachmentRow.delivery_id.in_(select(DeliveryRow.id).where(old_deliveries))
    )
    yield delete(DeliveryRow).where(old_deliveries)
    yield delete(ReplyRow).where(ReplyRow.created_at < now - terms.replies)
    yield delete(SpendingRow).where(SpendingRow.day < before.date())


def _of_people(before: datetime) -> Iterator[Delete]:
    """People without recent messages or other records. Opt-outs from announcements stay, and
    administrators' decisions about groups and people."""
    owners = (
        *(ConversationRow, DocumentRow, VoteRow, AnnouncementRow, AddresseeRow),
        *(table.row for table in FEATURE_TABLES),
    )
    idle = [
        PersonRow.id.not_in(select(owner.person_id).where(owner.person_id.is_not(None)))
        for owner in owners
    ]
    yield delete(PersonRow).where(
        PersonRow.last_seen < before, PersonRow.quiet_since.is_(None), *idle
    )
    yield delete(ChatRow).where(
        ChatRow.first_seen < before, ChatRow.allowed.is_(None), ChatRow.language.is_(None)
    )
