"""Chat models that follow a script, and findings for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date

from bot.errors import ModelFailed
from bot.llm.base import PromptMessage, Request
from index.article import Article, Passage, article_id
from index.findings import Findings, Hit, RankedSentence, Scores
from index.ingestion.passages import cut

Script = str | ModelFailed | Callable[[str], str]


class Scripted:
    """Says what it is told to, and fails at an error in the script.

    A script may be made from the last message: that is how a model obeys what it reads.
    """

    def __init__(self, *script: Script, name: str = "fake:chooser", seconds: float = 0) -> None:
        self.name = name
        self.json = False
        self.calls: list[Sequence[PromptMessage]] = []
        self.requests: list[Request] = []
        self.ended = 0
        self._script = script
        self._seconds = seconds

    async def structured(self) -> bool:
        return self.json

    async def reply(self, request: Request) -> str:
        self.requests.append(request)
        self.calls.append(request.messages)
        text = ""
        try:
            await asyncio.sleep(self._seconds)
            for part in self._script:
                if isinstance(part, ModelFailed):
                    raise part
                text += part if isinstance(part, str) else part(request.messages[-1].text)
            return text
        finally:
            self.ended += 1


def article(
    text: str,
    title: str = "Le pont de Vauclair",
    language: str = "fr",
    published: date | None = date(2024, 3, 3),
) -> Article:
    name = article_id(title)
    return Article(name, text, title, f"{name}.md", language, published=published)


def hits(*articles: Article, best: float = 0.9, step: float = 0.01) -> tuple[Hit, ...]:
    """Every passage of these articles, in this order, each a little behind the one before."""
    passages = [(source, passage) for source in articles for passage in cut(source)]
    return tuple(
        Hit(source, passage, _scores(best - step * at), _ranked(passage))
        for at, (source, passage) in enumerate(passages)
    )


def findings(
    question: str, *articles: Article, language: str = "fr", confidence: float = 0.95
) -> Findings:
    return Findings(question, language, hits(*articles), confidence)


def _scores(total: float) -> Scores:
    return Scores(total, total, 0.0, 2.3 * total)  # of two cosines, the second weighed 1.3


def _ranked(passage: Passage) -> tuple[RankedSentence, ...]:
    return tuple(
        RankedSentence(sentence, 0.9 - 0.01 * at) for at, sentence in enumerate(passage.sentences)
    )
