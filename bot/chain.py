"""The retrieval-QA chain: question → Answer, as a LangChain Runnable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from bot.answer import Answer


class AnswerChain(Runnable[str, Answer]):
    """What the terminal and the messenger ask; safe to call from several threads."""

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        raise NotImplementedError

    async def ainvoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        raise NotImplementedError

    async def astream(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        yield await self.ainvoke(input, config)
