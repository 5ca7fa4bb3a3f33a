"""The retrieval-QA chain: question → Answer, as a LangChain Runnable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.about import AboutArticles, asked, subject_of
from bot.answer import Answer, Refusal
from bot.topic import newest
from bot.when import Timing, timing
from index.language import detect
from index.period import Period
from index.search import Findings


class Retriever(Protocol):
    """Where the chain finds its evidence."""

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings: ...


class Answerer(Protocol):
    """Turns evidence into an answer; never raises for want of evidence, it refuses instead."""

    def answer(self, findings: Findings) -> Answer: ...


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

    def _answer(self, question: str) -> Answer:
        began = time.perf_counter()
        question = question.strip()
        answer = self._answered(question, timing(question, self._today()))
        return replace(answer, elapsed_ms=(time.perf_counter() - began) * 1000)

    def _answered(self, question: str, timed: Timing) -> Answer:
        meant = asked(timed.question) if self._about is not None else None
        if self._about is not None and meant is not None:
            return self._about.answer(question, meant, timed)
        if timed.latest:
            subject = subject_of(timed.question)
            findings = self._retriever.search(subject, self.DEPTH_OF_LATEST, timed.period)
            findings = replace(newest(findings), language=detect(question))
        else:
            findings = self._retriever.search(timed.question, self.DEPTH, timed.period)
        answer = self._answerer.answer(replace(findings, question=question))
        if timed.period is None:
            return answer
        why: Refusal = "unsaid" if findings.hits else "period"
        return replace(answer, period=timed.period, refusal=why)
