"""Answer with the sentences that the first working chat model chooses, or else extractively."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.answer import Answer, Fallback
from bot.answering.extractive import ExtractiveAnswerer, Quotable
from bot.errors import ModelFailed
from bot.llm.base import ChatModel, DelegatingModel, Request, Usage
from bot.llm.cache import CacheKey, ReplyCache
from bot.llm.choice_parser import parse_choice
from bot.llm.chooser import ChoicePrompt, Chooser
from bot.llm.prompt import prompt_version
from bot.llm.votes import VoteFigures
from bot.operations.logs import PublicText
from index.findings import Findings

logger = logging.getLogger(__name__)
_MIN_PROMPT = 500  # tokens


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """Tokens of a model's context, and the maximum for its answer."""

    context: int = 4096
    answer: int = 512


class ModelAnswerer:
    """An `Answerer` that tries chat models in turn until one chooses.

    If none does, the answer is extractive, and `Answer.fallback` says why. `replies` caches raw
    texts; `generation` returns the current generation of the index. `votes` finds what a model's
    vote was measured to be worth.
    """

    joins_parts = True

    def __init__(
        self,
        models: Sequence[ChatModel],
        extractive: ExtractiveAnswerer,
        limits: ModelLimits = ModelLimits(),
        replies: ReplyCache | None = None,
        generation: Callable[[], str] = lambda: "",
        votes: Callable[[str], VoteFigures | None] = lambda _: None,
    ) -> None:
        self._models = tuple(models)
        self._extractive = extractive
        self._limits = limits
        self._replies = replies
        self._generation = generation
        self._votes = votes
        self._room: dict[str, int] = {}  # prompt tokens by model, if below the limit

    async def ainvoke(self, findings: Findings) -> Answer:
        extractive = await asyncio.to_thread(self._extractive.answer, findings)
        chooser = await asyncio.to_thread(Chooser.prepare, findings, extractive)
        if chooser is None:
            return extractive
        generation = await asyncio.to_thread(self._generation)
        reason: Fallback = "failed"
        for model in self._models:
            try:
                options = await self.choose(model, chooser, generation)
            except ModelFailed as failure:
                reason = _log_failure(failure)
                continue
            figures = await asyncio.to_thread(self._votes, model.name)
            thresholds = self._extractive.thresholds
            return await asyncio.to_thread(chooser.answer, options, model.name, figures, thresholds)
        return replace(extractive, fallback=reason)

    async def choose(
        self, model: ChatModel, chooser: Chooser, generation: str = ""
    ) -> list[Quotable]:
        """The options that a model chooses; it is asked again if its server rejects JSON or its
        context is smaller than thought.

        Raises ModelFailed.
        """
        while True:
            json, room = await model.structured(), self._prompt_room(model)
            prompt = chooser.prompt(json=json, room=room, tokens=self._limits.answer)
            try:
                return await self._choose(model, chooser.findings.question, prompt, generation)
            except ModelFailed as failure:
                rejects_json = json and failure.kind == "rejected" and not await model.structured()
                if not rejects_json and not self._shorten(model, failure):
                    raise

    async def _choose(
        self, model: ChatModel, question: str, prompt: ChoicePrompt, generation: str
    ) -> list[Quotable]:
        """The choice of one reply, cached or new. Raises ModelFailed, also if it has no choice."""
        request, texts = prompt.request, [option.text for option in prompt.options]
        key = CacheKey(
            question=question,
            generation=generation,
            model=model.name,
            prompt=f"{prompt_version()}/{prompt.form}/{len(request.messages)}/{request.limit}",
            passages=(prompt.passages,),
        )
        cached_reply = await self._replies.find(key) if self._replies is not None else None
        reply = await model.reply(request) if cached_reply is None else cached_reply
        numbers = await asyncio.to_thread(parse_choice, reply, texts)
        if numbers is None:
            raise ModelFailed("malformed", model.name, "no number")
        if self._replies is not None and cached_reply is None:
            await self._replies.keep(key, reply)
        name = PublicText(model.name)
        logger.info("%s: chose %d of %d sentences", name, len(numbers), len(texts))
        return [prompt.options[number - 1] for number in numbers]

    def _prompt_room(self, model: ChatModel) -> int:
        return self._room.get(model.name, self._limits.context - self._limits.answer)

    def _shorten(self, model: ChatModel, failure: ModelFailed) -> bool:
        """Halve a model's prompts if they exceed its context; False if they cannot shrink."""
        room = self._prompt_room(model)
        if failure.kind != "context" or room < 2 * _MIN_PROMPT:
            return False
        self._room[model.name] = room // 2
        logger.warning(
            "%s holds less than SELON_CHAT_CONTEXT=%d says: its prompts are cut to %d tokens",
            PublicText(model.name),
            self._limits.context,
            room // 2,
        )
        return True


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
    extractive: ExtractiveAnswerer
    limits: ModelLimits
    votes: Callable[[str], VoteFigures | None] = lambda _: None

    async def answer(self, findings: Findings) -> CountedAnswer:
        model = _CountedModel(self.model)
        answerer = ModelAnswerer([model], self.extractive, self.limits, votes=self.votes)
        answer = await answerer.ainvoke(findings)
        costs = [self.cost(usage) for usage in model.usages]
        micros = [cost for cost in costs if cost is not None]
        return CountedAnswer(answer, sum(micros) if len(micros) == len(costs) else None)


class _CountedModel(DelegatingModel):
    """A chat model that records the usage of its calls."""

    def __init__(self, model: ChatModel) -> None:
        super().__init__(model)
        self.usages: list[Usage] = []

    async def reply(self, request: Request) -> str:
        try:
            return await self._model.reply(request)
        finally:
            if request.usage is not None:
                self.usages.append(request.usage)
