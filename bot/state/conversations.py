"""Questions and answers, by conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Label, delete, func, literal, select, update
from sqlalchemy.orm import Session

from bot.state import people
from bot.state.tables import ConversationRow, TurnRow, VoteRow
from index.text.folding import fold_phrase

TITLE_CHARACTERS = 200
LISTED_CONVERSATIONS = 100

_SEARCHED_TURNS = 500  # for the one that a message answered


@dataclass(frozen=True, slots=True)
class ConversationPlace:
    """A chat, its topic (0: none; negative: of a channel's direct messages), and a person."""

    chat_id: int
    thread_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A question and its answer, to be stored. `turn` and `sources` are plain JSON; `key` is the
    secret of an address on the web."""

    question: str
    turn: Mapping[str, Any]
    sources: Sequence[Any]
    answered: bool
    confidence: float
    generation: str
    question_message: int | None = None
    elapsed_ms: float | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A stored turn."""

    id: int
    place: ConversationPlace
    question: str
    turn: Mapping[str, Any]
    sources: Sequence[Any]
    generation: str
    question_message: int | None
    created_at: datetime
    answer_messages: tuple[int, ...] = field(default=())
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ConversationEntry:
    """A conversation in a person's list; `title` is the one they gave it, else what they asked
    first."""

    number: int
    title: str
    questions: int
    last_at: datetime


def add_turn(
    session: Session, place: ConversationPlace, new: NewTurn, now: datetime, lifetime: timedelta
) -> int:
    """Store a turn in the current conversation, or in a new one; return the turn's id."""
    if new.question_message is not None:
        earlier = turn_of_question(session, place.chat_id, new.question_message)
        if earlier is not None:
            return earlier.id
    people.note_person(session, place.person_id, now)
    conversation = _current_conversation(session, place, now, lifetime)
    if conversation is None:
        conversation = ConversationRow(started_at=now, last_at=now, ended=False, **asdict(place))
        session.add(conversation)
        session.flush()
    conversation.last_at = now
    row = TurnRow(
        conversation_id=conversation.id,
        chat_id=place.chat_id,
        answer_messages=[],
        created_at=now,
        **asdict(new),
    )
    session.add(row)
    session.flush()
    return row.id


def add_turn_unless_erased(
    session: Session,
    place: ConversationPlace,
    new: NewTurn,
    now: datetime,
    lifetime: timedelta,
    known_since: datetime | None,
) -> int | None:
    """Like `add_turn`; None if the person was erased while the answer was computed, that is, is no
    longer the one `known_since` then. Without that moment, nothing is checked."""
    if known_since is not None and people.was_erased(session, place.person_id, known_since):
        return None
    return add_turn(session, place, new, now, lifetime)


def replace_turn(session: Session, turn_id: int, new: NewTurn) -> None:
    """Replace the answer of an edited question, unless it was erased meanwhile; its messages and
    votes stay."""
    stays = {"question_message", "key"}
    values = {name: value for name, value in asdict(new).items() if name not in stays}
    session.execute(update(TurnRow).filter_by(id=turn_id).values(values))


def record_answer_messages(session: Session, turn_id: int, messages: Sequence[int]) -> None:
    session.execute(update(TurnRow).filter_by(id=turn_id).values(answer_messages=list(messages)))


def history(
    session: Session, place: ConversationPlace, now: datetime, lifetime: timedelta, limit: int
) -> list[TurnRecord]:
    """The last turns of the current conversation, oldest first; empty if it has expired."""
    conversation = _current_conversation(session, place, now, lifetime)
    if conversation is None:
        return []
    turns = select(TurnRow).where(TurnRow.conversation_id == conversation.id)
    rows = session.scalars(turns.order_by(TurnRow.id.desc()).limit(limit)).all()
    return [_record(session, row) for row in reversed(rows)]


def start_afresh(session: Session, place: ConversationPlace) -> None:
    session.execute(update(ConversationRow).filter_by(**asdict(place)).values(ended=True))


def list_conversations(
    session: Session, person_id: int, words: str = ""
) -> list[ConversationEntry]:
    """A person's conversations on the web, latest first; those with all `words` in their title or
    questions."""
    wanted = fold_phrase(words).split()
    # The database cannot fold: a search, and nothing else, reads all that was asked.
    asked: Label[str] = literal("").label("asked")
    if wanted:
        asked = func.aggregate_strings(TurnRow.question, " ").label("asked")
    turns = (
        select(
            TurnRow.conversation_id,
            func.count().label("questions"),
            func.min(TurnRow.id).label("first"),
            asked,
        )
        .join(ConversationRow, ConversationRow.id == TurnRow.conversation_id)
        .where(ConversationRow.person_id == person_id, ConversationRow.chat_id == person_id)
        .where(ConversationRow.thread_id != 0)  # where programs ask
        .group_by(TurnRow.conversation_id)
        .subquery()
    )
    rows = session.execute(
        select(
            ConversationRow.thread_id,
            func.coalesce(ConversationRow.title, TurnRow.question),
            turns.c.questions,
            ConversationRow.last_at,
            turns.c.asked,
        )
        .join(turns, turns.c.conversation_id == ConversationRow.id)
        .join(TurnRow, TurnRow.id == turns.c.first)
        .order_by(ConversationRow.last_at.desc(), ConversationRow.id.desc())
        .limit(None if wanted else LISTED_CONVERSATIONS)
    )
    entries = (
        ConversationEntry(number, title, questions, last_at)
        for number, title, questions, last_at, text in rows
        if not wanted or all(word in fold_phrase(f"{title} {text}") for word in wanted)
    )
    return list(islice(entries, LISTED_CONVERSATIONS))


def conversation_title(session: Session, place: ConversationPlace) -> str | None:
    """The title that a person gave the conversation, if any."""
    rows = select(ConversationRow).filter_by(**asdict(place)).order_by(ConversationRow.id.desc())
    row = session.scalars(rows.limit(1)).first()
    return row.title if row else None


def rename_conversation(session: Session, place: ConversationPlace, title: str) -> None:
    """Name a conversation; without a title, it goes by its first question again."""
    values = {"title": title[:TITLE_CHARACTERS] or None}
    session.execute(update(ConversationRow).filter_by(**asdict(place)).values(values))


def delete_conversation(session: Session, place: ConversationPlace) -> None:
    """Delete a conversation with its answers and their votes."""
    ids = select(ConversationRow.id).filter_by(**asdict(place))
    turns = select(TurnRow.id).where(TurnRow.conversation_id.in_(ids))
    session.execute(delete(VoteRow).where(VoteRow.turn_id.in_(turns)))
    session.execute(delete(TurnRow).where(TurnRow.conversation_id.in_(ids)))
    session.execute(delete(ConversationRow).filter_by(**asdict(place)))


def turn(session: Session, turn_id: int) -> TurnRecord | None:
    row = session.get(TurnRow, turn_id)
    return _record(session, row) if row else None


def turn_of_key(session: Session, key: str) -> TurnRecord | None:
    """The turn whose answer has this key on the web."""
    row = session.scalars(select(TurnRow).where(TurnRow.key == key)).first()
    return _record(session, row) if row else None


def turn_of_question(session: Session, chat_id: int, message_id: int) -> TurnRecord | None:
    """The turn that a person's message began."""
    turns = select(TurnRow).filter_by(chat_id=chat_id, question_message=message_id)
    row = session.scalars(turns.order_by(TurnRow.id.desc()).limit(1)).first()
    return _record(session, row) if row else None


def turn_of_answer(session: Session, chat_id: int, message_id: int) -> TurnRecord | None:
    """The turn that one of the bot's messages answered, among the chat's last ones."""
    messages = select(TurnRow.id, TurnRow.answer_messages).where(TurnRow.chat_id == chat_id)
    rows = session.execute(messages.order_by(TurnRow.id.desc()).limit(_SEARCHED_TURNS))
    turn_id = next((id for id, answer_messages in rows if message_id in answer_messages), None)
    return turn(session, turn_id) if turn_id is not None else None


def _current_conversation(
    session: Session, place: ConversationPlace, now: datetime, lifetime: timedelta
) -> ConversationRow | None:
    conversations = (
        select(ConversationRow)
        .filter_by(**asdict(place))
        .where(~ConversationRow.ended, ConversationRow.last_at >= now - lifetime)
    )
    return session.scalars(conversations.order_by(ConversationRow.id.desc()).limit(1)).first()


def _record(session: Session, row: TurnRow) -> TurnRecord:
    conversation = session.get_one(ConversationRow, row.conversation_id)
    return TurnRecord(
        id=row.id,
        place=ConversationPlace(
            conversation.chat_id, conversation.thread_id, conversation.person_id
        ),
        question=row.question,
        turn=row.turn,
        sources=row.sources,
        generation=row.generation,
        question_message=row.question_message,
        created_at=row.created_at,
        answer_messages=tuple(row.answer_messages),
        key=row.key,
    )
