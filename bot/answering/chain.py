"""The retrieval-QA chain: question → Answer, as a LangChain Runnable.

It is written once, asynchronously; LangChain's synchronous methods are thin edges around it.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import AbstractContextManager, aclosing, nullcontext
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, TypeVar, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer
from bot.answering.about import AboutArticles, metadata_question, subject_asked_about
from bot.answering.background_loop import background_loop
from bot.answering.base import Answerer, FindingsReader, Retriever
from bot.answering.comparison import answer_on_both, halves, merged, parts, subjects_told
from bot.answering.selection import held_to_which
from bot.answering.time_range import Timing, timing
from bot.answering.topic import newest
from index.findings import Findings
from index.text.language import detect

Asked = TypeVar("Asked")
Item = TypeVar("Item")
Undisturbed = Callable[[], AbstractContextManager[None]]
"""A block in which other work of this process's stands still."""


class AnswerChain(Runnable[Asked, Answer], ABC):
    """What the terminal and the messenger ask; safe to call from several threads and loops.

    A chain writes `grow`; whoever awaits calls `ainvoke` or `astream`, who cannot, `invoke` or
    `stream`.
    """

    @abstractmethod
    def grow(self, asked: Asked) -> AsyncGenerator[Answer, None]:
        """The answer as it grows: the last one yielded is the whole."""

    async def ainvoke(
        self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return await self._acall_with_config(self._whole, input, ensure_config(config), **kwargs)

    async def astream(
        self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncGenerator[Answer, None]:
        """The answer as it grows; closing this ends the work."""
        growing = self._atransform_stream_with_config(_once(input), self._grown, config, **kwargs)
        async with aclosing(cast("AsyncGenerator[Answer, None]", growing)) as answers:
            async for answer in answers:
                yield answer

    def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return background_loop().run(self.ainvoke(input, config, **kwargs))

    def stream(
        self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> Generator[Answer, None, None]:
        """As `astream`; closing it cancels the work."""
        return background_loop().iterate(partial(self.astream, input, config, **kwargs))

    async def _whole(self, asked: Asked) -> Answer:
        async with aclosing(self.grow(asked)) as answers:
            return [answer async for answer in answers][-1]

    async def _grown(self, inputs: AsyncIterator[Asked]) -> AsyncGenerator[Answer, None]:
        async for asked in inputs:
            async with aclosing(self.grow(asked)) as answers:
                async for answer in answers:
                    yield answer


class RetrievalQA(AnswerChain[str]):
    """Retrieve, then answer from what was retrieved.

    With `about`, questions about the articles themselves are answered from their metadata.
    `today` is what « hier » counts from. With `reader`, the best of what was found is
    read before it is answered from. `undisturbed` holds while a question is searched and read.
    """

    DEPTH = 10
    DEPTH_OF_LATEST = 50  # the newest article on a subject need not be among the nearest

    def __init__(
        self,
        retriever: Retriever,
        answerer: Answerer,
        about: AboutArticles | None = None,
        today: Callable[[], date] = date.today,
        reader: FindingsReader | None = None,
        undisturbed: Undisturbed = nullcontext,
    ) -> None:
        self._retriever = retriever
        self._undisturbed = undisturbed
        self._reader = reader
        self._answerer = answerer
        self._about = about
        self._today = today

    async def grow(self, asked: str) -> AsyncGenerator[Answer, None]:
        began = time.perf_counter()
        both = await self._both(asked.strip())
        sure = both is not None and both.answered
        growing = _once(both) if both is not None and sure else self._one(asked.strip())
        async with aclosing(growing) as answers:
            async for answer in answers:
                told = both if both is not None and answer.outcome == "no" else answer
                elapsed = (time.perf_counter() - began) * 1000
                yield replace(told, elapsed_ms=elapsed, held_to=held_to_which())

    async def find(self, question: str) -> Findings | Answer:
        """What a question is answered from, or the answer itself where it is about the articles."""
        return await asyncio.to_thread(self._find, question.strip())

    async def _one(self, question: str) -> AsyncGenerator[Answer, None]:
        found = await self.find(question)
        growing = _once(found) if isinstance(found, Answer) else self._answerer.astream(found)
        async with aclosing(growing) as answers:
            async for answer in answers:
                yield answer

    async def _both(self, question: str) -> Answer | None:
        """Each half of a question answered by itself, if it has two that articles may answer."""
        if self._answerer.joins_parts:
            return None
        answers = []
        for half in halves(question):
            async with aclosing(self._one(half)) as growing:
                answers.append([answer async for answer in growing][-1])
            if answers[-1].outcome == "no":
                return None
        return answer_on_both(question, answers) if answers else None

    def _find(self, question: str) -> Findings | Answer:
        with self._undisturbed():
            return self._found(question)

    def _found(self, question: str) -> Findings | Answer:
        """The evidence, or the answer itself where the question is about the articles."""
        timed = timing(question, self._today())
        meant = metadata_question(timed.question) if self._about is not None else None
        if self._about is not None and meant is not None:
            return self._about.answer(question, meant, timed)
        if self._about is not None and not self._answerer.joins_parts:
            told = self._about.tell(question, subjects_told(timed.question), timed)
            if told is not None:
                return told
        return replace(self._searched(question, timed), question=question, period=timed.period)

    def _searched(self, question: str, timed: Timing) -> Findings:
        if timed.latest:
            subject = subject_asked_about(timed.question)
            findings = self._retriever.search(subject, self.DEPTH_OF_LATEST, timed.period)
            return replace(newest(findings), language=detect(question))
        findings = self._read(self._retriever.search(timed.question, self.DEPTH, timed.period))
        # Sentences from several places are only worth looking for where somebody joins them.
        several = parts(timed.question) if self._answerer.joins_parts else ()
        each = [self._retriever.search(part, self.DEPTH, timed.period) for part in several]
        return merged(findings, each) if each else findings

    def _read(self, findings: Findings) -> Findings:
        return self._reader.read(findings) if self._reader else findings


async def _once(item: Item) -> AsyncGenerator[Item, None]:
    yield item
