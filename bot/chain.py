"""The retrieval-QA chain: question → Answer, as a LangChain Runnable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Protocol

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer
from index.search import Findings


class Retriever(Protocol):
    """Where the chain finds its evidence."""

    def search(self, question: str, limit: int) -> Findings: ...


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
    """Retrieve, then answer from what was retrieved."""

    DEPTH = 10

    def __init__(self, retriever: Retriever, answerer: Answerer) -> None:
        self._retriever = retriever
        self._answerer = answerer

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return self._call_with_config(self._answer, input, ensure_config(config), **kwargs)

    def _answer(self, question: str) -> Answer:
        began = time.perf_counter()
        findings = self._retriever.search(question.strip(), self.DEPTH)
        answer = self._answerer.answer(findings)
        return replace(answer, elapsed_ms=(time.perf_counter() - began) * 1000)
