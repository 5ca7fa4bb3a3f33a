"""Battles of the arena and the votes on them."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import (
    JSON,
    BigInteger,
    Delete,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Update,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from bot.state import people
from bot.state.personal import PersonalTable, register_table
from bot.state.tables import NEVER_REUSED, Base, IdType, Utc


class BattleRow(Base):
    """Two writers' answers to one question, in display order.

    `shown` are the messages with both, as HTML; `micros_*` millionths of a currency unit. Person,
    place and texts are erased after a time or with the person; the rest stays.
    """

    __tablename__ = "battles"
    __table_args__ = (
        Index("ix_battles_question_message", "chat_id", "question_message"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    question_message: Mapped[int | None] = mapped_column(BigInteger)
    question: Mapped[str | None] = mapped_column(Text)
    question_key: Mapped[str | None] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    generation: Mapped[str] = mapped_column(String(40))
    first: Mapped[str] = mapped_column(String(400))
    second: Mapped[str] = mapped_column(String(400))
    shown: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    text_first: Mapped[str | None] = mapped_column(Text)
    text_second: Mapped[str | None] = mapped_column(Text)
    seconds_first: Mapped[float | None] = mapped_column(Double)
    seconds_second: Mapped[float | None] = mapped_column(Double)
    micros_first: Mapped[int | None] = mapped_column(BigInteger)
    micros_second: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Utc)


class BattleVoteRow(Base):
    """A vote: `first`, `second`, `good`, `bad`, or `withdrawn`. `voter` is a random pseudonym, the
    same for all votes of a person and kept when the person is erased."""

    __tablename__ = "battle_votes"
    __table_args__ = (UniqueConstraint("battle_id", "person_id"),)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    battle_id: Mapped[int] = mapped_column(ForeignKey("battles.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    voter: Mapped[str] = mapped_column(String(32))
    choice: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Utc)


# The better answer, or both are good or bad.
BattleChoice = Literal["first", "second", "good", "bad"]
BATTLE_CHOICES: tuple[BattleChoice, ...] = get_args(BattleChoice)

WITHDRAWN = "withdrawn"  # such votes stay, since their voters have seen the writers' names

WITHDRAWAL_TIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class BattleSide:
    """One answer: its writer, displayed text, duration, and cost in millionths of a currency unit,
    if known."""

    writer: str
    text: str | None = None
    seconds: float | None = None
    micros: int | None = None


@dataclass(frozen=True, slots=True)
class NewBattle:
    """A battle to store."""

    question: str
    language: str
    kind: str
    generation: str
    first: BattleSide
    second: BattleSide
    messages: Sequence[str] = ()
    person_id: int | None = None
    chat_id: int | None = None
    question_message: int | None = None


@dataclass(frozen=True, slots=True)
class BattleRecord:
    """A stored battle; its personal data are erased after a time."""

    id: int
    chat_id: int | None
    question: str | None
    language: str
    kind: str
    first: BattleSide
    second: BattleSide
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BattleVoteRecord:
    """A valid vote with its battle; `voter` is the same for all votes of a person."""

    battle: BattleRecord
    choice: BattleChoice
    voter: str
    created_at: datetime


_WORDS = (BattleRow.question, BattleRow.shown, BattleRow.text_first, BattleRow.text_second)


@dataclass(frozen=True, slots=True)
class PairTally:
    """The number of votes with one choice between two writers in this order."""

    first: str
    second: str
    choice: BattleChoice
    votes: int


# Counted; voted before (the first vote stays); not counted, since the person has compared the same
# writers on the same question elsewhere; the battle is erased.
VoteOutcome = Literal["counted", "again", "met", "gone"]


def save_battle(session: Session, new: NewBattle, now: datetime) -> int:
    """Store a battle and return its ID."""
    if new.person_id is not None:
        people.note_person(session, new.person_id, now)
    row = BattleRow(
        person_id=new.person_id,
        chat_id=new.chat_id,
        question_message=new.question_message,
        question=new.question,
        question_key=question_key(new.question),
        language=new.language,
        kind=new.kind,
        origin="chat",
        generation=new.generation,
        shown=list(new.messages),
        created_at=now,
    )
    for name, side in (("first", new.first), ("second", new.second)):
        setattr(row, name, side.writer)
        setattr(row, f"text_{name}", side.text)
        setattr(row, f"seconds_{name}", side.seconds)
        setattr(row, f"micros_{name}", side.micros)
    session.add(row)
    session.flush()
    return row.id


def find_battle(session: Session, battle_id: int) -> BattleRecord | None:
    row = session.get(BattleRow, battle_id)
    return _battle(row) if row is not None else None


def battle_of_question(session: Session, chat_id: int, message_id: int) -> BattleRecord | None:
    """Find the battle on the question in a message."""
    query = select(BattleRow).where(
        BattleRow.chat_id == chat_id, BattleRow.question_message == message_id
    )
    row = session.scalars(query).first()
    return _battle(row) if row is not None else None


def cast_battle_vote(
    session: Session, battle_id: int, person_id: int, choice: BattleChoice, now: datetime
) -> VoteOutcome:
    """Store a person's vote: one per battle, and one per pair of writers on the same question."""
    battle = session.get(BattleRow, battle_id)
    if battle is None or battle.question is None:
        return "gone"
    if _vote(session, battle_id, person_id) is not None:
        return "again"
    if _pair(battle) in _voted_pairs(session, person_id, battle.question_key):
        return "met"
    people.note_person(session, person_id, now)
    # One pseudonym per person, as long as the database has a vote of theirs.
    votes = select(BattleVoteRow.voter).where(BattleVoteRow.person_id == person_id)
    voter = session.scalars(votes).first() or secrets.token_hex(16)
    vote = {"battle_id": battle_id, "voter": voter, "choice": choice, "created_at": now}
    session.add(BattleVoteRow(person_id=person_id, **vote))
    session.flush()
    return "counted"


def withdraw_vote(session: Session, battle_id: int, person_id: int, now: datetime) -> bool:
    """Withdraw a vote; return False if there is none or it is too old. Idempotent."""
    row = _vote(session, battle_id, person_id)
    if row is None or (row.choice != WITHDRAWN and now - row.created_at > WITHDRAWAL_TIME):
        return False
    row.choice = WITHDRAWN
    return True


def pairs_of_person(session: Session, person_id: int, question: str) -> Collection[frozenset[str]]:
    """Return the pairs of writers that a person has seen or voted on for the same question."""
    key = question_key(question)
    query = select(BattleRow).where(BattleRow.person_id == person_id, BattleRow.question_key == key)
    own = {_pair(row) for row in session.scalars(query)}
    return own | _voted_pairs(session, person_id, key)


def load_votes(session: Session) -> list[BattleVoteRecord]:
    """Load all votes that are not withdrawn, oldest first, without texts."""
    query = (
        select(BattleVoteRow, BattleRow)
        .join(BattleRow, BattleRow.id == BattleVoteRow.battle_id)
        .where(BattleVoteRow.choice.in_(BATTLE_CHOICES))
        .order_by(BattleVoteRow.id)
        .options(*map(defer, _WORDS))
    )
    return [
        BattleVoteRecord(
            _battle(battle, texts=False), _choice(vote.choice), vote.voter, vote.created_at
        )
        for vote, battle in session.execute(query)
    ]


def count_votes(session: Session) -> tuple[int, int | None]:
    """Return what changes with the results of `load_votes`: the number of votes, and the last one's
    ID."""
    counted = BattleVoteRow.choice.in_(BATTLE_CHOICES)
    count, last = session.execute(
        select(func.count(), func.max(BattleVoteRow.id)).where(counted)
    ).one()
    return count, last


def pair_tallies(session: Session) -> list[PairTally]:
    """Count the votes that are not withdrawn, by pair of writers and choice."""
    columns = (BattleRow.first, BattleRow.second, BattleVoteRow.choice)
    query = (
        select(*columns, func.count())
        .join(BattleVoteRow, BattleVoteRow.battle_id == BattleRow.id)
        .where(BattleVoteRow.choice.in_(BATTLE_CHOICES))
        .group_by(*columns)
    )
    return [
        PairTally(first, second, _choice(choice), votes)
        for first, second, choice, votes in session.execute(query)
    ]


def question_key(question: str) -> str:
    """Hash a question, ignoring case, spacing, apostrophe style and final punctuation."""
    normal = unicodedata.normalize("NFKC", question).casefold().replace("’", "'")
    return hashlib.sha256(" ".join(normal.split()).rstrip(" ?!.…").encode()).hexdigest()


def _voted_pairs(session: Session, person_id: int, key: str | None) -> set[frozenset[str]]:
    query = (
        select(BattleRow)
        .join(BattleVoteRow, BattleVoteRow.battle_id == BattleRow.id)
        .where(BattleVoteRow.person_id == person_id, BattleRow.question_key == key)
    )
    return {_pair(row) for row in session.scalars(query)}


def _choice(name: str) -> BattleChoice:
    return next(choice for choice in BATTLE_CHOICES if choice == name)


def _vote(session: Session, battle_id: int, person_id: int) -> BattleVoteRow | None:
    query = select(BattleVoteRow).where(
        BattleVoteRow.battle_id == battle_id, BattleVoteRow.person_id == person_id
    )
    return session.scalars(query).first()


def _pair(row: BattleRow) -> frozenset[str]:
    return frozenset((row.first, row.second))


def _battle(row: BattleRow, *, texts: bool = True) -> BattleRecord:
    first, second = (
        BattleSide(
            getattr(row, name),
            getattr(row, f"text_{name}") if texts else None,
            getattr(row, f"seconds_{name}"),
            getattr(row, f"micros_{name}"),
        )
        for name in ("first", "second")
    )
    return BattleRecord(
        row.id,
        row.chat_id,
        row.question if texts else None,
        row.language,
        row.kind,
        first,
        second,
        tuple(row.shown or ()) if texts else (),
    )


_PERSONAL_FIELDS = "person_id chat_id question_message question question_key shown"
_ERASURE: Mapping[str, Any] = dict.fromkeys(f"{_PERSONAL_FIELDS} text_first text_second".split())


def _erase_person(person_id: int) -> Update:
    """Keep the battle without its texts: others may have voted on it."""
    return update(BattleRow).where(BattleRow.person_id == person_id).values(**_ERASURE)


def _expired_votes(now: datetime, before: datetime) -> Iterator[Delete | Update]:
    """Anonymize old votes, and delete withdrawn ones."""
    old = BattleVoteRow.created_at < before
    yield delete(BattleVoteRow).where(old, BattleVoteRow.choice == WITHDRAWN)
    yield (
        update(BattleVoteRow)
        .where(old, BattleVoteRow.person_id.is_not(None))
        .values(person_id=None)
    )


def _expired_battles(now: datetime, before: datetime) -> Iterator[Delete | Update]:
    """Erase the texts of old battles, and delete those without votes."""
    old = BattleRow.created_at < before
    yield delete(BattleRow).where(old, BattleRow.id.not_in(select(BattleVoteRow.battle_id)))
    yield update(BattleRow).where(old, BattleRow.question_key.is_not(None)).values(**_ERASURE)


register_table(PersonalTable(BattleVoteRow, _expired_votes, heading="votes", moves=False))
register_table(PersonalTable(BattleRow, _expired_battles, _erase_person))
