"""Answer with the first chat model that works, or else extractively."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answer import Answer, Fallback
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import ModelFailed
from bot.llm.base import ChatModel, DelegatingModel, Request, Usage
from bot.llm.cache import CacheKey
from bot.llm.prompt import Form, prompt_version
from bot.operations.logs import PublicText
from index.errors import IndexingError
from index.findings import Findings

logger = logging.getLogger(__name__)
_MIN_PROMPT = 500  # tokens


class ReplyStore(Protocol):
    """A cache of model replies; `ReplyCache` is one."""

    async def find(self, key: CacheKey) -> str | None: ...

    async def keep(self, key: CacheKey, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """Tokens of a model's context, and the maximum for its answer."""

    context: int = 4096
    answer: int = 512


class Attempt(ABC):
    """One model's attempt at one question; `passages` are as formatted in the prompt.

    `text` is the model's raw text so far, `good` if it is complete and worth caching.
    """

    def __init__(self, model: ChatModel, request: Request, form: Form, passages: str) -> None:
        self.model = model
        self.request = request
        self.form = form
        self.passages = passages
        self.text = ""
        self.good = False

    @abstractmethod
    def answers(self, reply: str | None) -> AsyncGenerator[Answer, None]:
        """Yield the growing answer; the last item is complete.

        A cached `reply` replaces the call. Raises ModelFailed, IndexingError.
        """

    async def stream(self, reply: str | None) -> AsyncGenerator[str, None]:
        """Stream the model's text, or a cached reply."""
        if reply is not None:
            self.text = reply
            yield reply
            return
        async with aclosing(self.model.stream(self.request)) as pieces:
            async for piece in pieces:
                self.text += piece
                yield piece


Begin = Callable[[ChatModel, bool, int], Attempt]
"""Begins an attempt of a model, given whether it writes JSON and the tokens of its prompt."""


class ModelTask(Protocol):
    """What models do with a question: choose sentences, or write them."""

    async def prepare(self, findings: Findings, extractive: Answer, tokens: int) -> Begin | None:
        """Return the function that begins attempts; None if no model should be asked.

        `extractive` is the answer without a model; `tokens` the maximum for the model's text.
        """


class ModelAnswerer:
    """An `Answerer` that tries chat models in turn until one answers.

    If none does, the answer is extractive, and `Answer.fallback` says why. `replies` caches raw
    texts; `generation` returns the current generation of the index.
    """

    joins_parts = True

    def __init__(
        self,
        models: Sequence[ChatModel],
        task: ModelTask,
        extractive: ExtractiveAnswerer,
        limits: ModelLimits = ModelLimits(),
        replies: ReplyStore | None = None,
        generation: Callable[[], str] = lambda: "",
    ) -> None:
        self._models = tuple(models)
        self._task = task
        self._extractive = extractive
        self._limits = limits
        self._replies = replies
        self._generation = generation
        self._room: dict[str, int] = {}  # prompt tokens by model, if below the limit

    async def astream(self, findings: Findings) -> AsyncGenerator[Answer, None]:
        """Yield the growing answer; closing this ends the model's call."""
        extractive = await asyncio.to_thread(self._extractive.answer, findings)
        begin = await self._task.prepare(findings, extractive, self._limits.answer)
        if begin is None:
            yield extractive
            return
        generation = await asyncio.to_thread(self._generation)
        reason: Fallback = "failed"
        models = list(self._models)
        while models:
            model = models.pop(0)
            attempt = begin(model, await model.structured(), self._prompt_room(model))
            key = self._key(attempt, findings, generation)
            try:
                async with aclosing(self._answers(attempt, key)) as answers:
                    async for answer in answers:
                        yield answer
            except ModelFailed as failure:
                if await _lost_json(attempt, failure) or self._shorten(attempt, failure):
                    models.insert(0, model)
                    continue
                reason = _log_failure(failure)
            except IndexingError as error:
                logger.error("What %s writes cannot be checked: %s", PublicText(model.name), error)
                break
            else:
                return
        yield replace(extractive, fallback=reason)

    async def _answers(self, attempt: Attempt, key: CacheKey) -> AsyncGenerator[Answer, None]:
        """Yield one model's answers, from a cached reply if there is one."""
        reply = await self._replies.find(key) if self._replies is not None else None
        async with aclosing(attempt.answers(reply)) as answers:
            async for answer in answers:
                yield answer
        if self._replies is not None and reply is None and attempt.good:
            await self._replies.keep(key, attempt.text)

    def _key(self, attempt: Attempt, findings: Findings, generation: str) -> CacheKey:
        request = attempt.request
        return CacheKey(
            question=findings.question,
            generation=generation,
            model=attempt.model.name,
            prompt=f"{prompt_version()}/{attempt.form}/{len(request.messages)}/{request.limit}",
            passages=(attempt.passages,),
        )

    def _prompt_room(self, model: ChatModel) -> int:
        return self._room.get(model.name, self._limits.context - self._limits.answer)

    def _shorten(self, attempt: Attempt, failure: ModelFailed) -> bool:
        """Halve a model's prompts if they exceed its context; False if they cannot shrink."""
        room = self._prompt_room(attempt.model)
        if failure.kind != "context" or room < 2 * _MIN_PROMPT:
            return False
        self._room[attempt.model.name] = room // 2
        logger.warning(
            "%s holds less than SELON_CHAT_CONTEXT=%d says: its prompts are cut to %d tokens",
            PublicText(attempt.model.name),
            self._limits.context,
            room // 2,
        )
        return True


async def _lost_json(attempt: Attempt, failure: ModelFailed) -> bool:
    """True if the server has just rejected structured output."""
    json = attempt.request.schema is not None
    return json and failure.kind == "rejected" and not await attempt.model.structured()


def _log_failure(failure: ModelFailed) -> Fallback:
    """Log a failure, quietly if an earlier one caused it, and return the fallback."""
    quiet = failure.kind in ("budget", "allowance", "paused")
    logger.log(logging.INFO if quiet else logging.WARNING, "%s", failure)
    if failure.kind == "budget" or failure.kind == "allowance":
        return failure.kind
    return "failed"


@dataclass(frozen=True, slots=True)
class CountedAnswer:
    """An answer, and its cost in millionths of a currency unit (None if unknown)."""

    answer: Answer
    micros: int | None


@dataclass(frozen=True, slots=True)
class LoneModel:
    """One model without substitutes or cache, whose answers are counted.

    If it fails, the answer is extractive, and `Answer.fallback` says why.
    """

    model: ChatModel
    cost: Callable[[Usage], int | None]
    task: ModelTask
    extractive: ExtractiveAnswerer
    limits: ModelLimits

    async def answer(self, findings: Findings) -> CountedAnswer:
        model = _CountedModel(self.model)
        answerer = ModelAnswerer([model], self.task, self.extractive, self.limits)
        async with aclosing(answerer.astream(findings)) as answers:
            answer = [each async for each in answers][-1]
        costs = [self.cost(each) for each in model.usages]
        micros = [each for each in costs if each is not None]
        return CountedAnswer(answer, sum(micros) if len(micros) == len(costs) else None)


class _CountedModel(DelegatingModel):
    """A chat model that records the usage of its calls."""

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
