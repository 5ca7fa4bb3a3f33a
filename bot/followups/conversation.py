"""Answers within a conversation: the question is understood first, then the chain answers it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol, cast

from langchain_core.runnables import Runnable

from bot.answer import Answer
from bot.answering.chain import AnswerChain
from bot.answering.distress import DistressGate
from bot.answering.refusal import decide_small_talk, refusal_of
from bot.followups.resolution import Search, Understood, understand
from bot.followups.turn import Turn, TurnText


class Rewriter(Protocol):
    """Writes a question out so that it stands alone; a chat model does."""

    async def rewrite(self, question: str, history: tuple[Turn, ...]) -> str | None:
        """The question after these turns; None where it cannot be written, or not be trusted."""


class FollowUpChain(AnswerChain[TurnText | str]):
    """A chain that understands follow-ups; a bare question is one that nothing came before.

    `quoting` answers where the articles' own sentences are asked for, and `rewriter` writes out the
    questions that lean on others, which rules do without it. The `gate` sees each message first, in
    its own words: what it answers goes no further. Safe to call from several threads, as the
    chains and the search must be.
    """

    def __init__(
        self,
        chain: Runnable[str, Answer],
        search: Search,
        quoting: Runnable[str, Answer] | None = None,
        rewriter: Rewriter | None = None,
        gate: DistressGate | None = None,
    ) -> None:
        self._chain = chain
        self._search = search
        self._quoting = quoting or chain
        self._rewriter = rewriter
        self._gate = gate

    async def grow(self, asked: TurnText | str) -> AsyncGenerator[Answer, None]:
        began = time.perf_counter()
        said = TurnText(asked) if isinstance(asked, str) else asked
        said = replace(said, question=said.question.strip())
        if self._gate is not None:
            help = await asyncio.to_thread(self._gate.answer, said.question)
            if help is not None:
                yield help
                return
        understood = await self.understood(said)
        decision = decide_small_talk(understood.why)
        if not decision.may_answer:
            yield refusal_of(said.question, decision)
            return
        chain = self._quoting if said.quoted else self._chain
        growing = cast("AsyncGenerator[Answer, None]", chain.astream(understood.question))
        async with aclosing(growing) as answers:
            async for answer in answers:
                yield _as_asked(answer, said.question, understood, began)

    async def understood(self, said: TurnText) -> Understood:
        """What a question means after what was said before it."""
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
        written = await rewriter.rewrite(said.question, earlier)
        if written is None:
            return ruled
        return replace(ruled, question=written, rewritten=written != said.question)


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
