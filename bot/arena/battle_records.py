"""Battles of the arena and the votes on them."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from bot.state.tables import NEVER_REUSED, Base, IdType, PersonRow, Utc


class BattleRow(Base):
    """Two answers of two writers to one question, `first` having been shown first.

    `shown` are the messages that show both, as HTML; `style_first` and `style_second` are counts of
    their words, citations and words in bold, `micros_first` and `micros_second` millionths of a
    currency unit. Where `fault` is set (`first`, `second`) that writer failed, nothing was shown,
    and no question is kept. Who asked, where, and all texts go with time, or with the person; what
    is counted stays.
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
    style_first: Mapped[dict[str, Any]] = mapped_column(JSON)
    style_second: Mapped[dict[str, Any]] = mapped_column(JSON)
    seconds_first: Mapped[float | None] = mapped_column(Double)
    seconds_second: Mapped[float | None] = mapped_column(Double)
    micros_first: Mapped[int | None] = mapped_column(BigInteger)
    micros_second: Mapped[int | None] = mapped_column(BigInteger)
    fault: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(Utc)


class BattleVoteRow(Base):
    """What somebody, or a `judge` that is no person, thinks of a battle: `first`, `second`, `good`,
    `bad`, or `withdrawn`. All votes of one person have the same `voter`, drawn for them, which
    stays when the person goes and leads back to nobody."""

    __tablename__ = "battle_votes"
    __table_args__ = (UniqueConstraint("battle_id", "person_id"),)

    id: Mapped[int] = mapped_column(IdType, primary_key=True)
    battle_id: Mapped[int] = mapped_column(ForeignKey("battles.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    judge: Mapped[str | None] = mapped_column(String(200))
    voter: Mapped[str] = mapped_column(String(32))
    choice: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Utc)


# Which answer somebody prefers; or both are good, or both bad.
BattleChoice = Literal["first", "second", "good", "bad"]
BATTLE_CHOICES: tuple[BattleChoice, ...] = get_args(BattleChoice)

# Asked in a chat, by whoever runs Selon in the terminal, or for a model that judges.
BattleOrigin = Literal["chat", "terminal", "judge"]
FaultySide = Literal["first", "second"]

WITHDRAWN = "withdrawn"  # what a vote that was taken back says: who saw the names votes no more
_AT_THE_KEYBOARD, _JUDGE = "terminal", "judge"

TAKING_BACK = timedelta(minutes=1)  # how long a vote can be taken back


@dataclass(frozen=True, slots=True)
class BattleSide:
    """One answer: who wrote it, its text as it was shown, counts of its style, what it took.

    `micros` are millionths of a currency unit, None where the price is not known.
    """

    writer: str
    text: str | None = None
    style: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None
    micros: int | None = None


@dataclass(frozen=True, slots=True)
class NewBattle:
    """A battle before it is kept; without a place it is of the terminal."""

    question: str
    language: str
    kind: str
    origin: BattleOrigin
    generation: str
    first: BattleSide
    second: BattleSide
    shown: Sequence[str] = ()
    person_id: int | None = None
    chat_id: int | None = None
    question_message: int | None = None
    fault: FaultySide | None = None


@dataclass(frozen=True, slots=True)
class BattleRecord:
    """A battle as it is kept; what is of the person is gone after a time."""

    id: int
    chat_id: int | None
    question: str | None
    language: str
    kind: str
    origin: str
    first: BattleSide
    second: BattleSide
    shown: tuple[str, ...]
    fault: str | None
    created_at: datetime

    @property
    def pair(self) -> frozenset[str]:
        return frozenset((self.first.writer, self.second.writer))


@dataclass(frozen=True, slots=True)
class BattleVoteRecord:
    """A vote that counts, with its battle. `voter` is the same for all votes of one person, and
    another for each of a `judge`, who is none."""

    battle: BattleRecord
    choice: BattleChoice
    judge: str | None
    voter: str
    created_at: datetime


_WORDS = (BattleRow.question, BattleRow.shown, BattleRow.text_first, BattleRow.text_second)


@dataclass(frozen=True, slots=True)
class PairTally:
    """How many votes said the same of two writers in this order."""

    first: str
    second: str
    choice: BattleChoice
    votes: int


# Counted now; given before (what was said first stays); no vote, since the person has compared the
# same writers on the same question elsewhere; there is no such battle here any more.
VoteOutcome = Literal["counted", "again", "met", "gone"]


def keep_battle(session: Session, new: NewBattle, now: datetime) -> int:
    """Its number."""
    if new.person_id is not None:
        people.note_person(session, new.person_id, now)
    is_valid = new.fault is None
    row = BattleRow(
        person_id=new.person_id if is_valid else None,
        chat_id=new.chat_id if is_valid else None,
        question_message=new.question_message if is_valid else None,
        question=new.question if is_valid else None,
        question_key=question_key(new.question) if is_valid else None,
        language=new.language,
        kind=new.kind,
        origin=new.origin,
        generation=new.generation,
        shown=list(new.shown) if is_valid else None,
        fault=new.fault,
        created_at=now,
    )
    for name, side in (("first", new.first), ("second", new.second)):
        setattr(row, name, side.writer)
        setattr(row, f"text_{name}", side.text if is_valid else None)
        setattr(row, f"style_{name}", dict(side.style))
        setattr(row, f"seconds_{name}", side.seconds)
        setattr(row, f"micros_{name}", side.micros)
    session.add(row)
    session.flush()
    return row.id


def find_battle(session: Session, battle_id: int) -> BattleRecord | None:
    row = session.get(BattleRow, battle_id)
    return _battle(row) if row is not None else None


def battle_of_question(session: Session, chat_id: int, message_id: int) -> BattleRecord | None:
    """The one that a message led to, if it did."""
    query = select(BattleRow).where(
        BattleRow.chat_id == chat_id, BattleRow.question_message == message_id
    )
    row = session.scalars(query).first()
    return _battle(row) if row is not None else None


def cast_battle_vote(
    session: Session, battle_id: int, person_id: int, choice: BattleChoice, now: datetime
) -> VoteOutcome:
    """Keep what somebody prefers, once a battle, and once a pair of writers on one question."""
    battle = session.get(BattleRow, battle_id)
    if battle is None or battle.question is None:
        return "gone"
    if _vote(session, battle_id, person_id) is not None:
        return "again"
    if _pair(battle) in _voted_pairs(session, person_id, battle.question_key):
        return "met"
    people.note_person(session, person_id, now)
    session.add(
        BattleVoteRow(
            battle_id=battle_id,
            person_id=person_id,
            voter=_voter_of(session, person_id),
            choice=choice,
            created_at=now,
        )
    )
    session.flush()
    return "counted"


def keep_judgment(
    session: Session, battle_id: int, judge: str | None, choice: BattleChoice, now: datetime
) -> None:
    """Keep what a model, or (None) whoever runs Selon in the terminal, thinks of a battle."""
    session.add(
        BattleVoteRow(
            battle_id=battle_id,
            judge=judge,
            voter=_AT_THE_KEYBOARD if judge is None else _JUDGE,
            choice=choice,
            created_at=now,
        )
    )


def take_back_battle_vote(session: Session, battle_id: int, person_id: int, now: datetime) -> bool:
    """Whether a vote is taken back, now or before; one that is too old is not."""
    row = _vote(session, battle_id, person_id)
    if row is None or (row.choice != WITHDRAWN and now - row.created_at > TAKING_BACK):
        return False
    row.choice = WITHDRAWN
    return True


def pairs_of_person(session: Session, person_id: int, question: str) -> Collection[frozenset[str]]:
    """The writers that somebody was shown, or voted on, for the same question before."""
    key = question_key(question)
    query = select(BattleRow).where(BattleRow.person_id == person_id, BattleRow.question_key == key)
    mine = {_pair(row) for row in session.scalars(query)}
    return mine | _voted_pairs(session, person_id, key)


def pairs_of_terminal(
    session: Session, question: str, origin: BattleOrigin
) -> Collection[frozenset[str]]:
    """The writers that met there on the same question before."""
    met = select(BattleRow).where(
        BattleRow.question_key == question_key(question), BattleRow.origin == origin
    )
    return {_pair(row) for row in session.scalars(met)}


def load_votes(session: Session, *, texts: bool = False) -> list[BattleVoteRecord]:
    """All votes that were not taken back, oldest first; with the words of their battles if wanted,
    for those are many."""
    chosen = (
        select(BattleVoteRow, BattleRow)
        .join(BattleRow, BattleRow.id == BattleVoteRow.battle_id)
        .where(BattleVoteRow.choice.in_(BATTLE_CHOICES))
        .order_by(BattleVoteRow.id)
        .options(*([] if texts else map(defer, _WORDS)))
    )
    return [
        BattleVoteRecord(
            _battle(battle, texts=texts),
            _choice(vote.choice),
            vote.judge,
            vote.voter if vote.judge is None else f"{_JUDGE} {vote.id}",
            vote.created_at,
        )
        for vote, battle in session.execute(chosen)
    ]


def pair_tallies(session: Session) -> list[PairTally]:
    """All votes that were not taken back, counted by writers and by what they say."""
    columns = (BattleRow.first, BattleRow.second, BattleVoteRow.choice)
    counted = (
        select(*columns, func.count())
        .join(BattleVoteRow, BattleVoteRow.battle_id == BattleRow.id)
        .where(BattleVoteRow.choice.in_(BATTLE_CHOICES))
        .group_by(*columns)
    )
    return [
        PairTally(first, second, _choice(choice), votes)
        for first, second, choice, votes in session.execute(counted)
    ]


def load_faults(session: Session) -> list[BattleRecord]:
    """Those in which one writer failed, oldest first."""
    failed = select(BattleRow).where(BattleRow.fault.is_not(None)).order_by(BattleRow.id)
    return [_battle(row) for row in session.scalars(failed)]


def takes_part(session: Session, person_id: int) -> bool:
    """Whether somebody's ordinary questions may become battles; not until they say so."""
    row = session.get(PersonRow, person_id)
    return row is not None and bool(row.arena)


def choose_taking_part(session: Session, person_id: int, now: datetime, *, wanted: bool) -> None:
    people.note_person(session, person_id, now)
    session.get_one(PersonRow, person_id).arena = wanted


def question_key(question: str) -> str:
    """The same for questions that differ in capitals, spaces, apostrophes or marks at the end."""
    folded = unicodedata.normalize("NFKC", question).casefold().replace("’", "'")
    return hashlib.sha256(" ".join(folded.split()).rstrip(" ?!.…").encode()).hexdigest()


def _voted_pairs(session: Session, person_id: int, key: str | None) -> set[frozenset[str]]:
    voted = (
        select(BattleRow)
        .join(BattleVoteRow, BattleVoteRow.battle_id == BattleRow.id)
        .where(BattleVoteRow.person_id == person_id, BattleRow.question_key == key)
    )
    return {_pair(row) for row in session.scalars(voted)}


def _voter_of(session: Session, person_id: int) -> str:
    """The one drawn for a person, as long as a vote of theirs is known to be."""
    known = select(BattleVoteRow.voter).where(BattleVoteRow.person_id == person_id)
    return session.scalars(known).first() or secrets.token_hex(16)


def _choice(name: str) -> BattleChoice:
    return next(each for each in BATTLE_CHOICES if each == name)


def _vote(session: Session, battle_id: int, person_id: int) -> BattleVoteRow | None:
    query = select(BattleVoteRow).where(
        BattleVoteRow.battle_id == battle_id, BattleVoteRow.person_id == person_id
    )
    return session.scalars(query).first()


def _pair(row: BattleRow) -> frozenset[str]:
    return frozenset((row.first, row.second))


def _battle(row: BattleRow, *, texts: bool = True) -> BattleRecord:
    text_first, text_second = (row.text_first, row.text_second) if texts else (None, None)
    first = BattleSide(row.first, text_first, row.style_first, row.seconds_first, row.micros_first)
    second = BattleSide(
        row.second, text_second, row.style_second, row.seconds_second, row.micros_second
    )
    return BattleRecord(
        row.id,
        row.chat_id,
        row.question if texts else None,
        row.language,
        row.kind,
        row.origin,
        first,
        second,
        tuple(row.shown or ()) if texts else (),
        row.fault,
        row.created_at,
    )


# What is erased of a battle in the end; who wrote, and which side was preferred, stays.
_FORGOTTEN: Mapping[str, Any] = dict.fromkeys(
    (
        "person_id",
        "chat_id",
        "question_message",
        "question",
        "question_key",
        "shown",
        "text_first",
        "text_second",
    )
)


def _forget_person(person_id: int) -> Update:
    """Others voted on the battle too: it stays counted, without its texts."""
    return update(BattleRow).where(BattleRow.person_id == person_id).values(**_FORGOTTEN)


def _expired_votes(now: datetime, before: datetime) -> Iterator[Delete | Update]:
    """Votes are kept without the person; those that were taken back are removed."""
    old = BattleVoteRow.created_at < before
    yield delete(BattleVoteRow).where(old, BattleVoteRow.choice == WITHDRAWN)
    yield (
        update(BattleVoteRow)
        .where(old, BattleVoteRow.person_id.is_not(None))
        .values(person_id=None)
    )


def _expired_battles(now: datetime, before: datetime) -> Iterator[Delete | Update]:
    """Battles are kept without the texts; those that nobody voted on are removed."""
    old = BattleRow.created_at < before
    yield delete(BattleRow).where(
        old, BattleRow.fault.is_(None), BattleRow.id.not_in(select(BattleVoteRow.battle_id))
    )
    yield update(BattleRow).where(old, BattleRow.question_key.is_not(None)).values(**_FORGOTTEN)


register_table(PersonalTable(BattleVoteRow, _expired_votes, counted="votes", moves=False))
register_table(PersonalTable(BattleRow, _expired_battles, _forget_person))
