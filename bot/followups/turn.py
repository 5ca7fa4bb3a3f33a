"""The turns of a conversation, as plain data for the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from bot.answer import Answer, Citation
from bot.understanding.intents import INTENT_OF
from index.article import Period
from index.search.question_words import is_bare, restore_spelling

HISTORY_TURNS = 8  # turns that a question may refer to


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A quote of an answer, its article, and the offsets of its passage."""

    article: str
    title: str
    quote: str
    start: int
    end: int

    @classmethod
    def of(cls, citation: Citation) -> CitedSource:
        article, passage = citation.article, citation.passage
        return cls(article.id, article.title, citation.quote, passage.start, passage.end)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer.

    `question` is the original one, `understood` the one that was searched. `answer` holds the
    statements, one a line ("" for a refusal), `found` the highlighted words; `is_sure` is false if
    they only came near. `intent` is what the message was taken for, `subject` what a function of
    the archive was asked about.
    """

    question: str
    understood: str
    language: str
    when: datetime
    answer: str = ""
    found: str = ""
    cited: tuple[CitedSource, ...] = ()
    period: Period | None = None
    is_sure: bool = True
    intent: str = ""
    subject: str = ""

    @classmethod
    def of(cls, answer: Answer, when: datetime) -> Turn:
        highlights = (statement.parts[1] for statement in answer.statements if statement.highlight)
        return cls(
            question=answer.question,
            understood=_as_spelled(answer),
            language=answer.language,
            when=when,
            answer="\n".join(statement.text for statement in answer.statements),
            found=next(highlights, ""),
            cited=tuple(map(CitedSource.of, answer.citations)),
            period=answer.period,
            is_sure=answer.is_sure,
            intent=answer.intent,
            subject=answer.subject,
        )


def _as_spelled(answer: Answer) -> str:
    """The question that was answered, a bare one as the articles spell it: its names are found."""
    intent = INTENT_OF.get(answer.intent)
    is_act = intent is not None and intent.group == "act"  # « Question comprise : La source »
    understood = None if is_act else answer.understood
    question = understood or answer.plain_question or answer.question
    if not is_bare(question):
        return question
    citations = answer.citations
    texts = [f"{citation.article.title}\n{citation.passage.text}" for citation in citations]
    # Behind a sign, the first word has no capital of its own either: « date de… ».
    return restore_spelling(f"«{question}", answer.language, texts)[1:]


History = tuple[Turn, ...]
"""The turns of one conversation, oldest first."""


@dataclass(frozen=True, slots=True)
class TurnText:
    """A question and its history; `replied_turn` is the turn whose message it replies to.

    `is_extractive` asks for an extractive answer, without any chat model; `language` is the one to
    reply in where the message does not tell.
    """

    question: str
    history: History = ()
    replied_turn: Turn | None = None
    is_extractive: bool = False
    language: str = ""


def append_turn(history: History, turn: Turn) -> History:
    """Append a turn, and drop the oldest beyond `HISTORY_TURNS`."""
    return (*history, turn)[-HISTORY_TURNS:]


def dump_turn(turn: Turn) -> dict[str, Any]:
    """Dump a turn as a JSON object, for `parse_turn`."""
    period = turn.period
    return asdict(turn) | {
        "when": turn.when.isoformat(),
        "period": [period.first.isoformat(), period.last.isoformat()] if period else None,
    }


def parse_turn(record: Mapping[str, Any]) -> Turn:
    """Parse what `dump_turn` wrote, ignoring other keys.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    period = record["period"]
    return Turn(
        **{
            **{field.name: record[field.name] for field in fields(Turn) if field.name in record},
            "when": datetime.fromisoformat(record["when"]),
            "cited": tuple(CitedSource(**source) for source in record["cited"]),
            "period": Period(*map(date.fromisoformat, period)) if period else None,
        }
    )
