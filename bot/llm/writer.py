"""The answer written by a chat model, every sentence of which is checked before it is shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bot.answer import Answer, Fallback
from bot.answering.comparison import parts
from bot.answering.extractive import ExtractiveAnswerer
from bot.answering.refusal import decide_by_model
from bot.errors import ModelFailed
from bot.llm.attempt import Attempt, ClaimChecker, SentenceCheck, WritingTask
from bot.llm.base import ChatModel
from bot.llm.cache import CacheKey
from bot.llm.draft import AnswerDraft
from bot.llm.prompt import (
    MOST,
    MOST_OF_SEVERAL,
    Form,
    passages_given,
    prompt,
    prompt_version,
    set_down,
)
from bot.operations.logs import PublicText
from bot.verification.claim import GivenPassage
from index.errors import IndexingError
from index.findings import Findings

logger = logging.getLogger(__name__)
_MOST_SENTENCES = 6
MOST_OF_SYNTHESIS = 10
SMALLEST = 500  # tokens of a prompt that is still worth sending


class ReplyStore(Protocol):
    """What models wrote before, kept for the same question over the same passages."""

    async def find(self, wanted: CacheKey) -> str | None: ...

    async def keep(self, wanted: CacheKey, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """Tokens: how many a model can hold, and how many of them an answer may take."""

    context: int = 4096
    answer: int = 512


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question to the models, whichever of them answers it."""

    findings: Findings
    passages: Sequence[GivenPassage]
    several: bool  # it has several parts
    generation: str
    check: SentenceCheck
    doubtful: bool  # whether it is answered is not sure, whoever writes


class WrittenAnswerer:
    """An `Answerer`: the first of the models that writes an answer that the passages bear out.

    Where none does, the articles' own sentences answer, and `Answer.fallback` tells why. `replies`
    keeps what was written for next time; `generation` names the index in service; `prompts` is a
    folder of prompts to be used in place of Selon's own.
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
        self._rooms: dict[str, int] = {}  # of the models that hold less than the limits say

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """The answer as it grows by sentences that were checked; the last one is the whole.

        Closing the iterator ends the model's call.
        """
        quoted = await asyncio.to_thread(self._extractive.answer, findings)
        several = bool(parts(findings.question))
        passages = passages_given(findings.hits, MOST_OF_SEVERAL if several else MOST)
        if quoted.outcome == "no" or not passages:
            yield quoted
            return
        generation = await asyncio.to_thread(self._generation)
        check = SentenceCheck(self._checker, passages, findings.question)
        asked = _Asked(findings, passages, several, generation, check, quoted.doubtful)
        why: Fallback = "failed"
        waiting = list(self._models)
        while waiting:
            model = waiting.pop(0)
            attempt = await self._attempt(model, asked)
            try:
                async with aclosing(self._sentences(attempt, asked)) as grown:
                    async for answer in grown:
                        yield answer
            except ModelFailed as failure:
                if await _without_json(attempt, failure) or self._shorter(attempt, failure):
                    waiting.insert(0, model)
                    continue
                why = _tell(failure)
            except IndexingError as error:
                logger.error("What %s writes cannot be checked: %s", PublicText(model.name), error)
                break
            else:
                _log(attempt.draft)
                yield _finished(attempt.draft, quoted, findings)
                return
        yield replace(quoted, fallback=why)

    async def _attempt(self, model: ChatModel, asked: _Asked) -> Attempt:
        """A model at the task, in the form that it can write."""
        findings = asked.findings
        form: Form = "answer_json" if await model.structured() else "answer"
        room = self._room(model)
        told = prompt(
            findings.question, findings.language, asked.passages, room, form, self._prompts
        )
        most = MOST_OF_SYNTHESIS if asked.several else _MOST_SENTENCES
        task = WritingTask(told, form, most, self._limits.answer, self._prompts)
        draft = AnswerDraft(findings, told.given, model.name, asked.doubtful)
        return Attempt(model, task, asked.check, draft)

    def _room(self, model: ChatModel) -> int:
        """How many tokens a prompt may have."""
        return self._rooms.get(model.name, self._limits.context - self._limits.answer)

    def _shorter(self, attempt: Attempt, failure: ModelFailed) -> bool:
        """Whether a prompt that the model cannot hold can be made shorter, from now on."""
        room = self._room(attempt.model)
        if failure.kind != "context" or room < 2 * SMALLEST:
            return False
        self._rooms[attempt.model.name] = room // 2
        logger.warning(
            "%s holds less than SELON_CHAT_CONTEXT=%d says: its prompts are cut to %d tokens",
            PublicText(attempt.model.name),
            self._limits.context,
            room // 2,
        )
        return True

    async def _sentences(self, attempt: Attempt, asked: _Asked) -> AsyncGenerator[Answer, None]:
        """What one model writes, from what it wrote before where that was kept."""
        wanted = _wanted(attempt, asked)
        known = await self._replies.find(wanted) if self._replies is not None else None
        async with aclosing(attempt.answers(known)) as grown:
            async for answer in grown:
                yield answer
        good = attempt.whole and attempt.draft.enough
        if self._replies is not None and known is None and good:
            await self._replies.keep(wanted, attempt.text)


def _wanted(attempt: Attempt, asked: _Asked) -> CacheKey:
    task = attempt.task
    findings = asked.findings
    passages = (set_down(task.prompt.given, findings.language),)
    version = f"{prompt_version()}/{task.form}/{len(task.prompt.messages)}/{task.tokens}"
    name = attempt.model.name
    return CacheKey(findings.question, asked.generation, name, version, passages)


async def _without_json(attempt: Attempt, failure: ModelFailed) -> bool:
    """Whether the server has just told that it cannot hold the model to a schema."""
    json = attempt.task.form == "answer_json"
    return json and failure.kind == "rejected" and not await attempt.model.structured()


def _tell(failure: ModelFailed) -> Fallback:
    """Tell the operator of a failure; what to tell the person."""
    spent: Mapping[str, Fallback] = {"budget": "budget", "allowance": "allowance"}
    told = spent.get(failure.kind, "failed")
    # That it is left alone follows from what was told before.
    loud = told == "failed" and failure.kind != "paused"
    logger.log(logging.WARNING if loud else logging.INFO, "%s", failure)
    return told


def _finished(draft: AnswerDraft, quoted: Answer, findings: Findings) -> Answer:
    """The model's answer, its refusal, or the articles' own sentences in its place."""
    if draft.enough:
        return draft.answer((*quoted.citations, *quoted.further))
    if draft.refused and not draft.statements and not draft.dropped:
        decision = decide_by_model(findings)
        if decision.may_answer:
            return replace(quoted, fallback="unknown", doubtful=decision.doubtful)
        return replace(draft.answer(), nearest=decision.nearest)
    return replace(quoted, fallback="unsupported", dropped=tuple(draft.dropped))


def _log(draft: AnswerDraft) -> None:
    """What became of the sentences, without a word of them."""
    model = PublicText(draft.model)
    if draft.refused:
        logger.info("%s: does not know", model)
    if draft.dropped:
        faults = PublicText(", ".join(sorted(each.fault for each in draft.dropped)))
        kept = len(draft.statements)
        logger.info("%s: %d kept, %d dropped (%s)", model, kept, len(draft.dropped), faults)
