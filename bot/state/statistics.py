"""What was asked of late, for those who run the bot: nothing here tells who asked."""

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
    """That something was asked; `elapsed_ms` is None for turns of before it was kept."""

    at: datetime
    answered: bool
    elapsed_ms: float | None


@dataclass(frozen=True, slots=True)
class Votes:
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article, as it was called when it was last cited, and in how many answers it was."""

    id: str
    title: str
    answers: int


@dataclass(frozen=True, slots=True)
class InVain:
    """What is kept of a question that no article answered: the article that came nearest (empty:
    none), and the question's vector, in base64, as an embedding model made it."""

    nearest: str
    model: str
    vector: str

    KEY: ClassVar = "in_vain"
    """Where it stands in the record of a turn."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that no article answered, as it stood on its own. `asker` tells askers apart
    within one list, and means nothing outside it. `in_vain` is what was known of it then."""

    question: str
    asker: int
    at: datetime
    in_vain: InVain | None = None


# An alert that is told is a turn as well, but nobody has asked at that moment.
_ASKED = TurnRow.question_message.is_not(None)


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
    counted: dict[bool, int] = dict(rows.all())
    return Votes(counted.get(True, 0), counted.get(False, 0))


def most_cited(session: Session, since: datetime, limit: int) -> Sequence[CitedArticle]:
    """The articles of the most answers, each counted once an answer."""
    turns = session.scalars(
        select(TurnRow.turn)
        .where(TurnRow.created_at >= since, _ASKED, TurnRow.answered)
        .order_by(TurnRow.created_at)
    )
    answers: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for turn in turns:
        cited = {each["article"]: each["title"] for each in turn.get("cited", ())}
        answers.update(cited.keys())
        titles |= cited
    return [CitedArticle(id, titles[id], count) for id, count in answers.most_common(limit)]


def unanswered(session: Session, since: datetime, limit: int) -> Sequence[Unanswered]:
    """The newest of them, oldest first."""
    rows = session.execute(
        select(TurnRow.question, TurnRow.turn, ConversationRow.person_id, TurnRow.created_at)
        .join(ConversationRow, ConversationRow.id == TurnRow.conversation_id)
        .where(TurnRow.created_at >= since, _ASKED, ~TurnRow.answered)
        .order_by(TurnRow.created_at.desc())
        .limit(limit)
    ).all()
    askers: dict[int, int] = {}
    return [
        Unanswered(
            turn.get("understood") or question,
            askers.setdefault(who, len(askers)),
            at,
            InVain(**turn[InVain.KEY]) if InVain.KEY in turn else None,
        )
        for question, turn, who, at in reversed(rows)
    ]
