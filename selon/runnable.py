"""The chain as a LangChain Runnable."""

from __future__ import annotations

from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer
from bot.answering.background_loop import background_loop
from bot.answering.chain import AnswerChain
from bot.followups.turn import TurnText
from selon.library import check_question, readable_errors


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

    def invoke(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return background_loop().run(self.ainvoke(input, config, **kwargs))

    async def _answer(self, question: TurnText | str) -> Answer:
        with readable_errors(self._language):
            check_question(question.question if isinstance(question, TurnText) else question)
            return await self._chain.ainvoke(question)
