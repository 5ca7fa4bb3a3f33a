"""Run an evaluation, from its files to its figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Protocol, runtime_checkable

from bot.answering.base import Answerer, Retriever
from bot.answering.chain import RetrievalQA
from bot.errors import EvaluationError
from bot.evaluation.measures import EvaluationFigure, EvaluationFigures, evaluation_figures
from bot.evaluation.outcome import GoldOutcome, judge_answer
from bot.evaluation.perturbation import (
    SplitQuestions,
    as_unanswerable,
    perturb,
    sample,
    split_samples,
)
from bot.evaluation.questions import GoldQuestion, is_lines, read_lines, read_squad
from index.article import Article, Period
from index.findings import Findings
from index.ingestion.builder import BuildObserver, build_articles
from index.models.base import Embedder, Vectors
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from index.store.factory import Location, open_store
from index.store.open_generation import OpenGeneration

Unit = Literal["tokens", "words"]


@runtime_checkable
class CountsTokens(Protocol):
    """An embedder that can count the tokens of texts."""

    def count_tokens(self, texts: Sequence[str]) -> int: ...


class TokenMeter:
    """An embedder that counts the tokens it embeds, or words if its model cannot (see `unit_of`).

    `counting_seconds` is the time of counting, to subtract from the time measured.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.tokens = 0
        self.counting_seconds = 0.0

    @property
    def id(self) -> str:
        return self._embedder.id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        began = time.perf_counter()
        if isinstance(self._embedder, CountsTokens):
            self.tokens += self._embedder.count_tokens(texts)
        else:
            self.tokens += sum(len(text.split()) for text in texts)
        self.counting_seconds += time.perf_counter() - began
        return self._embedder.embed_passages(texts, progress=progress)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)


def unit_of(embedder: Embedder) -> Unit:
    """What `TokenMeter.tokens` counts for this embedder."""
    return "tokens" if isinstance(embedder, CountsTokens) else "words"


_SAMPLED_PASSAGES = 20_000  # whose length is measured, evenly spaced
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class MeasuredIndex:
    """An index with its figures.

    `tokens` were embedded and `seconds` spent to build it, both 0 for an index in service.
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
    location: Location, embedder: Embedder, judge: ConfidenceModel
) -> Iterator[MeasuredIndex]:
    """Open the index in service. Raises what opening one does."""
    with open_store(location).open(embedder) as generation:
        yield _measure_index(generation, embedder, judge)


@contextmanager
def temporary_index(
    articles: Iterable[Article],
    embedder: Embedder,
    judge: ConfidenceModel,
    observer: BuildObserver | None = None,
) -> Iterator[MeasuredIndex]:
    """Build an index of these articles, deleted at the end."""
    with TemporaryDirectory(prefix="selon-eval-") as folder:
        data_dir = Path(folder)
        meter = TokenMeter(embedder)
        began = time.perf_counter()
        build_articles(articles, data_dir, meter, observer=observer)
        seconds = time.perf_counter() - began - meter.counting_seconds
        with index_in_service(data_dir, embedder, judge) as index:
            yield replace(index, tokens=meter.tokens, seconds=seconds)


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


def _measure_index(
    generation: OpenGeneration, embedder: Embedder, judge: ConfidenceModel
) -> MeasuredIndex:
    total = generation.facts.passages
    rows = range(0, total, -(-total // _SAMPLED_PASSAGES))
    length = 0
    for page in range(0, len(rows), _PAGE):
        passages = generation.passages_by_key(rows[page : page + _PAGE])
        length += sum(len(stored.passage.text) for stored in passages)
    return MeasuredIndex(Searcher(generation, embedder, judge), total, length / len(rows))


SAMPLE_SEED = 1
_COMPARED = (
    *("hit@1", "hit@3", "hit@5", "hit@10", "mrr@10", "ndcg@10", "answer_hit"),
    *("answerable_kept", "unanswerable_refused", "auroc"),
)


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to ask, and how.

    `other` holds questions that the articles of `file` do not answer; `leave_out` (0..1) is the
    share of its entries to leave out of the index; `perturb` names kinds of `PERTURBATIONS`;
    `limit` is for each file.
    """

    file: Path
    location: Location
    other: Path | None = None
    leave_out: float = 0.0
    perturb: tuple[str, ...] = ()
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
    """The figures of the file, of the file perturbed, and of the other file.

    `outcomes` are those of every question as it is written.
    """

    plan: EvaluationPlan
    model: str
    thresholds: Thresholds
    unit: Unit
    file: EvaluationFigures
    perturbed: EvaluationFigures | None
    other: EvaluationFigures | None
    outcomes: tuple[GoldOutcome, ...]

    @property
    def sets(self) -> tuple[EvaluationFigures, ...]:
        return tuple(figures for figures in (self.file, self.perturbed, self.other) if figures)

    def loss(self) -> tuple[EvaluationFigure, ...]:
        """What the perturbed questions lose, in points of a hundred."""
        if self.perturbed is None:
            return ()
        losses: list[EvaluationFigure] = []
        for name in _COMPARED:
            before, after = self.file.value(name), self.perturbed.value(name)
            if before is not None and after is not None:
                losses.append(EvaluationFigure(name, 100 * (before - after)))
        return tuple(losses)


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
    with _open_index(plan, means, observer) as (split, index):
        own = (
            *sample(split.questions.questions, plan.limit, plan.seed),
            *sample(split.left_out, plan.limit, plan.seed),
        )
        questions_of_both = (*own, *other)
        observer.step("questions")
        outcomes = _ask(questions_of_both, index, means, observer)
        other_outcomes = outcomes[len(own) :]
        perturbed_figures = None
        if plan.perturb:
            observer.step("perturbed questions")
            questions = [
                perturb(question, plan.perturb, plan.seed) for question in questions_of_both
            ]
            perturbed_outcomes = _ask(questions, index, means, observer)
            perturbed_figures = _figures(
                ", ".join(plan.perturb), perturbed_outcomes, len(own), index
            )
        return Evaluation(
            plan=plan,
            model=means.embedder.id,
            thresholds=means.thresholds,
            unit=unit_of(means.embedder),
            file=_figures(plan.file.name, outcomes, len(own), index),
            perturbed=perturbed_figures,
            other=_figures(plan.other.name, other_outcomes, len(other), index)
            if plan.other
            else None,
            outcomes=outcomes,
        )


@contextmanager
def _open_index(
    plan: EvaluationPlan, means: Means, observer: EvaluationObserver
) -> Iterator[tuple[SplitQuestions, MeasuredIndex]]:
    """Open the questions, and the index that answers them."""
    embedder, judge = means.embedder, means.judge
    if not is_lines(plan.file):
        split = split_samples(read_squad(plan.file), plan.leave_out, plan.seed)
        with temporary_index(split.questions.articles, embedder, judge, observer) as index:
            yield split, index
        return
    if plan.leave_out:
        raise EvaluationError("left-out-no-squad", subject="--leave-out")
    with index_in_service(plan.location, embedder, judge) as index:
        generation = index.searcher.generation
        articles = chain(generation.articles(), generation.copies())
        questions = read_lines(plan.file, articles)
        yield SplitQuestions(questions, ()), index


def _ask(
    questions: Sequence[GoldQuestion],
    index: MeasuredIndex,
    means: Means,
    observer: EvaluationObserver,
) -> tuple[GoldOutcome, ...]:
    counter = count(1)
    return ask_all(
        questions,
        index.searcher,
        means.answerer,
        means.reader,
        lambda: observer.progress(next(counter), len(questions)),
    )


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
    speed = EvaluationFigure("index_tokens_per_s", index.tokens_per_s)
    return replace(figures, all=(*corpus_figures, *figures.all, speed))
