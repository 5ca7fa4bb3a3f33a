"""Answers written by chat models; every sentence is verified before it is shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bot.answer import Answer, Fallback
from bot.answering.comparison import search_parts
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.refusal import decide_by_model
from bot.errors import ModelFailed
from bot.llm.attempt import Attempt, ClaimChecker, SentenceCheck, WritingTask
from bot.llm.base import ChatModel, DelegatingModel, Request, Usage
from bot.llm.cache import CacheKey
from bot.llm.draft import AnswerDraft
from bot.llm.prompt import (
    MOST,
    MOST_OF_SEVERAL,
    Form,
    format_passages,
    passages_given,
    prompt,
    prompt_version,
)
from bot.operations.logs import PublicText
from bot.verification.claim import GivenPassage
from index.errors import IndexingError
from index.findings import Findings

logger = logging.getLogger(__name__)
_MOST_SENTENCES = 6
_MOST_SENTENCES_OF_SEVERAL = 10  # where the question has several parts
_SMALLEST_PROMPT = 500  # tokens


class ReplyStore(Protocol):
    """What models wrote before, for the same question over the same passages."""

    async def find(self, key: CacheKey) -> str | None: ...

    async def keep(self, key: CacheKey, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """Tokens of a model's context, and how many of them an answer may take."""

    context: int = 4096
    answer: int = 512


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to the models, whichever of them answers it."""

    findings: Findings
    passages: Sequence[GivenPassage]
    several: bool  # it has several parts
    generation: str
    check: SentenceCheck
    doubtful: bool  # whoever writes, the search is not sure that there is an answer


class WrittenAnswerer:
    """An `Answerer` that uses the first model whose answer the passages support.

    If there is none, the articles' own sentences answer, and `Answer.fallback` says why. `replies`
    caches raw texts; `generation` names the index in service; `prompts` is a folder of prompts to
    use instead of Selon's own.
    """

    joins_parts = True

    def __init__(
        self,
        models: Sequence[ChatModel],
        checker: ClaimChecker,
        extractive: ExtractiveAnswerer,
        limits: WriterLimits = WriterLimits(),
        replies: ReplyStore | None = None,
        generation: Callable[[], str] = lambda: "",
        prompts: Path | None = None,
    ) -> None:
        self._models = tuple(models)
        self._checker = checker
        self._extractive = extractive
        self._limits = limits
        self._replies = replies
        self._generation = generation
        self._prompts = prompts
        self._room: dict[str, int] = {}  # tokens of a prompt, by model, below what the limits say

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """Yield the answer as it grows by verified sentences; the last item is complete.

        Closing the generator ends the model's call.
        """
        quoted = await asyncio.to_thread(self._extractive.answer, findings)
        several = bool(search_parts(findings.question))
        passages = passages_given(findings.hits, MOST_OF_SEVERAL if several else MOST)
        if quoted.outcome == "no" or not passages:
            yield quoted
            return
        generation = await asyncio.to_thread(self._generation)
        check = SentenceCheck(self._checker, passages, findings.question)
        question = _Question(findings, passages, several, generation, check, quoted.doubtful)
        reason: Fallback = "failed"
        waiting = list(self._models)
        while waiting:
            model = waiting.pop(0)
            attempt = await self._begin(model, question)
            try:
                async with aclosing(self._answers(attempt, question)) as answers:
                    async for answer in answers:
                        yield answer
            except ModelFailed as failure:
                if await _lost_json(attempt, failure) or self._shorten(attempt, failure):
                    waiting.insert(0, model)
                    continue
                reason = _log_failure(failure)
            except IndexingError as error:
                logger.error("What %s writes cannot be checked: %s", PublicText(model.name), error)
                break
            else:
                _log_outcome(attempt.draft)
                yield _finish(attempt.draft, quoted, findings)
                return
        yield replace(quoted, fallback=reason)

    async def _begin(self, model: ChatModel, question: _Question) -> Attempt:
        """Set a model to the task, in the form that it can write."""
        findings = question.findings
        form: Form = "answer_json" if await model.structured() else "answer"
        passages, room = question.passages, self._prompt_room(model)
        sent = prompt(findings.question, findings.language, passages, room, form, self._prompts)
        most = _MOST_SENTENCES_OF_SEVERAL if question.several else _MOST_SENTENCES
        task = WritingTask(sent, form, most, self._limits.answer, self._prompts)
        draft = AnswerDraft(findings, sent.given, model.name, question.doubtful)
        return Attempt(model, task, question.check, draft)

    def _prompt_room(self, model: ChatModel) -> int:
        return self._room.get(model.name, self._limits.context - self._limits.answer)

    def _shorten(self, attempt: Attempt, failure: ModelFailed) -> bool:
        """Halve a model's prompts if it cannot hold them; return False if they cannot shrink."""
        room = self._prompt_room(attempt.model)
        if failure.kind != "context" or room < 2 * _SMALLEST_PROMPT:
            return False
        self._room[attempt.model.name] = room // 2
        logger.warning(
            "%s holds less than SELON_CHAT_CONTEXT=%d says: its prompts are cut to %d tokens",
            PublicText(attempt.model.name),
            self._limits.context,
            room // 2,
        )
        return True

    async def _answers(self, attempt: Attempt, question: _Question) -> AsyncGenerator[Answer, None]:
        """Yield one model's answers, from its cached reply if there is one."""
        task, findings = attempt.task, question.findings
        key = CacheKey(
            question=findings.question,
            generation=question.generation,
            model=attempt.model.name,
            prompt=f"{prompt_version()}/{task.form}/{len(task.prompt.messages)}/{task.tokens}",
            passages=(format_passages(task.prompt.given, findings.language),),
        )
        reply = await self._replies.find(key) if self._replies is not None else None
        async with aclosing(attempt.answers(reply)) as answers:
            async for answer in answers:
                yield answer
        good = attempt.complete and attempt.draft.enough
        if self._replies is not None and reply is None and good:
            await self._replies.keep(key, attempt.text)


async def _lost_json(attempt: Attempt, failure: ModelFailed) -> bool:
    """True if the server has just rejected structured output."""
    json = attempt.task.form == "answer_json"
    return json and failure.kind == "rejected" and not await attempt.model.structured()


def _log_failure(failure: ModelFailed) -> Fallback:
    """Log a failure, quietly if it follows from an earlier one, and return it as a fallback."""
    quiet = failure.kind in ("budget", "allowance", "paused")
    logger.log(logging.INFO if quiet else logging.WARNING, "%s", failure)
    if failure.kind == "budget" or failure.kind == "allowance":
        return failure.kind
    return "failed"


def _finish(draft: AnswerDraft, quoted: Answer, findings: Findings) -> Answer:
    """Return the model's answer, its refusal, or the articles' own sentences in its place."""
    if draft.enough:
        return draft.answer((*quoted.citations, *quoted.further))
    if draft.refused and not draft.statements and not draft.dropped:
        decision = decide_by_model(findings)
        if decision.may_answer:
            return replace(quoted, fallback="unknown", doubtful=decision.doubtful)
        return replace(draft.answer(), nearest=decision.nearest)
    return replace(quoted, fallback="unsupported", dropped=tuple(draft.dropped))


def _log_outcome(draft: AnswerDraft) -> None:
    """Log what became of the sentences, without a word of them."""
    model = PublicText(draft.model)
    if draft.refused:
        logger.info("%s: does not know", model)
    if draft.dropped:
        faults = PublicText(", ".join(sorted(each.fault for each in draft.dropped)))
        kept = len(draft.statements)
        logger.info("%s: %d kept, %d dropped (%s)", model, kept, len(draft.dropped), faults)


@dataclass(frozen=True, slots=True)
class CountedAnswer:
    """An answer and its cost in millionths of a currency unit, None if unknown."""

    answer: Answer
    micros: int | None


@dataclass(frozen=True, slots=True)
class LoneWriter:
    """One model alone, without stand-in or cache, whose every answer is written anew and counted.

    If it fails, the answer is the articles' own sentences, and `Answer.fallback` says why.
    """

    model: ChatModel
    cost: Callable[[Usage], int | None]
    checker: ClaimChecker
    extractive: ExtractiveAnswerer
    limits: WriterLimits
    prompts: Path | None = None

    async def write(self, findings: Findings) -> CountedAnswer:
        """Write the complete answer; cancelling this ends the model's call."""
        model = _CountedModel(self.model)
        answerer = WrittenAnswerer(
            [model], self.checker, self.extractive, self.limits, prompts=self.prompts
        )
        async with aclosing(answerer.astream(findings)) as answers:
            answer = [each async for each in answers][-1]
        costs = [self.cost(each) for each in model.usages]
        known = [each for each in costs if each is not None]
        return CountedAnswer(answer, sum(known) if len(known) == len(costs) else None)


class _CountedModel(DelegatingModel):
    """A chat model that keeps the usage of its calls."""

    def __init__(self, model: ChatModel) -> None:
        super().__init__(model)
        self.usages: list[Usage] = []

    async def stream(self, request: Request) -> AsyncGenerator[str, None]:
        try:
            async with aclosing(self._model.stream(request)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            if request.usage is not None:
                self.usages.append(request.usage)
