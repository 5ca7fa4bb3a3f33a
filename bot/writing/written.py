"""The answer written by a chat model, every sentence of which is checked before it is shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answer import Answer, Fallback
from bot.checking.claim import Claim, Given, Verdict
from bot.extract import NEAREST, Extractive
from bot.models import ChatModel, ModelFailed
from bot.models.cache import Wanted
from bot.span import RuleSpans
from bot.writing.blocking import waited
from bot.writing.draft import Draft
from bot.writing.giving import MOST, MOST_OF_SEVERAL, given
from bot.writing.guards import guarded
from bot.writing.prompting import Prompt, prompt
from bot.writing.reader import Reader, Said
from bot.writing.synthesis import parts
from bot.writing.templates import prompt_version
from index.errors import IndexingError
from index.search import Findings

logger = logging.getLogger(__name__)

MOST_SENTENCES = 6
MOST_OF_SYNTHESIS = 10
MOST_DROPPED = 4  # more than that, and the model is not worth listening to


class Checker(Protocol):
    """Tells whether passages bear a claim out; runs on a worker thread."""

    def prepare(self, given: Sequence[Given]) -> None:
        """Read the passages ahead of the claims."""

    def check(self, claim: Claim, given: Sequence[Given], question: str) -> Verdict: ...


class Replies(Protocol):
    """What models wrote before, kept for the same question over the same passages."""

    async def find(self, wanted: Wanted) -> str | None: ...

    async def keep(self, wanted: Wanted, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens: how many a model can hold, and how many of them an answer may take."""

    context: int = 4096
    answer: int = 512


class Written:
    """Answers with the first of the models that writes one that the passages bear out.

    Where none does, the articles' own sentences answer, and `Answer.fallback` tells why. `replies`
    keeps what was written for next time; `generation` names the index in service.
    """

    def __init__(
        self,
        models: Sequence[ChatModel],
        checker: Checker,
        extractive: Extractive,
        limits: Limits = Limits(),
        replies: Replies | None = None,
        generation: Callable[[], str] = lambda: "",
    ) -> None:
        self._models = tuple(models)
        self._checker = checker
        self._extractive = extractive
        self._limits = limits
        self._replies = replies
        self._generation = generation

    def answer(self, findings: Findings) -> Answer:
        """The whole answer; blocks until it is there, in any thread."""
        return waited(self._whole(findings))

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """The answer as it grows by sentences that were checked; the last one is the whole.

        Closing the iterator ends the model's call.
        """
        quoted = await asyncio.to_thread(self._extractive.answer, findings)
        several = bool(parts(findings.question))
        passages = given(findings.hits, MOST_OF_SEVERAL if several else MOST)
        if not quoted.answered or not passages:
            yield quoted
            return
        room = self._limits.context - self._limits.answer
        asked = prompt(findings.question, findings.language, passages, room)
        most = MOST_OF_SYNTHESIS if several else MOST_SENTENCES
        generation = await asyncio.to_thread(self._generation)
        check = _Check(self._checker, asked.given, findings.question)
        why: Fallback = "failed"
        for model in self._models:
            draft = Draft(findings, asked.given, model.name, RuleSpans())
            writing = _Writing(model, check, draft, asked, most, self._limits.answer)
            try:
                async with aclosing(self._by(writing, generation)) as grown:
                    async for answer in grown:
                        yield answer
            except ModelFailed as failure:
                logger.warning("%s", failure)
                why = "budget" if failure.kind == "budget" else "failed"
                continue
            except IndexingError as error:
                logger.error("What %s writes cannot be checked: %s", model.name, error)
                break
            _log(draft)
            yield _finished(draft, quoted, findings)
            return
        yield replace(quoted, fallback=why)

    async def _whole(self, findings: Findings) -> Answer:
        return [answer async for answer in self.astream(findings)][-1]

    async def _by(self, writing: _Writing, generation: str) -> AsyncGenerator[Answer, None]:
        """What one model writes, from what it wrote before where that was kept."""
        wanted = self._wanted(writing, generation)
        known = await self._replies.find(wanted) if self._replies is not None else None
        async with aclosing(writing.answers(known)) as grown:
            async for answer in grown:
                yield answer
        good = writing.whole and writing.draft.enough
        if self._replies is not None and known is None and good:
            await self._replies.keep(wanted, writing.text)

    def _wanted(self, writing: _Writing, generation: str) -> Wanted:
        passages = tuple(message.text for message in writing.asked.messages[-1:])
        findings = writing.draft.findings
        version = f"{prompt_version()}/{len(writing.asked.messages)}/{self._limits.answer}"
        name = writing.model.name
        return Wanted(findings.question, generation, name, version, passages)


class _Check:
    """The checker over the passages of one question, which it reads while the model thinks."""

    def __init__(self, checker: Checker, given: Sequence[Given], question: str) -> None:
        self._checker = checker
        self._given = given
        self._question = question
        self._ready = asyncio.ensure_future(asyncio.to_thread(checker.prepare, given))
        # What it raises comes out at the first check; there may be none.
        self._ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())

    async def verdict(self, claim: Claim) -> Verdict:
        await asyncio.shield(self._ready)
        return await asyncio.to_thread(self._checker.check, claim, self._given, self._question)


class _Writing:
    """One model's answer to one prompt, read and checked sentence by sentence."""

    def __init__(
        self,
        model: ChatModel,
        check: _Check,
        draft: Draft,
        asked: Prompt,
        most: int,
        limit: int,
    ) -> None:
        self.model = model
        self.draft = draft
        self.asked = asked
        self.text = ""
        self.whole = False  # the model ended by itself
        self._check = check
        self._most = most
        self._limit = limit
        numbers = [each.number for each in asked.given]
        self._reader = Reader(draft.findings.language, numbers)

    async def answers(self, known: str | None) -> AsyncGenerator[Answer, None]:
        """The draft each time it has grown; ends early where there is nothing left to hope for."""
        async with aclosing(self._pieces(known)) as pieces:
            async for piece in pieces:
                self.text += piece
                restarts = self._reader.restarts
                complete = self._reader.feed(piece)
                if self._reader.restarts > restarts:
                    self._begin_again()
                for said in complete:
                    if await self._took(said):
                        yield self.draft.answer()
                if self._hopeless():
                    return
        self.whole = True
        cut = known is None and self.model.usage is not None and self.model.usage.cut
        for said in self._reader.finish():
            if not said.ended and cut:
                continue
            if await self._took(said):
                yield self.draft.answer()

    async def _pieces(self, known: str | None) -> AsyncGenerator[str, None]:
        if known is not None:
            yield known
            return
        stream = self.model.stream(self.asked.messages, limit=self._limit)
        try:
            async for piece in stream:
                yield piece
        finally:
            close = getattr(stream, "aclose", None)  # an iterator need not have it
            if close is not None:
                await close()

    async def _took(self, said: Said) -> bool:
        """Whether a sentence has made the answer grow."""
        draft = self.draft
        if said.kind == "refusal":
            draft.refused = True
        if said.kind != "claim" or len(draft.statements) >= self._most or draft.says(said.text):
            return False
        fault: str | None = guarded(said.text, draft.findings.language)
        if fault is None:
            verdict = await self._check.verdict(Claim(said.text, said.citations))
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
            or len(draft.statements) >= self._most
            or self._reader.overlong
        )

    def _begin_again(self) -> None:
        draft = self.draft
        draft.statements.clear()
        draft.citations.clear()
        draft.dropped.clear()
        draft.refused = draft.lost = False


def _finished(draft: Draft, quoted: Answer, findings: Findings) -> Answer:
    """The model's answer, its refusal, or the articles' own sentences in its place."""
    if draft.enough:
        return draft.answer((*quoted.citations, *quoted.further))
    if draft.refused and not draft.statements and not draft.dropped:
        articles = {hit.article.id: hit.article for hit in findings.hits}
        refusal = replace(draft.answer(), nearest=tuple(articles.values())[:NEAREST])
        return refusal
    return replace(quoted, fallback="unsupported", dropped=tuple(draft.dropped))


def _log(draft: Draft) -> None:
    if draft.dropped:
        faults = ", ".join(sorted(each.fault for each in draft.dropped))
        kept = len(draft.statements)
        logger.info("%s: %d kept, %d dropped (%s)", draft.model, kept, len(draft.dropped), faults)
