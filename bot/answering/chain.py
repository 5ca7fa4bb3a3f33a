"""The retrieval-QA chain: question → Answer, as a LangChain Runnable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, runtime_checkable

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer, Refusal
from bot.answering.about import AboutArticles, metadata_question, subject_asked_about
from bot.answering.comparison import merged, parts
from bot.answering.time_range import Timing, timing
from bot.answering.topic import newest
from index.article import Period
from index.findings import Findings
from index.language import detect


class Retriever(Protocol):
    """Where the chain finds its evidence."""

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings: ...


class Answerer(Protocol):
    """Turns evidence into an answer; never raises for want of evidence, it refuses instead."""

    def answer(self, findings: Findings) -> Answer: ...


@runtime_checkable
class StreamingAnswerer(Answerer, Protocol):
    """An answerer whose answer grows; it can make one of evidence for several questions."""

    def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]: ...


@dataclass(frozen=True, slots=True)
class _Found:
    """The evidence for a question, and the time that it is held to."""

    findings: Findings
    period: Period | None

    def dated(self, answer: Answer) -> Answer:
        if self.period is None:
            return answer
        why: Refusal = "unsaid" if self.findings.hits else "period"
        return replace(answer, period=self.period, refusal=why)


class AnswerChain(Runnable[str, Answer]):
    """What the terminal and the messenger ask; safe to call from several threads.

    Subclasses write `invoke`; the asynchronous forms run it on a worker thread, since embedding and
    searching are processor work that must not hold up the event loop.
    """

    async def ainvoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return await asyncio.to_thread(self.invoke, input, config, **kwargs)

    async def astream(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncIterator[Answer]:
        """The answer as it grows: the last one yielded is the whole."""
        yield await self.ainvoke(input, config)


class RetrievalQA(AnswerChain):
    """Retrieve, then answer from what was retrieved.

    With `about`, questions about the articles themselves are answered from their metadata.
    `today` is what « hier » counts from.
    """

    DEPTH = 10
    DEPTH_OF_LATEST = 50  # the newest article on a subject need not be among the nearest

    def __init__(
        self,
        retriever: Retriever,
        answerer: Answerer,
        about: AboutArticles | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._retriever = retriever
        self._answerer = answerer
        self._about = about
        self._today = today

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return self._call_with_config(self._answer, input, ensure_config(config), **kwargs)

    async def ainvoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        if not isinstance(self._answerer, StreamingAnswerer):
            return await super().ainvoke(input, config, **kwargs)
        return await self._acall_with_config(self._last, input, ensure_config(config), **kwargs)

    async def astream(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncIterator[Answer]:
        if not isinstance(self._answerer, StreamingAnswerer):
            yield await super().ainvoke(input, config)
            return
        async with aclosing(self._growing(input, self._answerer)) as answers:
            async for answer in answers:
                yield answer

    async def _last(self, question: str) -> Answer:
        return [answer async for answer in self.astream(question)][-1]

    async def _growing(
        self, question: str, answerer: StreamingAnswerer
    ) -> AsyncGenerator[Answer, None]:
        began = time.perf_counter()
        question = question.strip()
        found = await asyncio.to_thread(self._found, question)
        if isinstance(found, Answer):
            yield replace(found, elapsed_ms=(time.perf_counter() - began) * 1000)
            return
        async with aclosing(answerer.astream(found.findings)) as answers:
            async for answer in answers:
                elapsed = (time.perf_counter() - began) * 1000
                yield replace(found.dated(answer), elapsed_ms=elapsed)

    def _answer(self, question: str) -> Answer:
        began = time.perf_counter()
        found = self._found(question.strip())
        if not isinstance(found, Answer):
            found = found.dated(self._answerer.answer(found.findings))
        return replace(found, elapsed_ms=(time.perf_counter() - began) * 1000)

    def _found(self, question: str) -> _Found | Answer:
        """The evidence, or the answer itself where the question is about the articles."""
        timed = timing(question, self._today())
        meant = metadata_question(timed.question) if self._about is not None else None
        if self._about is not None and meant is not None:
            return self._about.answer(question, meant, timed)
        findings = replace(self._searched(question, timed), question=question)
        return _Found(findings, timed.period)

    def _searched(self, question: str, timed: Timing) -> Findings:
        if timed.latest:
            subject = subject_asked_about(timed.question)
            findings = self._retriever.search(subject, self.DEPTH_OF_LATEST, timed.period)
            return replace(newest(findings), language=detect(question))
        findings = self._retriever.search(timed.question, self.DEPTH, timed.period)
        # Sentences from several places are only worth looking for where somebody joins them.
        several = parts(timed.question) if isinstance(self._answerer, StreamingAnswerer) else ()
        each = [self._retriever.search(part, self.DEPTH, timed.period) for part in several]
        return merged(findings, each) if each else findings
