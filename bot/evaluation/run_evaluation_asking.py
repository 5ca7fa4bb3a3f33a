"""Asking: every question through the chain that people use, timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.answering.chain import Answerer, RetrievalQA, Retriever
from bot.evaluation.outcome import Outcome, outcome
from bot.evaluation.questions import Question
from bot.evaluation.run_evaluation_meter import Meter
from index.article import Article
from index.article_index_period import Period
from index.build.builder import build_articles
from index.build.builder_index_report import Observer
from index.models.sentence_transformers import Embedder
from index.search.confidence import ConfidenceModel
from index.search.searcher import Findings, Searcher
from index.store.files.generation import Generation, open_generation

_SPREAD = 20_000  # passages whose length is looked at, evenly spaced, in an index larger than that
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """An index to ask, and what is measured of it.

    `tokens` were embedded and `seconds` spent to build it whole, both 0 for an index in service.
    """

    searcher: Searcher
    passages: int
    mean_passage_chars: float
    tokens: int = 0
    seconds: float = 0.0

    @property
    def tokens_per_s(self) -> float | None:
        return self.tokens / self.seconds if self.seconds else None


@contextmanager
def index_in_service(
    data_dir: Path, embedder: Embedder, judge: ConfidenceModel
) -> Iterator[Opened]:
    """The index that people are asking now. Raises what `open_generation` does."""
    with open_generation(data_dir, model=embedder.id, dimension=embedder.dimension) as generation:
        yield _opened(generation, embedder, judge)


@contextmanager
def temporary_index(
    articles: Iterable[Article],
    embedder: Embedder,
    judge: ConfidenceModel,
    observer: Observer | None = None,
) -> Iterator[Opened]:
    """An index of these articles, gone at the end."""
    with TemporaryDirectory(prefix="selon-eval-") as folder:
        data_dir = Path(folder)
        meter = Meter(embedder)
        began = time.perf_counter()
        build_articles(articles, data_dir, meter, observer=observer)
        seconds = time.perf_counter() - began - meter.counting
        with open_generation(
            data_dir, model=embedder.id, dimension=embedder.dimension
        ) as generation:
            opened = _opened(generation, embedder, judge)
            yield replace(opened, tokens=meter.tokens, seconds=seconds)


def ask(
    questions: Iterable[Question],
    retriever: Retriever,
    answerer: Answerer,
    asked: Callable[[], None] = lambda: None,
) -> tuple[Outcome, ...]:
    """What becomes of each question; `asked()` is called after each."""
    recorder = _Recorder(retriever)
    chain = RetrievalQA(recorder, answerer)
    outcomes: list[Outcome] = []
    for question in questions:
        if not outcomes:
            chain.invoke(question.text)  # what is loaded on first use is not the question's time
        began = time.perf_counter()
        answer = chain.invoke(question.text)
        milliseconds = (time.perf_counter() - began) * 1000
        outcomes.append(outcome(question, recorder.findings, answer, milliseconds))
        asked()
    return tuple(outcomes)


class _Recorder:
    """Passes questions on and keeps what was found for the last one."""

    findings: Findings

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings:
        self.findings = self._retriever.search(question, limit, within)
        return self.findings


def _opened(generation: Generation, embedder: Embedder, judge: ConfidenceModel) -> Opened:
    return Opened(
        Searcher(generation, embedder, judge),
        generation.manifest.passages,
        _mean_passage_chars(generation),
    )


def _mean_passage_chars(generation: Generation) -> float:
    total = generation.manifest.passages
    rows = range(0, total, -(-total // _SPREAD))
    length = 0
    for page in range(0, len(rows), _PAGE):
        stored = generation.stored(rows[page : page + _PAGE])
        length += sum(len(each.passage.text) for each in stored)
    return length / len(rows)
