"""A chat model's trial on bundled questions of known outcome, near misses among them."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files

from bot.answering.base import FindingsReader
from bot.answering.extractive import ExtractiveAnswerer
from bot.errors import ModelFailed
from bot.evaluation.run import temporary_index
from bot.llm.base import ChatModel
from bot.llm.chooser import Chooser
from bot.llm.model_answerer import ModelAnswerer, ModelLimits
from bot.llm.votes import VoteFigures
from index.article import Article, article_id
from index.findings import Findings
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase

_HITS = 10
_MAX_FAILURES = 8


@dataclass(frozen=True, slots=True)
class TrialQuestion:
    """A question, and words of the sentence that answers it; empty for a near miss."""

    question: str
    answer: str

    def is_right(self, text: str) -> bool:
        return bool(self.answer) and fold_phrase(self.answer) in fold_phrase(text)


def trial_questions() -> list[TrialQuestion]:
    return [TrialQuestion(**row) for row in _load()["questions"]]


def trial_articles() -> list[Article]:
    """Twelve of the sample articles."""
    return [
        Article(
            id=article_id(row["path"]),
            text=row["text"],
            title=row["title"],
            path=row["path"],
            language=row["language"],
            published=date.fromisoformat(row["published"]),
        )
        for row in _load()["articles"]
    ]


@dataclass(frozen=True, slots=True)
class VoteTrial:
    """Asks the questions of a searcher over the articles, with the reader of the settings."""

    searcher: Searcher
    reader: FindingsReader | None
    thresholds: Thresholds

    async def run(
        self, model: ChatModel, limits: ModelLimits, advance: Callable[[], None] = lambda: None
    ) -> VoteFigures:
        """Count the model's votes. Raises ModelFailed if it fails too often."""
        quoting = ExtractiveAnswerer(Thresholds.at(0.0))
        answerer = ModelAnswerer([model], quoting, limits)
        counts: Counter[str] = Counter()
        failures = 0
        for asked in trial_questions():
            advance()
            findings = await asyncio.to_thread(self._find, asked.question)
            quoted = await asyncio.to_thread(quoting.answer, findings)
            chooser = await asyncio.to_thread(Chooser.prepare, findings, quoted)
            if chooser is None:
                continue
            try:
                options = await answerer.choose(model, chooser)
            except ModelFailed as failure:
                failures += 1
                if failures > _MAX_FAILURES or failure.kind != "malformed":
                    raise
                continue
            is_shown = findings.confidence >= self.thresholds.perhaps
            is_right = asked.is_right(quoted.statements[0].text)
            is_model_right = bool(options) and asked.is_right(options[0].text)
            agrees = chooser.agrees(options)
            vote = {True: "agrees", False: "differs", None: "none"}[agrees]
            counts[f"{vote}_{'right' if is_right else 'wrong'}"] += 1
            counts["displaced_right"] += agrees is False and is_model_right
            if asked.answer:
                counts["answerable"] += 1
                counts["right"] += is_model_right
                counts["reader_right"] += is_shown and is_right
            else:
                counts["near_misses"] += 1
                counts["refused"] += not options
                counts["reader_refused"] += not is_shown
        return VoteFigures(**counts)

    def _find(self, question: str) -> Findings:
        findings = self.searcher.search(question, _HITS)
        read = self.reader.read(findings) if self.reader is not None else findings
        return replace(read, question=question)


@contextmanager
def open_trial(
    embedder: Embedder, reader: FindingsReader | None, thresholds: Thresholds
) -> Iterator[VoteTrial]:
    """Index the articles for the time of a block. Raises IndexingError."""
    with temporary_index(trial_articles(), embedder, ConfidenceModel.load()) as index:
        yield VoteTrial(index.searcher, reader, thresholds)


def _load() -> dict[str, Sequence[dict[str, str]]]:
    data: dict[str, Sequence[dict[str, str]]] = json.loads(
        files("bot.evaluation").joinpath("trial.json").read_text("utf-8")
    )
    return data
