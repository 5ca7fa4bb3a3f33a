"""Answers that chat models write; every sentence is verified before it is shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bot.answer import Answer
from bot.answering.comparison import search_parts
from bot.answering.refusal import decide_by_choice, lower
from bot.llm.answer_parser import AnswerParser, ParsedSentence
from bot.llm.base import ChatModel, Request
from bot.llm.draft import AnswerDraft, find_fault
from bot.llm.json_stream import schema
from bot.llm.model_answerer import Attempt, Begin
from bot.llm.prompt import (
    MAX_PASSAGES,
    MAX_PASSAGES_OF_PARTS,
    WritingForm,
    choose_passages,
    fit_messages,
    format_passage,
    template,
)
from bot.operations.logs import PublicText
from bot.verification.claim import Claim, ClaimVerdict, NumberedPassage
from index.findings import Findings

logger = logging.getLogger(__name__)
_MAX_WRITTEN_SENTENCES = 6
_MAX_WRITTEN_SENTENCES_OF_PARTS = 10  # if the question has several parts
MAX_DROPPED = 4  # sentences; a model with more is stopped


class ClaimChecker(Protocol):
    """Checks whether passages support a claim; called on a worker thread."""

    def prepare(self, passages: Sequence[NumberedPassage]) -> None:
        """Read the passages before there are claims."""

    def check(
        self, claim: Claim, passages: Sequence[NumberedPassage], question: str
    ) -> ClaimVerdict: ...


class SentenceCheck:
    """The checker for one question; reads the passages while the model is busy.

    Must be created in a running event loop.
    """

    def __init__(
        self, checker: ClaimChecker, passages: Sequence[NumberedPassage], question: str
    ) -> None:
        self._checker = checker
        self._question = question
        self._ready = asyncio.ensure_future(asyncio.to_thread(checker.prepare, passages))
        # The first verdict, if any, raises its exception.
        self._ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())

    async def verdict(
        self, sentence: ParsedSentence, passages: Sequence[NumberedPassage]
    ) -> ClaimVerdict:
        """Raises IndexingError if nothing can be checked."""
        await asyncio.shield(self._ready)
        claim = Claim(sentence.text, sentence.citations)
        return await asyncio.to_thread(self._checker.check, claim, passages, self._question)


@dataclass(frozen=True, slots=True)
class Writer:
    """A `ModelTask`: write an answer; `prompts` is a folder to use instead of Selon's own."""

    checker: ClaimChecker
    prompts: Path | None = None

    async def prepare(self, findings: Findings, extractive: Answer, tokens: int) -> Begin | None:
        """Ask no model if the articles probably do not answer."""
        if extractive.outcome == "no":
            return None
        question, language = findings.question, findings.language
        several = bool(search_parts(question))
        most = MAX_PASSAGES_OF_PARTS if several else MAX_PASSAGES
        passages = await asyncio.to_thread(choose_passages, findings.hits, most)
        if not passages:
            return None
        blocks = await asyncio.to_thread(
            lambda: [format_passage(each, language) for each in passages]
        )
        check = SentenceCheck(self.checker, passages, question)

        def begin(model: ChatModel, json: bool, room: int) -> WritingAttempt:
            form: WritingForm = "answer_json" if json else "answer"
            blank = template(form, language, self.prompts)
            messages, count = fit_messages(blank, question, language, blocks, room)
            numbers = [each.number for each in passages[:count]]
            request = Request(messages, tokens, schema(numbers) if json else None)
            draft = AnswerDraft(
                findings,
                passages[:count],
                model.name,
                extractive.outcome,
                _MAX_WRITTEN_SENTENCES_OF_PARTS if several else _MAX_WRITTEN_SENTENCES,
                self.prompts,
            )
            shown = "\n\n".join(blocks[:count])
            return WritingAttempt(model, request, form, shown, check, draft, extractive)

        return begin


class WritingAttempt(Attempt):
    """An attempt whose supported sentences are collected in `draft`.

    `extractive` is the answer without a model, which may replace it.
    """

    def __init__(
        self,
        model: ChatModel,
        request: Request,
        form: WritingForm,
        passages: str,
        check: SentenceCheck,
        draft: AnswerDraft,
        extractive: Answer,
    ) -> None:
        super().__init__(model, request, form, passages)
        self._check = check
        self._draft = draft
        self._extractive = extractive
        numbers = [each.number for each in draft.passages]
        self._parser = AnswerParser(draft.findings.language, numbers)

    async def answers(self, reply: str | None) -> AsyncGenerator[Answer, None]:
        """Yield the draft each time it grows, then the answer; see `Attempt.answers`."""
        async with aclosing(self._grow(reply)) as answers:
            async for answer in answers:
                yield answer
        self._log()
        yield self._finish()

    async def _grow(self, reply: str | None) -> AsyncGenerator[Answer, None]:
        """Yield the draft each time it grows; stop early if the rest cannot help."""
        async with aclosing(self.stream(reply)) as pieces:
            async for piece in pieces:
                restarts = self._parser.restarts
                sentences = self._parser.feed(piece)
                if self._parser.restarts > restarts:
                    self._draft.begin_again()
                for sentence in sentences:
                    if await self._add(sentence):
                        yield self._draft.answer()
                if self._should_stop():
                    return
        usage = self.request.usage
        is_cut = usage is not None and usage.is_cut
        for sentence in self._parser.finish():
            if (sentence.is_complete or not is_cut) and await self._add(sentence):
                yield self._draft.answer()
        self.good = self._draft.enough

    async def _add(self, sentence: ParsedSentence) -> bool:
        """Verify a sentence; return True if the answer has grown."""
        draft = self._draft
        if sentence.kind == "refusal":
            draft.is_refusal = True
        if sentence.kind != "claim" or draft.full or draft.has_statement(sentence.text):
            return False
        fault: str | None = await asyncio.to_thread(
            find_fault, sentence.text, draft.findings.language, draft.prompts
        )
        if fault is None:
            verdict = await self._check.verdict(sentence, draft.passages)
            if verdict.supported and verdict.evidence:
                draft.keep(sentence, verdict)
                return not draft.has_lost_answer
            if verdict.evidence:
                return draft.replace(sentence, verdict) and draft.own_statements > 0
            fault = verdict.fault or "uncited"
        draft.drop(sentence, fault)
        return False

    def _should_stop(self) -> bool:
        draft = self._draft
        return (
            draft.has_lost_answer
            or len(draft.dropped) > max(MAX_DROPPED, 2 * len(draft.statements))
            or draft.full
            or self._parser.overlong
        )

    def _finish(self) -> Answer:
        """The model's answer, its refusal, or the extractive answer instead."""
        draft, extractive = self._draft, self._extractive
        if draft.enough:
            return draft.answer((*extractive.citations, *extractive.further))
        if draft.is_refusal and not draft.statements and not draft.dropped:
            decision = decide_by_choice(draft.findings, extractive.outcome, None)
            if decision.may_answer:
                return replace(lower(extractive), fallback="unknown")
            return replace(draft.answer(), nearest=decision.nearest)
        return replace(extractive, fallback="unsupported", dropped=tuple(draft.dropped))

    def _log(self) -> None:
        """Log the counts and faults of the sentences, but not their text."""
        draft, model = self._draft, PublicText(self.model.name)
        if draft.is_refusal:
            logger.info("%s: does not know", model)
        if draft.dropped:
            faults = PublicText(", ".join(sorted(each.fault for each in draft.dropped)))
            counts = draft.own_statements, len(draft.dropped)
            logger.info("%s: %d kept, %d dropped (%s)", model, *counts, faults)
