"""Answers within a conversation: the question is understood first, then the chain answers it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer
from bot.conversation.turn import Said
from bot.conversation.understanding import Search, Understood, understand
from index.language import detect


class Conversing(Runnable[Said | str, Answer]):
    """A chain that understands follow-ups; a bare question is one that nothing came before.

    Safe to call from several threads, as the chain and the search must be.
    """

    def __init__(self, chain: Runnable[str, Answer], search: Search) -> None:
        self._chain = chain
        self._search = search

    def invoke(
        self, input: Said | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return self._call_with_config(self._answer, input, ensure_config(config), **kwargs)

    async def ainvoke(
        self, input: Said | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return await asyncio.to_thread(self.invoke, input, config, **kwargs)

    async def astream(
        self, input: Said | str, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncIterator[Answer]:
        """The answer as it grows: the last one yielded is the whole."""
        began = time.perf_counter()
        question, understood = await asyncio.to_thread(self._understood, input)
        if understood.why == "courtesy":
            yield _returned(question)
            return
        async for answer in self._chain.astream(understood.question, config, **kwargs):
            yield _as_asked(answer, question, understood, began)

    def _answer(self, said: Said | str) -> Answer:
        began = time.perf_counter()
        question, understood = self._understood(said)
        if understood.why == "courtesy":
            return _returned(question)
        answer = self._chain.invoke(understood.question)
        return _as_asked(answer, question, understood, began)

    def _understood(self, said: Said | str) -> tuple[str, Understood]:
        said = Said(said) if isinstance(said, str) else said
        question = said.question.strip()
        return question, understand(question, said.history, self._search, said.replied)


def _as_asked(answer: Answer, question: str, understood: Understood, began: float) -> Answer:
    """The answer to what was understood, to the question as it was asked."""
    if not understood.rewritten:
        return answer
    return replace(
        answer,
        question=question,
        understood=understood.question,
        elapsed_ms=(time.perf_counter() - began) * 1000,
    )


def _returned(courtesy: str) -> Answer:
    """Nothing was asked, so there is nothing that the articles do not say."""
    language = detect(courtesy)
    return Answer(courtesy, language, 0.0, (), (), (), elapsed_ms=0.0, refusal="courtesy")
