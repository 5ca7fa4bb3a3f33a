"""What is kept for a time goes when that is over; `docs/access.md` has the table of how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, and_, delete, or_, select
from sqlalchemy.orm import Session

from bot.state.tables import (
    AddresseeRow,
    AlertRow,
    AnnouncementRow,
    AttachmentRow,
    ChatRow,
    ConversationRow,
    DeliveryRow,
    DigestRow,
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

_ALERTS = timedelta(days=365)
"""How long a question waits for an article that answers it."""

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


def forget_expired_rows(session: Session, now: datetime, terms: RetentionTerms) -> dict[str, int]:
    """Remove all that is past its time; how many rows of which table went."""
    gone: dict[str, int] = {}
    for removal in _removals(now, terms):
        result: Any = session.execute(removal)
        name = str(removal.table)
        gone[name] = gone.get(name, 0) + result.rowcount
    return {name: count for name, count in gone.items() if count}


def _removals(now: datetime, terms: RetentionTerms) -> Iterator[Delete]:
    """In an order in which nothing is removed from beneath something else."""
    before = now - terms.questions
    old_turns = select(TurnRow.id).where(TurnRow.created_at < before)
    yield delete(VoteRow).where(VoteRow.turn_id.in_(old_turns))
    yield delete(TurnRow).where(TurnRow.created_at < before)
    yield delete(ConversationRow).where(
        ConversationRow.last_at < before,
        ConversationRow.id.not_in(select(TurnRow.conversation_id)),
    )
    yield delete(AlertRow).where(
        or_(AlertRow.told_at < before, AlertRow.created_at < now - _ALERTS)
    )
    # One that is sent at its time moves its last day on.
    yield delete(DigestRow).where(DigestRow.last_day < before.date())
    # The document stays in the corpus; who sent it is forgotten.
    yield delete(DocumentRow).where(DocumentRow.scope == "corpus", DocumentRow.created_at < before)
    old_announcements = select(AnnouncementRow.id).where(AnnouncementRow.created_at < before)
    yield delete(AddresseeRow).where(AddresseeRow.announcement_id.in_(old_announcements))
    yield delete(AnnouncementRow).where(AnnouncementRow.created_at < before)
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
    yield delete(NoticeRow).where(NoticeRow.at < now - NOTICES)


def _of_people(before: datetime) -> Iterator[Delete]:
    """Who has not written for so long and left nothing; that somebody wants no announcements
    stays known, and what administrators decided about groups and people."""
    owners = (ConversationRow, AlertRow, DocumentRow, VoteRow, AnnouncementRow, UsageRow)
    idle = [PersonRow.id.not_in(select(each.person_id)) for each in owners]
    idle.append(PersonRow.id.not_in(select(AddresseeRow.person_id)))
    # Who reads the day's news every morning need not write.
    readers = select(DigestRow.person_id).where(DigestRow.person_id.is_not(None))
    idle.append(PersonRow.id.not_in(readers))
    yield delete(PersonRow).where(
        PersonRow.last_seen < before, PersonRow.quiet_since.is_(None), *idle
    )
    yield delete(ChatRow).where(
        ChatRow.first_seen < before, ChatRow.allowed.is_(None), ChatRow.language.is_(None)
    )
