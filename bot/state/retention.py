"""What is kept for a time goes when that is over; `docs/retention.md` has the table of how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Update, and_, delete, func, or_, select
from sqlalchemy.orm import Session

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
    UsageRow,
    VoteRow,
)

DEALT_WITH = timedelta(days=2)
"""How long what was received and sent stays known, without its words: Telegram tells an update
again for one day at most."""

NOTICES = timedelta(days=1)
"""How long it is known that something was told that is told only so often."""


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """What the settings say: how long questions are kept, what chat models wrote, and counts of
    messages after the last one."""

    questions: timedelta
    replies: timedelta
    meters: timedelta


LARGE_ROWS = 100
"""Fewer rows of what people left behind may go at any time."""

LARGE_SHARE, SHARE_DAYS = 0.25, 2.0
"""More of it than this share, and what so many days bring, is told a day before it goes."""

_ANNOUNCED = f"{NOTES}announced"
_NOTICE = timedelta(hours=20)  # two daily runs may be a little less than a day apart

_LASTING = (ConversationRow, TurnRow, VoteRow, DocumentRow, AnnouncementRow, PersonRow)


def _lasting() -> tuple[Any, ...]:
    """The tables of what people left behind."""
    return (*_LASTING, *(each.row for each in FEATURE_TABLES if each.belong))


@dataclass(frozen=True, slots=True)
class Erasure:
    """How many rows of which table went, or, where it is `held` back, will go a day later;
    `announce` where that is to be told now."""

    rows: Mapping[str, int]
    held: bool = False
    announce: bool = False

    @property
    def lasting(self) -> int:
        """The rows of what people left behind among them."""
        return sum(self.rows.get(each.__tablename__, 0) for each in _lasting())


def forget_by_and_by(session: Session, now: datetime, terms: RetentionTerms) -> Erasure:
    """As `forget_expired_rows`, but what is much at once only if it was announced a day before."""
    kept = sum(session.scalar(select(func.count()).select_from(each)) or 0 for each in _lasting())
    trial = session.begin_nested()
    erasure = Erasure(forget_expired_rows(session, now, terms))
    share = LARGE_SHARE + SHARE_DAYS * timedelta(days=1) / terms.questions
    announced = session.get(NoticeRow, _ANNOUNCED)
    if erasure.lasting <= max(LARGE_ROWS, share * kept):
        trial.commit()
        if announced is not None:
            session.delete(announced)
        return erasure
    if announced is not None and _NOTICE <= now - announced.at <= LEAP:
        trial.commit()
        session.delete(announced)
        return erasure
    trial.rollback()
    if announced is not None and timedelta() <= now - announced.at < _NOTICE:
        return replace(erasure, held=True)
    session.merge(NoticeRow(key=_ANNOUNCED, at=now))
    return replace(erasure, held=True, announce=True)


def forget_expired_rows(session: Session, now: datetime, terms: RetentionTerms) -> dict[str, int]:
    """Remove all that is past its time; how many rows of which table went."""
    gone: dict[str, int] = {}
    for removal in _removals(now, terms):
        result: Any = session.execute(removal)
        name = str(removal.table)
        gone[name] = gone.get(name, 0) + result.rowcount
    return {name: count for name, count in gone.items() if count}


def _removals(now: datetime, terms: RetentionTerms) -> Iterator[Delete | Update]:
    """In an order in which nothing is removed from beneath something else."""
    before = now - terms.questions
    old_turns = select(TurnRow.id).where(TurnRow.created_at < before)
    yield delete(VoteRow).where(VoteRow.turn_id.in_(old_turns))
    yield delete(TurnRow).where(TurnRow.created_at < before)
    yield delete(ConversationRow).where(
        ConversationRow.last_at < before,
        ConversationRow.id.not_in(select(TurnRow.conversation_id)),
    )
    # The document stays in the corpus; who sent it is forgotten.
    yield delete(DocumentRow).where(DocumentRow.scope == "corpus", DocumentRow.created_at < before)
    old_announcements = select(AnnouncementRow.id).where(AnnouncementRow.created_at < before)
    yield delete(AddresseeRow).where(AddresseeRow.announcement_id.in_(old_announcements))
    yield delete(AnnouncementRow).where(AnnouncementRow.created_at < before)
    for table in FEATURE_TABLES:
        yield from table.expired(now, before)
    yield from _of_machines(now, before, terms)
    yield from _of_limits(now, terms)
    yield from _of_people(before)


def _of_machines(now: datetime, before: datetime, terms: RetentionTerms) -> Iterator[Delete]:
    """What passes between Telegram, the chat models and the bot."""
    dealt_with = now - DEALT_WITH
    yield delete(UpdateRow).where(
        or_(UpdateRow.done_at < dealt_with, UpdateRow.arrived_at < before)
    )
    old_deliveries = or_(
        DeliveryRow.done_at < dealt_with,
        and_(DeliveryRow.number < 0, DeliveryRow.created_at < dealt_with),
        DeliveryRow.created_at < before,
    )
    yield delete(AttachmentRow).where(
        AttachmentRow.delivery_id.in_(select(DeliveryRow.id).where(old_deliveries))
    )
    yield delete(DeliveryRow).where(old_deliveries)
    yield delete(ReplyRow).where(ReplyRow.created_at < now - terms.replies)
    yield delete(UsageRow).where(UsageRow.day < before.date())
    yield delete(SpendingRow).where(SpendingRow.day < before.date())


def _of_limits(now: datetime, terms: RetentionTerms) -> Iterator[Delete]:
    yield delete(InvitationRow).where(InvitationRow.expires_at <= now)
    yield delete(MeterRow).where(MeterRow.at < now - terms.meters)
    yield old_notices(now - NOTICES)


def _of_people(before: datetime) -> Iterator[Delete]:
    """Who has not written for so long and left nothing; that somebody wants no announcements
    stays known, and what administrators decided about groups and people."""
    owners = (
        *(ConversationRow, DocumentRow, VoteRow, AnnouncementRow, UsageRow, AddresseeRow),
        *(each.row for each in FEATURE_TABLES),
    )
    idle = [
        PersonRow.id.not_in(select(each.person_id).where(each.person_id.is_not(None)))
        for each in owners
    ]
    yield delete(PersonRow).where(
        PersonRow.last_seen < before, PersonRow.quiet_since.is_(None), *idle
    )
    yield delete(ChatRow).where(
        ChatRow.first_seen < before, ChatRow.allowed.is_(None), ChatRow.language.is_(None)
    )
