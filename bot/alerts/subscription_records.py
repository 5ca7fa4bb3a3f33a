"""Subscriptions of people and groups to new articles on a subject."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Delete,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state import deliveries, people
from bot.state.conversations import ConversationPlace
from bot.state.deliveries import Delivery, Letter
from bot.state.people import WEB_PEOPLE
from bot.state.personal import PersonalTable, register_table
from bot.state.tables import NEVER_REUSED, Base, IdType, Utc
from index.text.folding import fold_phrase


class SubscriptionRow(Base):
    """A subscription; `person_id` is None for a group's.

    `seen` are IDs of articles that are not new; `checked` is the newest generation searched, and
    `looked_at` when.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_place", "chat_id", "thread_id"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    at_once: Mapped[bool]
    seen: Mapped[list[str]] = mapped_column(JSON)
    checked: Mapped[str] = mapped_column(String(40))
    looked_at: Mapped[datetime] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc)
    told_at: Mapped[datetime | None] = mapped_column(Utc)


SUBSCRIPTION_LIMIT = 20  # per chat
SUBJECT_LIMIT = 100  # characters
QUIET_TIME = timedelta(days=365)  # without news, after which a subscription ends
_MAX_SEEN = 5_000  # article IDs to store, the latest


@dataclass(frozen=True, slots=True)
class Subscription:
    """Fields as in `SubscriptionRow`."""

    id: int
    person_id: int | None
    chat_id: int
    thread_id: int
    subject: str
    language: str
    at_once: bool
    known_ids: frozenset[str]

    @property
    def place(self) -> ConversationPlace:
        return ConversationPlace(self.chat_id, self.thread_id, self.person_id or 0)


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A subscription to store; `known_ids` are the IDs of existing articles on the subject."""

    person_id: int | None
    chat_id: int
    thread_id: int
    subject: str
    language: str
    at_once: bool
    known_ids: Collection[str]
    generation: str


def save_subscription(
    session: Session, new: NewSubscription, limit: int, now: datetime
) -> int | None:
    """Store a subscription, or update `at_once` of one to the same subject, and return its ID.

    Return None if the chat has `limit` subscriptions already.
    """
    others = subscriptions_in(session, new.chat_id)
    for other in others:
        is_same = fold_phrase(other.subject) == fold_phrase(new.subject)
        if other.thread_id == new.thread_id and is_same:
            set_at_once(session, other.id, at_once=new.at_once)
            return other.id
    if len(others) >= limit:
        return None
    if new.person_id is not None:
        people.note_person(session, new.person_id, now)
    row = SubscriptionRow(
        person_id=new.person_id,
        chat_id=new.chat_id,
        thread_id=new.thread_id,
        subject=new.subject,
        language=new.language,
        at_once=new.at_once,
        seen=sorted(new.known_ids),
        checked=new.generation,
        looked_at=now,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def subscriptions_in(session: Session, chat_id: int) -> list[Subscription]:
    """List a chat's subscriptions, all topics included, oldest first."""
    query = select(SubscriptionRow).where(SubscriptionRow.chat_id == chat_id)
    return [_subscription(row) for row in session.scalars(query.order_by(SubscriptionRow.id))]


def subscription(session: Session, subscription_id: int) -> Subscription | None:
    row = session.get(SubscriptionRow, subscription_id)
    return _subscription(row) if row is not None else None


def set_at_once(session: Session, subscription_id: int, *, at_once: bool) -> None:
    """Send articles as they appear, or once a day."""
    row = session.get(SubscriptionRow, subscription_id)
    if row is not None:
        row.at_once = at_once


def delete_subscription(session: Session, subscription_id: int) -> None:
    session.execute(delete(SubscriptionRow).where(SubscriptionRow.id == subscription_id))


def due_subscriptions(
    session: Session, generation: str, morning: datetime
) -> Sequence[Subscription]:
    """List the subscriptions on Telegram to check: immediate ones not checked in this generation,
    and daily ones last checked before `morning` (or, if the clock was set back, days after it)."""
    ahead = morning + timedelta(days=2)
    due = or_(
        and_(SubscriptionRow.at_once, SubscriptionRow.checked != generation),
        and_(~SubscriptionRow.at_once, SubscriptionRow.looked_at < morning),
        and_(~SubscriptionRow.at_once, SubscriptionRow.looked_at > ahead),
    )
    on_telegram = SubscriptionRow.chat_id < WEB_PEOPLE
    query = select(SubscriptionRow).where(due, on_telegram).order_by(SubscriptionRow.id).limit(100)
    return [_subscription(row) for row in session.scalars(query)]


def unchecked_elsewhere(session: Session, generation: str) -> Sequence[Subscription]:
    """List the subscriptions by e-mail or webhook not yet checked in this generation."""
    is_elsewhere = SubscriptionRow.chat_id >= WEB_PEOPLE
    query = select(SubscriptionRow).where(is_elsewhere, SubscriptionRow.checked != generation)
    rows = session.scalars(query.order_by(SubscriptionRow.id).limit(100))
    return [_subscription(row) for row in rows]


def mark_seen(
    session: Session,
    subscription_id: int,
    article_ids: Collection[str],
    generation: str,
    now: datetime,
) -> frozenset[str] | None:
    """Mark the articles as seen; return those seen before, None if the subscription is gone. At the
    first look all have been."""
    row = session.get(SubscriptionRow, subscription_id, with_for_update=True)
    if row is None:
        return None
    known_ids = frozenset(row.seen if row.checked else article_ids)
    row.seen = [
        *row.seen,
        *(article_id for article_id in article_ids if article_id not in row.seen),
    ][-_MAX_SEEN:]
    row.checked, row.looked_at = generation, now
    return known_ids


def record_news(session: Session, subscription_id: int, now: datetime) -> None:
    """Record that there was news, for which a subscription stays."""
    session.get_one(SubscriptionRow, subscription_id).told_at = now


def post_news(
    session: Session,
    subscription_id: int,
    article_ids: Collection[str],
    generation: str,
    letter: Letter | None,
    bot_id: int,
    now: datetime,
) -> Delivery | None:
    """Mark the articles as seen and queue the letter about new ones, if any, in one transaction, so
    that it is sent once. Return None if there is nothing to send."""
    known_ids = mark_seen(session, subscription_id, article_ids, generation, now)
    if known_ids is None or letter is None:
        return None
    record_news(session, subscription_id, now)
    return deliveries.open_delivery(session, bot_id, None, 1, letter, now)


def _subscription(row: SubscriptionRow) -> Subscription:
    return Subscription(
        row.id,
        row.person_id,
        row.chat_id,
        row.thread_id,
        row.subject,
        row.language,
        row.at_once,
        frozenset(row.seen),
    )


def _expiry_deletions(now: datetime, before: datetime) -> Iterator[Delete]:
    last_news = func.coalesce(SubscriptionRow.told_at, SubscriptionRow.created_at)
    yield delete(SubscriptionRow).where(last_news < now - QUIET_TIME)


register_table(PersonalTable(SubscriptionRow, _expiry_deletions, heading="alerts"))
