"""Answers within a conversation: the question is understood first, then the chain answers it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Protocol, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from bot.answer import Answer, Refusal
from bot.followups.resolution import Search, Understood, understand
from bot.followups.turn import Turn, TurnText
from bot.llm.writer import waited
from index.language import detect


class Rewriter(Protocol):
    """Writes a question out so that it stands alone; a chat model does."""

    async def rewritten(self, question: str, history: tuple[Turn, ...]) -> str | None:
        """The question after these turns; None where it cannot be written, or not be trusted."""


_SMALL_TALK: Mapping[str, Refusal] = {
    "courtesy": "courtesy",
    "greeting": "greeting",
    "wordless": "wordless",
    "self": "self",
}


class Conversing(Runnable[TurnText | str, Answer]):
    """A chain that understands follow-ups; a bare question is one that nothing came before.

    `quoting` answers where the articles' own sentences are asked for, and `rewriter` writes out the
    questions that lean on others, which rules do without it. Safe to call from several threads, as
    the chains and the search must be.
    """

    def __init__(
        self,
        chain: Runnable[str, Answer],
        search: Search,
        quoting: Runnable[str, Answer] | None = None,
        rewriter: Rewriter | None = None,
    ) -> None:
        self._chain = chain
        self._search = search
        self._quoting = quoting or chain
        self._rewriter = rewriter

    def invoke(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return self._call_with_config(self._answer, input, ensure_config(config), **kwargs)

    async def ainvoke(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        return await self._acall_with_config(self._last, input, ensure_config(config), **kwargs)

    async def astream(
        self, input: TurnText | str, config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> AsyncIterator[Answer]:
        """The answer as it grows: the last one yielded is the whole."""
        began = time.perf_counter()
        said = _said(input)
        understood = await self._understood(said)
        if understood.why in _SMALL_TALK:
            yield _returned(said.question, understood)
            return
        growing = self._chain_for(said).astream(understood.question, config, **kwargs)
        async with aclosing(cast("AsyncGenerator[Answer, None]", growing)) as answers:
            async for answer in answers:
                yield _as_asked(answer, said.question, understood, began)

    async def _last(self, said: TurnText | str) -> Answer:
        said = _said(said)
        began = time.perf_counter()
        understood = await self._understood(said)
        if understood.why in _SMALL_TALK:
            return _returned(said.question, understood)
        answer = await self._chain_for(said).ainvoke(understood.question)
        return _as_asked(answer, said.question, understood, began)

    def _answer(self, said: TurnText | str) -> Answer:
        said = _said(said)
        began = time.perf_counter()
        understood = self._by_rules(said)
        if understood.leans and self._rewriter is not None and not said.quoted:
            understood = waited(self._by_model(said, understood, self._rewriter))
        if understood.why in _SMALL_TALK:
            return _returned(said.question, understood)
        answer = self._chain_for(said).invoke(understood.question)
        return _as_asked(answer, said.question, understood, began)

    async def _understood(self, said: TurnText) -> Understood:
        understood = await asyncio.to_thread(self._by_rules, said)
        if not understood.leans or self._rewriter is None or said.quoted:
            return understood
        return await self._by_model(said, understood, self._rewriter)

    def _by_rules(self, said: TurnText) -> Understood:
        return understand(said.question, said.history, self._search, said.replied)

    async def _by_model(self, said: TurnText, ruled: Understood, rewriter: Rewriter) -> Understood:
        """As the model writes the question out, or as the rules do where it fails."""
        earlier = said.history
        if said.replied is not None:
            known = said.replied in earlier
            earlier = earlier[: earlier.index(said.replied)] if known else ()
            earlier = (*earlier, said.replied)
        written = await rewriter.rewritten(said.question, earlier)
        if written is None:
            return ruled
        return replace(ruled, question=written, rewritten=written != said.question)

    def _chain_for(self, said: TurnText) -> Runnable[str, Answer]:
        return self._quoting if said.quoted else self._chain


def _said(asked: TurnText | str) -> TurnText:
    said = TurnText(asked) if isinstance(asked, str) else asked
    return replace(said, question=said.question.strip())


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


def _returned(talk: str, understood: Understood) -> Answer:
    """Nothing was asked of the articles, so there is nothing that they do not say."""
    why = _SMALL_TALK[understood.why]
    return Answer(talk, detect(talk), 0.0, (), (), (), elapsed_ms=0.0, refusal=why)
