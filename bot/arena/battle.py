"""Battles: two answers to one question from the same passages, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.answer import LINE_END, Answer, Statement
from bot.answering.comparison import search_parts
from bot.arena.battle_records import BattleSide, NewBattle
from index.findings import Findings
from index.text.folding import fold_phrase

# Possibly not answered by the articles, limited to a period, in several parts; or none of these.
QuestionKind = Literal["doubtful", "dated", "several", "single"]
# Timeout, error, no answer found where there may be one, or the day's budget or the person's
# allowance is used up.
WriterFault = Literal["slow", "failed", "unknown", "budget", "allowance"]
# A question about the articles themselves, no answer in them, the same answer twice, or a fault.
NoBattleReason = Literal["about", "refused", "identical", "fault"]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ArenaAnswer:
    """A writer's answer, its duration, and its cost in millionths of a currency unit, if known."""

    writer: str
    answer: Answer
    seconds: float
    micros: int | None

    def text(self, unknown: str) -> str:
        """Render as plain text with citation markers, or `unknown` without statements."""
        texts = []
        for statement in compared_statements(self.answer):
            markers = "".join(f"[{number}]" for number in statement.citations)
            texts.append(f"{statement.text} {markers}".rstrip())
        return " ".join(texts) or unknown


@dataclass(frozen=True, slots=True)
class Battle:
    """Two answers, in display order. `question` has its context resolved."""

    question: str
    language: str
    kind: QuestionKind
    generation: str
    first: ArenaAnswer
    second: ArenaAnswer

    @property
    def doubtful(self) -> bool:
        return self.kind == "doubtful"

    @property
    def sides(self) -> tuple[ArenaAnswer, ArenaAnswer]:
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class NoBattle:
    """The reason for no battle, the only answer if there is one, and faults by writer."""

    why: NoBattleReason
    language: str
    answer: Answer | None = None
    faults: Mapping[str, WriterFault] = field(default_factory=dict)


def compared_statements(answer: Answer) -> tuple[Statement, ...]:
    """Return an answer's statements in a form that does not reveal the writer: each on one line, a
    quote preceded by the sentence it depends on."""
    citations = answer.citations if answer.verbatim else ()
    shown = {statement.text for statement in answer.statements}
    leads = {
        citation.quote: LINE_END.sub(" ", citation.lead.text)
        for citation in citations
        if citation.lead and citation.lead.text not in shown
    }
    return tuple(
        _on_one_line(statement, leads.get(statement.text, "")) for statement in answer.statements
    )


def new_battle(battle: Battle, unknown: str) -> NewBattle:
    """Convert a battle for storage; `unknown` is the text of an answer without statements."""
    first, second = (
        BattleSide(side.writer, side.text(unknown), side.seconds, side.micros)
        for side in battle.sides
    )
    return NewBattle(
        question=battle.question,
        language=battle.language,
        kind=battle.kind,
        generation=battle.generation,
        first=first,
        second=second,
    )


def kind_of(findings: Findings, answers: Sequence[Answer]) -> QuestionKind:
    if any(answer.outcome == "perhaps" for answer in answers):
        return "doubtful"
    if findings.period is not None:
        return "dated"
    return "several" if search_parts(findings.question) else "single"


def are_identical(one: Answer, other: Answer) -> bool:
    """True if both show the same words."""

    def words(answer: Answer) -> list[str]:
        texts = (fold_phrase(statement.text) for statement in compared_statements(answer))
        return [word for text in texts for word in _WORD.findall(text)]

    return words(one) == words(other)


def _on_one_line(statement: Statement, lead: str) -> Statement:
    before, highlight, after = (LINE_END.sub(" ", part) for part in statement.parts)
    before = f"{lead} {before}" if lead else before
    text = f"{before}{highlight}{after}"
    mark = (len(before), len(before) + len(highlight)) if highlight else None
    return replace(statement, text=text, highlight=mark)
