"""Run an evaluation, from its files to its figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from bot.answering.base import Answerer, Retriever
from bot.answering.chain import RetrievalQA
from bot.evaluation.measures import EvaluationFigure, EvaluationFigures, evaluation_figures
from bot.evaluation.outcome import GoldOutcome, judge_answer
from bot.evaluation.questions import (
    GoldQuestion,
    QuestionSet,
    as_unanswerable,
    is_lines,
    read_lines,
    read_squad,
    sample,
)
from index.article import Article, Period
from index.findings import Findings
from index.ingestion.builder import BuildObserver, build_articles
from index.models.base import Embedder
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from index.store.factory import Location, open_store

_SAMPLED_PASSAGES = 20_000  # whose length is measured, evenly spaced
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class MeasuredIndex:
    """An index with its figures."""

    searcher: Searcher
    passages: int
    mean_passage_chars: float


@contextmanager
def index_in_service(
    location: Location, embedder: Embedder, judge: ConfidenceModel
) -> Iterator[MeasuredIndex]:
    """Open the index in service. Raises what opening one does."""
    with open_store(location).open(embedder) as generation:
        total = generation.facts.passages
        rows = range(0, total, -(-total // _SAMPLED_PASSAGES))
        length = 0
        for page in range(0, len(rows), _PAGE):
            passages = generation.passages_by_key(rows[page : page + _PAGE])
            length += sum(len(stored.passage.text) for stored in passages)
        yield MeasuredIndex(Searcher(generation, embedder, judge), total, length / len(rows))


@contextmanager
def temporary_index(
    articles: Iterable[Article],
    embedder: Embedder,
    judge: ConfidenceModel,
    observer: BuildObserver | None = None,
) -> Iterator[MeasuredIndex]:
    """Build an index of these articles, deleted at the end."""
    with TemporaryDirectory(prefix="selon-eval-") as folder:
        build_articles(articles, Path(folder), embedder, observer=observer)
        with index_in_service(Path(folder), embedder, judge) as index:
            yield index


def ask_all(
    questions: Iterable[GoldQuestion],
    retriever: Retriever,
    answerer: Answerer,
    reader: EvidenceReader | None = None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[GoldOutcome, ...]:
    """Ask questions and judge the answers; `advance()` is called after each."""
    recorder = _Recorder(retriever, reader)
    chain = RetrievalQA(recorder, answerer, reader=recorder)
    outcomes: list[GoldOutcome] = []
    for question in questions:
        if not outcomes:
            chain.invoke(question.text)  # so that lazy loading is not timed
        began = time.perf_counter()
        answer = chain.invoke(question.text)
        milliseconds = (time.perf_counter() - began) * 1000
        outcomes.append(judge_answer(question, recorder.findings, answer, milliseconds))
        advance()
    return tuple(outcomes)


class _Recorder:
    """A retriever and reader that keeps the findings of the last question."""

    findings: Findings

    def __init__(self, retriever: Retriever, reader: EvidenceReader | None) -> None:
        self._retriever, self._reader = retriever, reader

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings:
        self.findings = self._retriever.search(question, limit, within)
        return self.findings

    def read(self, findings: Findings) -> Findings:
        self.findings = self._reader.read(findings) if self._reader else findings
        return self.findings


SAMPLE_SEED = 1


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to ask, and how.

    `other` holds questions that the articles of `file` do not answer; `limit` is for each file.
    """

    file: Path
    location: Location
    other: Path | None = None
    limit: int | None = None
    seed: int = SAMPLE_SEED


@dataclass(frozen=True, slots=True)
class Means:
    """The parts that answer a question; `thresholds` are those of `answerer`."""

    embedder: Embedder
    judge: ConfidenceModel
    answerer: Answerer
    thresholds: Thresholds
    reader: EvidenceReader | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of the file, and of the other file; `outcomes` are those of every question."""

    plan: EvaluationPlan
    model: str
    thresholds: Thresholds
    file: EvaluationFigures
    other: EvaluationFigures | None
    outcomes: tuple[GoldOutcome, ...]

    @property
    def sets(self) -> tuple[EvaluationFigures, ...]:
        return (self.file, self.other) if self.other else (self.file,)


class EvaluationObserver(Protocol):
    """Receives the steps, also of building an index, and the progress of each."""

    def step(self, name: str) -> None: ...

    def progress(self, done: int, total: int) -> None: ...


def run_evaluation(plan: EvaluationPlan, means: Means, observer: EvaluationObserver) -> Evaluation:
    """Ask the questions of the plan's files and measure the answers.

    Raises EvaluationError, QuestionFileError, and what indexing and opening an index raise.
    """
    other: tuple[GoldQuestion, ...] = ()
    if plan.other is not None:
        others = read_lines(plan.other, None) if is_lines(plan.other) else read_squad(plan.other)
        other = sample(as_unanswerable(others.questions), plan.limit, plan.seed)
    with _open_index(plan, means, observer) as (question_set, index):
        own = sample(question_set.questions, plan.limit, plan.seed)
        questions, counter = (*own, *other), count(1)
        observer.step("questions")
        outcomes = ask_all(
            questions,
            index.searcher,
            means.answerer,
            means.reader,
            lambda: observer.progress(next(counter), len(questions)),
        )
        return Evaluation(
            plan=plan,
            model=means.embedder.id,
            thresholds=means.thresholds,
            file=_figures(plan.file.name, outcomes, len(own), index),
            other=_figures(plan.other.name, outcomes[len(own) :], len(other), index)
            if plan.other
            else None,
            outcomes=outcomes,
        )


@contextmanager
def _open_index(
    plan: EvaluationPlan, means: Means, observer: EvaluationObserver
) -> Iterator[tuple[QuestionSet, MeasuredIndex]]:
    """Open the questions, and the index that answers them."""
    embedder, judge = means.embedder, means.judge
    if not is_lines(plan.file):
        questions = read_squad(plan.file)
        with temporary_index(questions.articles, embedder, judge, observer) as index:
            yield questions, index
        return
    with index_in_service(plan.location, embedder, judge) as index:
        generation = index.searcher.generation
        yield read_lines(plan.file, chain(generation.articles(), generation.copies())), index


def _figures(
    name: str, outcomes: Sequence[GoldOutcome], own: int, index: MeasuredIndex
) -> EvaluationFigures:
    figures = evaluation_figures(name, outcomes)
    corpus_figures = (
        EvaluationFigure("questions", own),
        EvaluationFigure(
            "unanswerable", sum(not outcome.question.answerable for outcome in outcomes)
        ),
        EvaluationFigure("passages", index.passages),
        EvaluationFigure("mean_passage_chars", index.mean_passage_chars),
    )
    return replace(figures, all=(*corpus_figures, *figures.all))
