"""Answer within a conversation: interpret the question, then run the chain."""

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
from bot.answering.refusal import lower, refuse_small_talk
from bot.followups.candidates import Interpretation, Search, asks_about_last, interpret
from bot.followups.message import Message, MessageReader
from bot.followups.turn import History, Turn, TurnText, append_turn

MAX_RESTORED = 3  # turns; each costs as much as a question


class Rewriter(Protocol):
    """Rewrites a question so that it stands alone, with a chat model."""

    async def rewrite(self, question: str, history: tuple[Turn, ...]) -> str | None:
        """Rewrite a question after these turns; None without a trustworthy result."""


class FollowUpChain(AnswerChain[TurnText | str]):
    """A chain that understands follow-ups; a bare string is a question without history.

    `search` finds and reads passages for the candidates. `extractive` answers turns marked
    `is_extractive`, `rewriter` rewrites questions that refer to others. The `gate` sees each raw
    message first; if it answers, nothing else happens. Without `messages` every message is a
    standalone question. Thread-safe, as the chains and the search must be.
    """

    def __init__(
        self,
        chain: AnswerChain[str],
        search: Search,
        extractive: AnswerChain[str] | None = None,
        rewriter: Rewriter | None = None,
        gate: DistressGate | None = None,
        messages: MessageReader | None = None,
    ) -> None:
        self._chain = chain
        self._search = search
        self._extractive = extractive or chain
        self._rewriter = rewriter
        self._gate = gate
        self._messages = messages

    async def grow(self, message: TurnText | str) -> AsyncGenerator[Answer, None]:
        began = time.perf_counter()
        turn = TurnText(message) if isinstance(message, str) else message
        turn = replace(turn, question=turn.question.strip())
        offered_help = None
        if self._gate is not None:
            help = await asyncio.to_thread(self._gate.answer, turn.question)
            if help is not None:
                yield help
                return
            offered_help = await asyncio.to_thread(self._gate.offer, turn.question)
        interpretation = await self.interpret(turn)
        if interpretation.refusal is not None:
            answer = refuse_small_talk(turn.question, interpretation.refusal)
            yield replace(answer, offered_help=offered_help)
            return
        chain = self._extractive if turn.is_extractive else self._chain
        async with aclosing(chain.astream(interpretation.question)) as answers:
            async for answer in answers:
                answer = replace(answer, offered_help=offered_help)
                yield _as_asked(answer, turn.question, interpretation, began)

    async def interpret(self, turn: TurnText) -> Interpretation:
        """Interpret a question after its history, with the rewriter if it needs one."""
        interpretation = await asyncio.to_thread(
            lambda: interpret(
                self._read(turn.question), turn.history, self._search, turn.replied_turn
            )
        )
        if not interpretation.leans or self._rewriter is None or turn.is_extractive:
            return interpretation
        earlier = turn.history
        if turn.replied_turn is not None:
            before = earlier.index(turn.replied_turn) if turn.replied_turn in earlier else 0
            earlier = (*earlier[:before], turn.replied_turn)
        rewrite = await self._rewriter.rewrite(turn.question, earlier)
        if rewrite is None:
            return interpretation
        return Interpretation(rewrite, rewritten=rewrite != turn.question, leans=True)

    async def restore(self, question: str, earlier: Sequence[str], now: datetime) -> History:
        """Answer `earlier` questions again, extractively, as far as a question may refer to them.

        Starts at the last one that stands alone, at most `MAX_RESTORED` ago; returns no turns if
        the question itself stands alone.
        """
        first, latest = len(earlier), question
        while first > max(0, len(earlier) - MAX_RESTORED) and await asyncio.to_thread(
            self._may_refer, latest
        ):
            first -= 1
            latest = earlier[first]
        history: History = ()
        for each in earlier[first:]:
            answer = await self.ainvoke(TurnText(each, history, is_extractive=True))
            if not answer.small_talk and answer.help is None:
                history = append_turn(history, Turn.of(answer, now))
        return history

    def _may_refer(self, question: str) -> bool:
        message = self._read(question)
        return message.follow_up_logit > 0 or asks_about_last(message.question)

    def _read(self, question: str) -> Message:
        return Message(question) if self._messages is None else self._messages.read(question)


def _as_asked(
    answer: Answer, question: str, interpretation: Interpretation, began: float
) -> Answer:
    """Give the answer to an interpretation the original question."""
    if interpretation.question == question and not interpretation.doubtful:
        return answer
    return replace(
        lower(answer) if interpretation.doubtful else answer,
        question=question,
        understood=interpretation.question if interpretation.rewritten else None,
        elapsed_ms=(time.perf_counter() - began) * 1000,
    )
