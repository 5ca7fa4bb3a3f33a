"""One chat model answering one question; each sentence is verified as it arrives."""

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
from bot.llm.draft import AnswerDraft, find_fault
from bot.llm.json_stream import schema
from bot.llm.prompt import Form, Prompt
from bot.verification.claim import Claim, ClaimVerdict, GivenPassage

MOST_DROPPED = 4  # sentences; a model with more is stopped


class ClaimChecker(Protocol):
    """Decides whether passages support a claim; runs on a worker thread."""

    def prepare(self, given: Sequence[GivenPassage]) -> None:
        """Read the passages ahead of the claims."""

    def check(self, claim: Claim, given: Sequence[GivenPassage], question: str) -> ClaimVerdict: ...


class SentenceCheck:
    """The checker for one question; reads the passages while the model thinks.

    Must be built inside a running event loop.
    """

    def __init__(self, checker: ClaimChecker, given: Sequence[GivenPassage], question: str) -> None:
        self._checker = checker
        self._question = question
        self._ready = asyncio.ensure_future(asyncio.to_thread(checker.prepare, given))
        # Its exception is raised by the first verdict; there may be none.
        self._ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())

    async def verdict(
        self, sentence: ParsedSentence, given: Sequence[GivenPassage]
    ) -> ClaimVerdict:
        """Raises IndexingError if nothing can be checked."""
        await asyncio.shield(self._ready)
        claim = Claim(sentence.text, sentence.citations)
        return await asyncio.to_thread(self._checker.check, claim, given, self._question)


@dataclass(frozen=True, slots=True)
class WritingTask:
    """A prompt, and how many sentences and tokens the answer may have.

    `folder` holds the prompts if they are not Selon's own.
    """

    prompt: Prompt
    form: Form
    sentences: int
    tokens: int
    folder: Path | None = None

    def request(self) -> Request:
        numbers = [each.number for each in self.prompt.given]
        json = schema(numbers) if self.form == "answer_json" else None
        return Request(self.prompt.messages, self.tokens, json)


class Attempt:
    """One model's run at a task; `draft` holds what of its answer may be shown."""

    def __init__(
        self, model: ChatModel, task: WritingTask, check: SentenceCheck, draft: AnswerDraft
    ) -> None:
        self.model = model
        self.task = task
        self.draft = draft
        self.text = ""
        self.complete = False  # the model ended by itself
        self._check = check
        self._request = task.request()
        numbers = [each.number for each in task.prompt.given]
        self._parser = AnswerParser(draft.findings.language, numbers)

    async def answers(self, reply: str | None) -> AsyncGenerator[Answer, None]:
        """Yield the draft each time it has grown; stop early if the rest cannot help.

        `reply` is what the model wrote before, used instead of a call. Raises ModelFailed,
        IndexingError.
        """
        source = self.model.stream(self._request) if reply is None else _replay(reply)
        async with aclosing(source) as pieces:
            async for piece in pieces:
                self.text += piece
                restarts = self._parser.restarts
                sentences = self._parser.feed(piece)
                if self._parser.restarts > restarts:
                    self.draft.begin_again()
                for sentence in sentences:
                    if await self._add(sentence):
                        yield self.draft.answer()
                if self._hopeless():
                    return
        self.complete = True
        usage = self._request.usage
        cut = usage is not None and usage.cut
        for sentence in self._parser.finish():
            if (sentence.ended or not cut) and await self._add(sentence):
                yield self.draft.answer()

    async def _add(self, sentence: ParsedSentence) -> bool:
        """Verify a sentence; return True if it has made the answer grow."""
        draft = self.draft
        if sentence.kind == "refusal":
            draft.refused = True
        full = len(draft.statements) >= self.task.sentences
        if sentence.kind != "claim" or full or draft.says(sentence.text):
            return False
        fault: str | None = find_fault(sentence.text, draft.findings.language, self.task.folder)
        if fault is None:
            verdict = await self._check.verdict(sentence, draft.given)
            if verdict.kept and verdict.evidence:
                draft.keep(sentence, verdict)
                return not draft.lost
            fault = verdict.fault or "uncited"
        draft.drop(sentence, fault)
        return False

    def _hopeless(self) -> bool:
        draft = self.draft
        return (
            draft.lost
            or len(draft.dropped) > max(MOST_DROPPED, 2 * len(draft.statements))
            or len(draft.statements) >= self.task.sentences
            or self._parser.overlong
        )


async def _replay(reply: str) -> AsyncGenerator[str, None]:
    yield reply
