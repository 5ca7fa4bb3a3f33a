"""One model by itself, whose every answer is written anew and counted: for comparisons."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.answer import Answer
from bot.answering.extractive import ExtractiveAnswerer
from bot.llm.attempt import ClaimChecker
from bot.llm.base import ChatModel, Request, Usage
from bot.llm.writer import WriterLimits, WrittenAnswerer
from index.findings import Findings


@dataclass(frozen=True, slots=True)
class CountedAnswer:
    """An answer and what it cost, in millionths of a currency unit, if that is known."""

    answer: Answer
    micros: int | None


class LoneWriter:
    """No other model stands in for it, and nothing that it wrote before is served again.

    Where it fails the answer is the articles' own sentences, and `Answer.fallback` tells why.
    """

    def __init__(
        self,
        model: ChatModel,
        cost: Callable[[Usage], int | None],
        checker: ClaimChecker,
        extractive: ExtractiveAnswerer,
        limits: WriterLimits,
        prompts: Path | None = None,
    ) -> None:
        self._model = model
        self._cost = cost
        self._checker = checker
        self._extractive = extractive
        self._limits = limits
        self._prompts = prompts

    async def write(self, findings: Findings) -> CountedAnswer:
        """The whole answer from these findings; cancelling it ends the model's call."""
        model = _Metered(self._model)
        answerer = WrittenAnswerer(
            [model], self._checker, self._extractive, self._limits, prompts=self._prompts
        )
        async with aclosing(answerer.astream(findings)) as grown:
            answer = [each async for each in grown][-1]
        costs = [self._cost(each) for each in model.usages]
        known = [each for each in costs if each is not None]
        return CountedAnswer(answer, sum(known) if len(known) == len(costs) else None)


class _Metered:
    """A chat model whose calls are counted here too."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.usages: list[Usage] = []

    @property
    def name(self) -> str:
        return self._model.name

    async def structured(self) -> bool:
        return await self._model.structured()

    async def stream(self, request: Request) -> AsyncGenerator[str, None]:
        """As the model's."""
        stream = cast("AsyncGenerator[str, None]", self._model.stream(request))
        try:
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            if request.usage is not None:
                self.usages.append(request.usage)
