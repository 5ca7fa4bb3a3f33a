"""The arena: one search, two writers over what it found, both whole before either is shown."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answer import Answer
from bot.answering.base import FindingsReader
from bot.answering.chain import RetrievalQA
from bot.answering.time_range import parse_timing
from bot.arena.battle import ArenaAnswer, Battle, NoBattle, WriterFault, kind_of, say_the_same
from bot.errors import SelonError
from bot.followups.candidates import Interpretation
from bot.followups.turn import TurnText
from bot.llm.model_answerer import CountedAnswer
from bot.operations.logs import PublicText
from index.errors import IndexingError
from index.findings import Findings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Contender:
    """A writer: its name, what reads the passages for it, and how it writes from them."""

    name: str
    reader: FindingsReader | None
    write: Callable[[Findings], Awaitable[CountedAnswer]]


@dataclass(frozen=True, slots=True)
class _Failure:
    writer: str
    fault: WriterFault


class Arena:
    """Safe to be asked several questions at once.

    `understand` tells what a question means in its conversation, `retrieval` finds passages and
    leaves them unread; `seconds` are what each writer may take.
    """

    def __init__(
        self,
        contenders: Sequence[Contender],
        understand: Callable[[TurnText], Awaitable[Interpretation]],
        retrieval: RetrievalQA,
        generation: Callable[[], str],
        seconds: float,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._contenders = {each.name: each for each in contenders}
        self.understood = understand
        self._retrieval = retrieval
        self._generation = generation
        self._seconds = seconds
        self.close = close

    @property
    def writers(self) -> tuple[str, ...]:
        return tuple(self._contenders)

    async def fight(self, question: str, first: str, second: str) -> Battle | NoBattle:
        """The battle of two writers by name. Raises IndexingError where nothing can be searched."""
        generation = await asyncio.to_thread(self._generation)
        findings = await self._retrieval.find(question)
        if isinstance(findings, Answer):
            return NoBattle("about", findings.language, findings)
        latest = parse_timing(question, date.today()).latest
        pair = (self._contenders[first], self._contenders[second])
        sides = await asyncio.gather(*(self._side(each, findings, latest) for each in pair))
        whole = [side for side in sides if isinstance(side, ArenaAnswer)]
        kind = kind_of(findings, [side.answer for side in whole])
        shown = whole[0].answer if whole else None
        if len(whole) < len(sides):
            faults = {side.writer: side.fault for side in sides if isinstance(side, _Failure)}
            return NoBattle("fault", findings.language, shown, kind, generation, faults)
        one, other = whole
        if not (one.answer.statements or other.answer.statements):
            return NoBattle("refused", findings.language, shown)
        if say_the_same(one.answer, other.answer):
            return NoBattle("identical", findings.language, shown)
        return Battle(findings.question, findings.language, kind, generation, one, other)

    async def _side(
        self, contender: Contender, findings: Findings, latest: bool
    ) -> ArenaAnswer | _Failure:
        """One writer's answer, or its fault: what fails is never told apart from what is slow."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._seconds):
                read = findings
                if contender.reader is not None and not latest:
                    read = await asyncio.to_thread(contender.reader.read, findings)
                counted = await contender.write(read)
        except TimeoutError:
            logger.warning("%s took too long in the arena", PublicText(contender.name))
            return _Failure(contender.name, "slow")
        except (SelonError, IndexingError) as error:
            logger.warning("%s failed in the arena: %s", PublicText(contender.name), error)
            return _Failure(contender.name, "failed")
        if counted.answer.fallback is not None:
            return _Failure(contender.name, counted.answer.fallback)
        seconds = time.perf_counter() - began
        return ArenaAnswer(contender.name, counted.answer, seconds, counted.micros)
