"""The arena: two writers answer a question from the hits of one search."""

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
from bot.arena.battle import ArenaAnswer, Battle, NoBattle, WriterFault, are_identical, kind_of
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
    """A writer: its name, its reader, and how it writes an answer."""

    name: str
    reader: FindingsReader | None
    write: Callable[[Findings], Awaitable[CountedAnswer]]


class Arena:
    """Runs battles; safe for concurrent questions.

    `understand` resolves a question in its conversation; `retrieval` has no reader of its own;
    `seconds` is the timeout of each writer.
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
        self._contenders = {contender.name: contender for contender in contenders}
        self.interpret = understand
        self._retrieval = retrieval
        self._generation = generation
        self._seconds = seconds
        self.close = close

    @property
    def writers(self) -> tuple[str, ...]:
        return tuple(self._contenders)

    async def fight(self, question: str, first: str, second: str) -> Battle | NoBattle:
        """Let two writers, by name, answer a question. Raises IndexingError."""
        generation = await asyncio.to_thread(self._generation)
        findings = await self._retrieval.find(question)
        if isinstance(findings, Answer):
            return NoBattle("about", findings.language, findings)
        latest = parse_timing(question, date.today()).latest
        pair = (self._contenders[first], self._contenders[second])
        results = await asyncio.gather(
            *(self._answer(contender, findings, latest) for contender in pair)
        )
        answers = [result for result in results if isinstance(result, ArenaAnswer)]
        fallback = answers[0].answer if answers else None
        if len(answers) < len(results):
            faults = {
                contender.name: result
                for contender, result in zip(pair, results, strict=True)
                if not isinstance(result, ArenaAnswer)
            }
            return NoBattle("fault", findings.language, fallback, faults)
        one, other = answers
        kind = kind_of(findings, [one.answer, other.answer])
        if not (one.answer.statements or other.answer.statements):
            return NoBattle("refused", findings.language, fallback)
        if are_identical(one.answer, other.answer):
            return NoBattle("identical", findings.language, fallback)
        return Battle(findings.question, findings.language, kind, generation, one, other)

    async def _answer(
        self, contender: Contender, findings: Findings, latest: bool
    ) -> ArenaAnswer | WriterFault:
        start = time.perf_counter()
        try:
            async with asyncio.timeout(self._seconds):
                if contender.reader is not None and not latest:
                    findings = await asyncio.to_thread(contender.reader.read, findings)
                metered_answer = await contender.write(findings)
        except TimeoutError:
            logger.warning("%s took too long in the arena", PublicText(contender.name))
            return "slow"
        except (SelonError, IndexingError) as error:
            logger.warning("%s failed in the arena: %s", PublicText(contender.name), error)
            return "failed"
        if metered_answer.answer.fallback is not None:
            return metered_answer.answer.fallback
        seconds = time.perf_counter() - start
        return ArenaAnswer(contender.name, metered_answer.answer, seconds, metered_answer.micros)
