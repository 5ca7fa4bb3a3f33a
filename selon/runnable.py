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


class AnswerRunnable(Runnable[TurnText | str, Answer]):
    """A Runnable from a question to its answer, around the async chain."""

    def __init__(self, chain: AnswerChain[TurnText | str]) -> None:
        self._chain = chain

    async def ainvoke(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return await self._acall_with_config(
            self._chain.ainvoke, input, ensure_config(config), **kwargs
        )

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

    async def _grow(self, inputs: AsyncIterator[TurnText | str]) -> AsyncGenerator[Answer, None]:
        async for question in inputs:
            async with aclosing(self._chain.astream(question)) as answers:
                async for answer in answers:
                    yield answer


async def _once(question: TurnText | str) -> AsyncGenerator[TurnText | str, None]:
    yield question
