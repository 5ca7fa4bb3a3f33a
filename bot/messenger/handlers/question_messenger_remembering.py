"""Answers in the light of a conversation, and the conversation kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from functools import partial

from bot.answer import Answer
from bot.followups.turn import REMEMBERED, History, Said, Turn, turn_json, turn_of
from bot.llm.budget_models_asker import asked_by
from bot.messenger.context import Chain, Desk
from bot.messenger.outbound.keyboard import sources_of
from bot.messenger.outbound.live_answer import Growing
from bot.operations.metrics import METERS
from bot.state import conversations
from bot.state.conversations import KeptTurn, NewTurn, Place


class Remembering:
    """The conversations of everybody, as the database has them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def answer(
        self,
        place: Place,
        question: str,
        replied_to: int | None = None,
        before: int | None = None,
        growing: Growing | None = None,
    ) -> Answer:
        """The answer to a question asked here, after the turns kept, or those before one of them.

        `replied_to` is the message that it replies to: if that is an answer, it is what the
        question refers to. `growing` shows what a chat model writes, and may stop it.
        """
        history = partial(
            conversations.history,
            place=place,
            now=self._desk.now(),
            lifetime=self._desk.lifetime,
            limit=REMEMBERED,
        )
        kept = await self._desk.state.run(history)
        replied = None
        if replied_to is not None:
            find = partial(
                conversations.turn_of_answer, chat_id=place.chat_id, message_id=replied_to
            )
            replied = await self._desk.state.run(find)
        earlier = [turn for turn in kept if before is None or turn.id < before]
        said = Said(question, _history(earlier), _history([replied])[0] if replied else None)
        answer = await self._best(place, said, growing)
        METERS.answered(answer, "message")
        return answer

    async def _best(self, place: Place, said: Said, growing: Growing | None) -> Answer:
        """The answer of the conversation's own documents where they are surer than the corpus."""
        chain: Chain = self._desk.chain
        own = await asyncio.to_thread(self._desk.own, place)
        if own is not None:
            quoted = replace(said, quoted=True)
            answer, theirs = await chain.ainvoke(quoted), await own.chain.ainvoke(quoted)
            surer = not answer.answered or theirs.confidence >= answer.confidence
            if theirs.answered and surer:
                chain = own.chain
        with asked_by(place.person_id):
            return await self._grown(chain, said, growing)

    async def _grown(self, chain: Chain, said: Said, growing: Growing | None) -> Answer:
        """The whole answer, or what there was of it when the person stopped it."""
        if growing is None:
            return await chain.ainvoke(said)
        answers = chain.astream(said)
        answer: Answer | None = None
        stopped = asyncio.ensure_future(growing.stopped.wait())
        following: asyncio.Future[Answer | None] | None = None
        try:
            while True:
                following = asyncio.ensure_future(anext(answers, None))
                await asyncio.wait((following, stopped), return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    break
                if (newest := following.result()) is None:
                    break
                answer = newest
                if answer.model is not None:  # the articles' own sentences come whole
                    await growing.show(answer)
        finally:
            stopped.cancel()
            if following is not None:  # stopped by the person, or with the bot
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
            if isinstance(answers, AsyncGenerator):
                await answers.aclose()
        return answer or await chain.ainvoke(replace(said, quoted=True))

    async def keep(self, place: Place, answer: Answer, question_message: int | None = None) -> int:
        """Write an answer down before it is sent; the number of its turn."""
        add = partial(
            conversations.add_turn,
            place=place,
            new=self._new(answer, question_message),
            now=self._desk.now(),
            lifetime=self._desk.lifetime,
        )
        return await self._desk.state.run(add)

    async def keep_instead(self, turn_id: int, answer: Answer) -> None:
        """Write down what an edited question got."""
        replace = partial(conversations.replace_turn, turn_id=turn_id, new=self._new(answer))
        await self._desk.state.run(replace)

    def _new(self, answer: Answer, question_message: int | None = None) -> NewTurn:
        return NewTurn(
            question=answer.question,
            turn=turn_json(Turn.of(answer, self._desk.now())),
            sources=sources_of(answer),
            answered=answer.answered,
            confidence=answer.confidence,
            generation=self._desk.library.generation(),
            question_message=question_message,
            elapsed_ms=answer.elapsed_ms,
        )


def _history(kept: Sequence[KeptTurn]) -> History:
    return tuple(turn_of(turn.turn) for turn in kept)
