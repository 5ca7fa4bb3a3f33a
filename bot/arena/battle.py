"""A battle: two answers to one question from the same passages; or why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from bot.answer import LINE_END, Answer, Statement
from bot.answering.comparison import search_parts
from bot.arena.battle_records import BattleOrigin, BattleSide, NewBattle
from bot.arena.rating import StyleCounts
from index.findings import Findings
from index.text.folding import fold_phrase

# The articles may not answer it, it is held to a time, it has several parts; or none of these.
QuestionKind = Literal["doubtful", "dated", "several", "single"]
# It took too long, nothing came, nothing of it was borne out by the passages, it found no answer
# where there may be one; or it was not to be asked any more today.
WriterFault = Literal["slow", "failed", "unsupported", "unknown", "budget", "allowance"]
# Faults that tell nothing of the writer.
BLAMELESS: frozenset[WriterFault] = frozenset({"unknown", "budget", "allowance"})
# The question is about the articles themselves, they do not answer it, both writers say the same,
# or one of them failed.
NoBattleReason = Literal["about", "refused", "identical", "fault"]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class ArenaAnswer:
    """What one writer made of the passages, the seconds it took, and what it cost in millionths of
    a currency unit, where that is known."""

    writer: str
    answer: Answer
    seconds: float
    micros: int | None

    @property
    def style(self) -> StyleCounts:
        """Counts of what is shown: words, citations, words in bold."""
        statements = compared_statements(self.answer)
        return StyleCounts(
            sum(len(each.text.split()) for each in statements),
            sum(len(each.citations) for each in statements),
            sum(len(each.parts[1].split()) for each in statements),
        )

    def text(self, unknown: str) -> str:
        """As it is shown, without styles; `unknown` is said where it found no answer."""
        return " ".join(marked(each) for each in compared_statements(self.answer)) or unknown


@dataclass(frozen=True, slots=True)
class Battle:
    """Two answers, `first` being shown first. `question` is as it was understood."""

    question: str
    language: str
    kind: QuestionKind
    generation: str
    first: ArenaAnswer
    second: ArenaAnswer

    @property
    def doubtful(self) -> bool:
        """Whether what both say may not answer the question."""
        return self.kind == "doubtful"

    @property
    def sides(self) -> tuple[ArenaAnswer, ArenaAnswer]:
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class NoBattle:
    """Why nothing is compared, and the answer that there is all the same.

    `faults` are those of writers, by name.
    """

    why: NoBattleReason
    language: str
    answer: Answer | None = None
    kind: QuestionKind = "single"
    generation: str = ""
    faults: Mapping[str, WriterFault] = field(default_factory=dict)


def compared_statements(answer: Answer) -> tuple[Statement, ...]:
    """What an answer says, set alike whoever wrote it: each statement on one line, a quote behind
    the sentence that it leans on."""
    cited = answer.citations if answer.verbatim else ()
    leads = {each.quote: LINE_END.sub(" ", each.lead.text) for each in cited if each.lead}
    return tuple(_flowing(each, leads.get(each.text, "")) for each in answer.statements)


def marked(statement: Statement) -> str:
    """A statement with the numbers of what it cites."""
    numbers = "".join(f"[{number}]" for number in statement.citations)
    return f"{statement.text} {numbers}".rstrip()


def new_battle(battle: Battle, origin: BattleOrigin, unknown: str) -> NewBattle:
    """The record of a battle; `unknown` is the text of an answer that found none."""
    first, second = (
        BattleSide(each.writer, each.text(unknown), asdict(each.style), each.seconds, each.micros)
        for each in battle.sides
    )
    return NewBattle(
        question=battle.question,
        language=battle.language,
        kind=battle.kind,
        origin=origin,
        generation=battle.generation,
        first=first,
        second=second,
    )


def faulty_battle(
    fought: NoBattle, pair: tuple[str, str], origin: BattleOrigin
) -> NewBattle | None:
    """Who of a pair failed, to be kept without a word of the question; nothing where both did, or
    one was not to be asked."""
    blamed = [name for name, fault in fought.faults.items() if fault not in BLAMELESS]
    if len(fought.faults) != 1 or not blamed:
        return None
    return NewBattle(
        question="",
        language=fought.language,
        kind=fought.kind,
        origin=origin,
        generation=fought.generation,
        first=BattleSide(pair[0]),
        second=BattleSide(pair[1]),
        fault="first" if blamed[0] == pair[0] else "second",
    )


def kind_of(findings: Findings, answers: Sequence[Answer]) -> QuestionKind:
    if any(each.doubtful for each in answers):
        return "doubtful"
    if findings.period is not None:
        return "dated"
    return "several" if search_parts(findings.question) else "single"


def say_the_same(one: Answer, other: Answer) -> bool:
    """Whether a reader would be shown the same words twice."""

    def said(answer: Answer) -> list[str]:
        texts = (fold_phrase(each.text) for each in compared_statements(answer))
        return [word for text in texts for word in _WORD.findall(text)]

    return said(one) == said(other)


def _flowing(statement: Statement, lead: str) -> Statement:
    before, highlight, after = (LINE_END.sub(" ", each) for each in statement.parts)
    before = f"{lead} {before}" if lead else before
    text = f"{before}{highlight}{after}"
    mark = (len(before), len(before) + len(highlight)) if highlight else None
    return replace(statement, text=text, highlight=mark)
