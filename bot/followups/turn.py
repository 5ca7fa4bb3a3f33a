"""What was said so far, as plain data that a database can keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from bot.answer import Answer, Citation
from index.article import Period

REMEMBERED = 8  # turns of a conversation that may still be referred to


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence that an answer quoted: its article, and where its passage stands in it."""

    article: str
    title: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer.

    `question` is as it was asked, `understood` as it was searched. `answer` holds the
    statements, one a line, empty for a refusal, and `found` the words among them that answer.
    """

    question: str
    understood: str
    language: str
    when: datetime
    answer: str = ""
    found: str = ""
    cited: tuple[Cited, ...] = ()
    period: Period | None = None

    @classmethod
    def of(cls, answer: Answer, when: datetime) -> Turn:
        """What a later question may refer to in this answer."""
        highlights = [each.parts[1] for each in answer.statements if each.highlight]
        return cls(
            question=answer.question,
            understood=answer.understood or answer.question,
            language=answer.language,
            when=when,
            answer="\n".join(statement.text for statement in answer.statements),
            found=highlights[0] if highlights else "",
            cited=tuple(map(_cited, answer.citations)),
            period=answer.period,
        )


History = tuple[Turn, ...]
"""The turns of one conversation, oldest first."""


@dataclass(frozen=True, slots=True)
class TurnText:
    """A question and what was said before it; `replied` is the turn whose message it replies to.

    `quoted` asks for the articles' own sentences at once, whatever chat model there is.
    """

    question: str
    history: History = ()
    replied: Turn | None = None
    quoted: bool = False


def grown(history: History, turn: Turn) -> History:
    """The history with one turn more; the oldest are forgotten."""
    return (*history, turn)[-REMEMBERED:]


def turn_json(turn: Turn) -> dict[str, Any]:
    """A turn as a JSON object, for `turn_of`."""
    period = turn.period
    return asdict(turn) | {
        "when": turn.when.isoformat(),
        "cited": [asdict(cited) for cited in turn.cited],
        "period": [period.first.isoformat(), period.last.isoformat()] if period else None,
    }


def turn_of(written: Mapping[str, Any]) -> Turn:
    """A turn from what `turn_json` wrote, and perhaps others beside; ValueError, KeyError or
    TypeError where it did not."""
    period = written["period"]
    return Turn(
        **{
            **{each.name: written[each.name] for each in fields(Turn) if each.name in written},
            "when": datetime.fromisoformat(written["when"]),
            "cited": tuple(Cited(**each) for each in written["cited"]),
            "period": Period(*map(date.fromisoformat, period)) if period else None,
        }
    )


def _cited(citation: Citation) -> Cited:
    article, passage = citation.article, citation.passage
    return Cited(article.id, article.title, citation.quote, passage.start, passage.end)
