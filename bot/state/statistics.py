"""Usage statistics for administrators, without people's identities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.state.tables import ConversationRow, TurnRow, VoteRow


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """A question; `elapsed_ms` is None for turns from before it was stored."""

    at: datetime
    answered: bool
    elapsed_ms: float | None


@dataclass(frozen=True, slots=True)
class Votes:
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class BadVote:
    """A vote against an answer, without who gave it; `key` is that of an answer on the web."""

    question: str
    key: str | None
    reason: str | None
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article, its title when it was last cited, and the number of answers that cite it."""

    id: str
    title: str
    answers: int


@dataclass(frozen=True, slots=True)
class InVain:
    """Data about a question that no article answered: the id of the nearest article (empty: none),
    and the question's vector, in base64, with its embedding model."""

    nearest: str
    model: str
    vector: str

    KEY: ClassVar = "in_vain"  # in the record of a turn


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A standalone question that no article answered. `asker` distinguishes people within one list
    only."""

    question: str
    asker: int
    at: datetime
    in_vain: InVain | None = None


# Alerts are stored as turns, too: without a question message, on the web without a time.
_ASKED = TurnRow.question_message.is_not(None) | (
    TurnRow.key.is_not(None) & TurnRow.elapsed_ms.is_not(None)
)


def questions(session: Session, since: datetime) -> Sequence[QuestionRecord]:
    rows = session.execute(
        select(TurnRow.created_at, TurnRow.answered, TurnRow.elapsed_ms)
        .where(TurnRow.created_at >= since, _ASKED)
        .order_by(TurnRow.created_at)
    )
    return [QuestionRecord(*row) for row in rows]


def votes(session: Session, since: datetime) -> Votes:
    rows = session.execute(
        select(VoteRow.good, func.count()).where(VoteRow.created_at >= since).group_by(VoteRow.good)
    )
    counts: dict[bool, int] = dict(rows.all())
    return Votes(counts.get(True, 0), counts.get(False, 0))


def bad_votes(session: Session, since: datetime, limit: int) -> Sequence[BadVote]:
    """The newest votes against answers."""
    rows = session.execute(
        select(TurnRow.question, TurnRow.key, VoteRow.reason, VoteRow.comment, VoteRow.created_at)
        .join(TurnRow, TurnRow.id == VoteRow.turn_id)
        .where(VoteRow.created_at >= since, ~VoteRow.good)
        .order_by(VoteRow.created_at.desc())
        .limit(limit)
    )
    return [BadVote(*row) for row in rows]


def most_cited(session: Session, since: datetime, limit: int) -> Sequence[CitedArticle]:
    """The articles that most answers cite, each counted once per answer."""
    turns = session.scalars(
        select(TurnRow.turn)
        .where(TurnRow.created_at >= since, _ASKED, TurnRow.answered)
        .order_by(TurnRow.created_at)
    )
    answers: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for turn in turns:
        titles_by_id = {source["article"]: source["title"] for source in turn.get("cited", ())}
        answers.update(titles_by_id.keys())
        titles |= titles_by_id
    return [CitedArticle(id, titles[id], count) for id, count in answers.most_common(limit)]


def newest_unanswered(
    session: Session, since: datetime, limit: int
) -> Sequence[UnansweredQuestion]:
    """The newest unanswered questions, oldest first."""
    rows = session.execute(
        select(TurnRow.question, TurnRow.turn, ConversationRow.person_id, TurnRow.created_at)
        .join(ConversationRow, ConversationRow.id == TurnRow.conversation_id)
        .where(TurnRow.created_at >= since, _ASKED, ~TurnRow.answered)
        .order_by(TurnRow.created_at.desc())
        .limit(limit)
    ).all()
    askers: dict[int, int] = {}
    return [
        UnansweredQuestion(
            turn.get("understood") or question,
            askers.setdefault(person, len(askers)),
            at,
            InVain(**turn[InVain.KEY]) if InVain.KEY in turn else None,
        )
        for question, turn, person, at in reversed(rows)
    ]
