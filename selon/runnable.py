"""The chain as a LangChain Runnable."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing
from functools import partial
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer
from bot.answering.background_loop import background_loop
from bot.answering.chain import AnswerChain
from bot.followups.turn import TurnText
from selon.calls import check_question, readable_errors


class AnswerRunnable(Runnable[TurnText | str, Answer]):
    """A Runnable from a question to its answer, around the async chain."""

    def __init__(self, chain: AnswerChain[TurnText | str], language: str = "fr") -> None:
        """`language` is that of errors."""
        self._chain = chain
        self._language = language

    async def ainvoke(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return await self._acall_with_config(self._answer, input, ensure_config(config), **kwargs)

    async def astream(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncGenerator[Answer, None]:
        """Yield the growing answer; closing this cancels the work."""
        source = self._atransform_stream_with_config(_once(input), self._grow, config, **kwargs)
        async with aclosing(cast("AsyncGenerator[Answer, None]", source)) as answers:
            async for answer in answers:
                yield answer

    def invoke(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return background_loop().run(self.ainvoke(input, config, **kwargs))

    def stream(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> Generator[Answer, None, None]:
        """Like `astream`, for sync callers."""
        return background_loop().iterate(partial(self.astream, input, config, **kwargs))

    async def _answer(self, question: TurnText | str) -> Answer:
        with readable_errors(self._language):
            return await self._chain.ainvoke(_checked(question))

    async def _grow(self, inputs: AsyncIterator[TurnText | str]) -> AsyncGenerator[Answer, None]:
        async for question in inputs:
            with readable_errors(self._language):
                async with aclosing(self._chain.astream(_checked(question))) as answers:
                    async for answer in answers:
                        yield answer


def _checked(question: TurnText | str) -> TurnText | str:
    check_question(question.question if isinstance(question, TurnText) else question)
    return question


async def _once(question: TurnText | str) -> AsyncGenerator[TurnText | str, None]:
    yield question
