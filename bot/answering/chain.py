"""The retrieval-QA chain: question → Answer.

It has the methods of a LangChain Runnable, and `selon.runnable` wraps it as one: importing
LangChain takes most of a second.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Generic, TypeVar

from bot.answer import Answer
from bot.answering.background_loop import background_loop
from bot.answering.base import Answerer, ArticleAnswers, FindingsReader, Retriever
from bot.answering.comparison import (
    join_answers,
    merge_findings,
    search_parts,
    split_question,
    split_subjects,
)
from bot.answering.metadata_question import article_subject
from bot.answering.selection import current_scope
from bot.answering.time_range import Timing, parse_timing
from bot.answering.topic import hits_of_newest
from index.findings import Findings
from index.text.language import detect

Question = TypeVar("Question")
QuietTime = Callable[[], AbstractContextManager[None]]
"""A block during which other work of this process is suspended."""


class AnswerChain(ABC, Generic[Question]):
    """Base of the answering chains; safe to call from several threads and loops.

    Async callers use `ainvoke`, which subclasses define; sync callers use `invoke`.
    """

    @abstractmethod
    async def ainvoke(self, question: Question) -> Answer: ...

    def invoke(self, question: Question) -> Answer:
        return background_loop().run(self.ainvoke(question))


class RetrievalQA(AnswerChain[str]):
    """Retrieve, read and answer.

    Questions that need no passage read go to `archive` first. `today`
    is the reference day for « hier ». `quiet_time` wraps searching and reading.
    """

    DEPTH = 10
    DEPTH_OF_LATEST = 50  # the newest article on a subject need not be among the nearest

    def __init__(
        self,
        retriever: Retriever,
        answerer: Answerer,
        archive: ArticleAnswers | None = None,
        today: Callable[[], date] = date.today,
        reader: FindingsReader | None = None,
        quiet_time: QuietTime = nullcontext,
    ) -> None:
        self._retriever = retriever
        self._quiet_time = quiet_time
        self._reader = reader
        self._answerer = answerer
        self._archive = archive
        self._today = today

    async def ainvoke(self, question: str) -> Answer:
        began = time.perf_counter()
        answer = joint = await self._answer_halves(question.strip())
        if answer is None or not answer.is_sure:
            answer = await self._answer_one(question.strip())
            if joint is not None and answer.outcome == "no":
                answer = joint
        elapsed = (time.perf_counter() - began) * 1000
        return replace(answer, elapsed_ms=elapsed, held_to=current_scope())

    async def find(self, question: str) -> Findings | Answer:
        """Find the evidence, or the answer to a question about the articles themselves."""
        return await asyncio.to_thread(self._find, question.strip())

    async def _answer_one(self, question: str) -> Answer:
        outcome = await self.find(question)
        if isinstance(outcome, Answer):
            return outcome
        answer = await self._answerer.ainvoke(outcome)
        if not answer.is_sure and self._archive is not None:
            timing = parse_timing(question, self._today())
            return await asyncio.to_thread(self._archive.define, question, timing) or answer
        return answer

    async def _answer_halves(self, question: str) -> Answer | None:
        """Answer each half of a double question by itself; None for any other."""
        if self._answerer.joins_parts:
            return None
        answers = []
        for half in split_question(question):
            answers.append(await self._answer_one(half))
            if not answers[-1].statements:
                return None
        return join_answers(question, answers) if answers else None

    def _find(self, question: str) -> Findings | Answer:
        with self._quiet_time():
            today = self._today()
            timing = parse_timing(question, today)
            if self._archive is None:
                return self._search(question, timing)
            if answer := self._archive.answer(question, timing, today):
                return answer
            subjects = () if self._answerer.joins_parts else split_subjects(timing.question)
            if subjects and (answer := self._archive.introduce(question, timing, subjects)):
                return answer
            findings = self._search(question, timing)
            return self._archive.open_by_title(question, findings.hits) or findings

    def _search(self, question: str, timing: Timing) -> Findings:
        search, period = self._retriever.search, timing.period
        if timing.latest:
            findings = search(article_subject(timing.question), self.DEPTH_OF_LATEST, period)
            findings = replace(hits_of_newest(findings), language=detect(question))
        else:
            findings = search(timing.question, self.DEPTH, period)
            if self._reader:
                findings = self._reader.read(findings)
            if self._answerer.joins_parts:
                parts = search_parts(timing.question)
                if part_findings := [search(part, self.DEPTH, period) for part in parts]:
                    findings = merge_findings(findings, part_findings)
        return replace(findings, question=question, period=period)
