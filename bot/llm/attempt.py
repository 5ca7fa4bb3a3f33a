"""One chat model at one question: what it writes is checked sentence by sentence as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.answer import Answer
from bot.llm.answer_parser import AnswerParser, ParsedSentence
from bot.llm.base import ChatModel, Request
from bot.llm.draft import AnswerDraft, guarded
from bot.llm.json_stream import schema
from bot.llm.prompt import Form, Prompt
from bot.verification.claim import Claim, ClaimVerdict, GivenPassage

MOST_DROPPED = 4  # more than that, and the model is not worth listening to


class ClaimChecker(Protocol):
    """Tells whether passages bear a claim out; runs on a worker thread."""

    def prepare(self, given: Sequence[GivenPassage]) -> None:
        """Read the passages ahead of the claims."""

    def check(self, claim: Claim, given: Sequence[GivenPassage], question: str) -> ClaimVerdict: ...


class SentenceCheck:
    """The checker for one question, which reads the passages while the model thinks."""

    def __init__(self, checker: ClaimChecker, given: Sequence[GivenPassage], question: str) -> None:
        """To be made where an event loop runs."""
        self._checker = checker
        self._question = question
        self._ready = asyncio.ensure_future(asyncio.to_thread(checker.prepare, given))
        # What it raises comes out at the first verdict; there may be none.
        self._ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())

    async def verdict(self, said: ParsedSentence, given: Sequence[GivenPassage]) -> ClaimVerdict:
        """Raises IndexingError when nothing can be checked."""
        await asyncio.shield(self._ready)
        claim = Claim(said.text, said.citations)
        return await asyncio.to_thread(self._checker.check, claim, given, self._question)


@dataclass(frozen=True, slots=True)
class WritingTask:
    """What one model is given, and how much it may write: sentences, and tokens; `folder` is where
    the prompt is from, if it is not Selon's own."""

    prompt: Prompt
    form: Form
    sentences: int
    tokens: int
    folder: Path | None = None

    def request(self) -> Request:
        numbers = [each.number for each in self.prompt.given]
        wanted = schema(numbers) if self.form == "answer_json" else None
        return Request(self.prompt.messages, self.tokens, wanted)


class Attempt:
    """A model at its task; `draft` holds what of its answer may be shown."""

    def __init__(
        self, model: ChatModel, task: WritingTask, check: SentenceCheck, draft: AnswerDraft
    ) -> None:
        self.model = model
        self.task = task
        self.draft = draft
        self.text = ""
        self.whole = False  # the model ended by itself
        self._check = check
        self._request = task.request()
        numbers = [each.number for each in task.prompt.given]
        self._reader = AnswerParser(draft.findings.language, numbers)

    async def answers(self, known: str | None) -> AsyncGenerator[Answer, None]:
        """The draft each time it has grown; ends early where there is nothing left to hope for.

        `known` is what the model wrote before, in place of asking it. Raises ModelFailed,
        IndexingError.
        """
        async with aclosing(self._pieces(known)) as pieces:
            async for piece in pieces:
                self.text += piece
                restarts = self._reader.restarts
                complete = self._reader.feed(piece)
                if self._reader.restarts > restarts:
                    self.draft.begin_again()
                for said in complete:
                    if await self._took(said):
                        yield self.draft.answer()
                if self._hopeless():
                    return
        self.whole = True
        usage = self._request.usage
        cut = usage is not None and usage.cut
        for said in self._reader.finish():
            if not said.ended and cut:
                continue
            if await self._took(said):
                yield self.draft.answer()

    async def _pieces(self, known: str | None) -> AsyncGenerator[str, None]:
        if known is not None:
            yield known
            return
        stream = self.model.stream(self._request)
        try:
            async for piece in stream:
                yield piece
        finally:
            close = getattr(stream, "aclose", None)  # an iterator need not have it
            if close is not None:
                await close()

    async def _took(self, said: ParsedSentence) -> bool:
        """Whether a sentence has made the answer grow."""
        draft = self.draft
        if said.kind == "refusal":
            draft.refused = True
        full = len(draft.statements) >= self.task.sentences
        if said.kind != "claim" or full or draft.says(said.text):
            return False
        fault: str | None = guarded(said.text, draft.findings.language, self.task.folder)
        if fault is None:
            verdict = await self._check.verdict(said, draft.given)
            if verdict.kept and verdict.evidence:
                draft.keep(said, verdict)
                return not draft.lost
            fault = verdict.fault or "uncited"
        draft.drop(said, fault)
        return False

    def _hopeless(self) -> bool:
        draft = self.draft
        return (
            draft.lost
            or len(draft.dropped) > max(MOST_DROPPED, 2 * len(draft.statements))
            or len(draft.statements) >= self.task.sentences
            or self._reader.overlong
        )
