"""Answers within a conversation: the question is understood first, then the chain answers it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.answer import Answer
from bot.answering.chain import AnswerChain
from bot.answering.distress import DistressGate
from bot.answering.refusal import decide_small_talk, refusal_of
from bot.followups.candidates import Search, Understood, asks_about_last, understand
from bot.followups.message import Message, MessageReader
from bot.followups.turn import History, Turn, TurnText, grown

RESTORED = 3  # turns; each costs as much as a question


class Rewriter(Protocol):
    """Writes a question out so that it stands alone; a chat model does."""

    async def rewrite(self, question: str, history: tuple[Turn, ...]) -> str | None:
        """The question after these turns; None if it cannot be written, or not be trusted."""


class FollowUpChain(AnswerChain[TurnText | str]):
    """A chain that understands follow-ups; a bare question is one that nothing came before.

    `search` finds and reads passages for what a question may mean. `quoting` answers if the
    articles' own sentences are asked for, and `rewriter` writes out the questions that refer to
    others. The `gate` sees each message first, in its own words: what it answers goes no further.
    Without `messages` every message is a question that stands alone. Safe to call from several
    threads, as the chains and the search must be.
    """

    def __init__(
        self,
        chain: AnswerChain[str],
        search: Search,
        quoting: AnswerChain[str] | None = None,
        rewriter: Rewriter | None = None,
        gate: DistressGate | None = None,
        messages: MessageReader | None = None,
    ) -> None:
        self._chain = chain
        self._search = search
        self._quoting = quoting or chain
        self._rewriter = rewriter
        self._gate = gate
        self._messages = messages

    async def grow(self, message: TurnText | str) -> AsyncGenerator[Answer, None]:
        began = time.perf_counter()
        turn = TurnText(message) if isinstance(message, str) else message
        turn = replace(turn, question=turn.question.strip())
        if self._gate is not None:
            help = await asyncio.to_thread(self._gate.answer, turn.question)
            if help is not None:
                yield help
                return
        understood = await self.understood(turn)
        decision = decide_small_talk(understood.refusal or "")
        if not decision.may_answer:
            yield refusal_of(turn.question, decision)
            return
        chain = self._quoting if turn.quoted else self._chain
        async with aclosing(chain.astream(understood.question)) as answers:
            async for answer in answers:
                yield _as_asked(answer, turn.question, understood, began)

    async def understood(self, turn: TurnText) -> Understood:
        """What a question means after what was said before it."""
        understood = await asyncio.to_thread(self._understand, turn)
        if not understood.leans or self._rewriter is None or turn.quoted:
            return understood
        return await self._rewrite(turn, understood, self._rewriter)

    async def restore(self, question: str, earlier: Sequence[str], now: datetime) -> History:
        """The turns of `earlier` questions that a question may refer to, which nobody stored.

        They are answered again, with the articles' own sentences, from the last one that stands
        alone: at most `RESTORED`, and none if the question itself stands alone.
        """
        first, latest = len(earlier), question
        while first > max(0, len(earlier) - RESTORED) and await asyncio.to_thread(
            self._may_refer, latest
        ):
            first -= 1
            latest = earlier[first]
        history: History = ()
        for each in earlier[first:]:
            answer = await self.ainvoke(TurnText(each, history, quoted=True))
            if not answer.small_talk and answer.help is None:
                history = grown(history, Turn.of(answer, now))
        return history

    def _may_refer(self, question: str) -> bool:
        message = self._read(question)
        return message.leaning > 0 or asks_about_last(message.question)

    def _understand(self, turn: TurnText) -> Understood:
        return understand(self._read(turn.question), turn.history, self._search, turn.replied)

    def _read(self, question: str) -> Message:
        return Message(question) if self._messages is None else self._messages.read(question)

    async def _rewrite(self, turn: TurnText, best: Understood, rewriter: Rewriter) -> Understood:
        """The question as the model writes it out, or the best candidate if it fails."""
        earlier = turn.history
        if turn.replied is not None:
            known = turn.replied in earlier
            earlier = earlier[: earlier.index(turn.replied)] if known else ()
            earlier = (*earlier, turn.replied)
        written = await rewriter.rewrite(turn.question, earlier)
        if written is None:
            return best
        return Understood(written, rewritten=written != turn.question, leans=True)


def _as_asked(answer: Answer, question: str, understood: Understood, began: float) -> Answer:
    """The answer to what was understood, to the question as it was asked."""
    if understood.question == question and not understood.doubtful:
        return answer
    return replace(
        answer,
        question=question,
        understood=understood.question if understood.rewritten else None,
        doubtful=answer.doubtful or (understood.doubtful and bool(answer.statements)),
        elapsed_ms=(time.perf_counter() - began) * 1000,
    )
