"""One evaluation from its files to its figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Protocol, runtime_checkable

from bot.answering.base import Answerer, Retriever
from bot.answering.chain import RetrievalQA
from bot.errors import EvaluationError
from bot.evaluation.measures import EvaluationFigure, EvaluationFigures, evaluation_figures
from bot.evaluation.outcome import GoldOutcome, outcome
from bot.evaluation.perturbation import Parted, perturbed, sampled, split_samples, unanswerable
from bot.evaluation.questions import GoldQuestion, QuestionSet, is_lines, read_lines, read_squad
from index.article import Article, Period
from index.build.builder import BuildObserver, build_articles
from index.findings import Findings
from index.models.base import Embedder, Vectors
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from index.store.factory import Location, open_store
from index.store.reader import GenerationReader

Unit = Literal["tokens", "words"]


@runtime_checkable
class CountsTokens(Protocol):
    """An embedder that can tell how many tokens its model reads in some texts."""

    def count_tokens(self, texts: Sequence[str]) -> int: ...


class TokenMeter:
    """An embedder that counts what passes through it.

    Tokens are the model's own where it can count them, else words (see `unit_of`). `counting` is
    the time spent on that, in seconds, to be taken off the time measured around it.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.tokens = 0
        self.counting = 0.0

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
        self.tokens += _count(self._embedder, texts)
        self.counting += time.perf_counter() - began
        return self._embedder.embed_passages(texts, progress=progress)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)


def unit_of(embedder: Embedder) -> Unit:
    """What `Meter.tokens` counts for this embedder."""
    return "tokens" if isinstance(embedder, CountsTokens) else "words"


def _count(embedder: Embedder, texts: Sequence[str]) -> int:
    if isinstance(embedder, CountsTokens):
        return embedder.count_tokens(texts)
    return sum(len(text.split()) for text in texts)


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
    location: Location, embedder: Embedder, judge: ConfidenceModel
) -> Iterator[Opened]:
    """The index that people are asking now. Raises what opening one does."""
    with open_store(location).open(model=embedder.id, dimension=embedder.dimension) as generation:
        yield _asking_opened(generation, embedder, judge)


@contextmanager
def temporary_index(
    articles: Iterable[Article],
    embedder: Embedder,
    judge: ConfidenceModel,
    observer: BuildObserver | None = None,
) -> Iterator[Opened]:
    """An index of these articles, gone at the end."""
    with TemporaryDirectory(prefix="selon-eval-") as folder:
        data_dir = Path(folder)
        meter = TokenMeter(embedder)
        began = time.perf_counter()
        build_articles(articles, data_dir, meter, observer=observer)
        seconds = time.perf_counter() - began - meter.counting
        with open_store(data_dir).open(
            model=embedder.id, dimension=embedder.dimension
        ) as generation:
            opened = _asking_opened(generation, embedder, judge)
            yield replace(opened, tokens=meter.tokens, seconds=seconds)


def ask_all(
    questions: Iterable[GoldQuestion],
    retriever: Retriever,
    answerer: Answerer,
    reader: EvidenceReader | None = None,
    asked: Callable[[], None] = lambda: None,
) -> tuple[GoldOutcome, ...]:
    """What becomes of each question; `asked()` is called after each."""
    recorder = _Recorder(retriever, reader)
    chain = RetrievalQA(recorder, answerer, reader=recorder)
    outcomes: list[GoldOutcome] = []
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
    """Passes questions on and keeps what was found, and read, for the last one."""

    findings: Findings

    def __init__(self, retriever: Retriever, reader: EvidenceReader | None) -> None:
        self._retriever, self._reader = retriever, reader

    def search(self, question: str, limit: int, within: Period | None = None) -> Findings:
        self.findings = self._retriever.search(question, limit, within)
        return self.findings

    def read(self, findings: Findings) -> Findings:
        self.findings = self._reader.read(findings) if self._reader else findings
        return self.findings


def _asking_opened(
    generation: GenerationReader, embedder: Embedder, judge: ConfidenceModel
) -> Opened:
    return Opened(
        Searcher(generation, embedder, judge),
        generation.facts.passages,
        _mean_passage_chars(generation),
    )


def _mean_passage_chars(generation: GenerationReader) -> float:
    total = generation.facts.passages
    rows = range(0, total, -(-total // _SPREAD))
    length = 0
    for page in range(0, len(rows), _PAGE):
        stored = generation.stored(rows[page : page + _PAGE])
        length += sum(len(each.passage.text) for each in stored)
    return length / len(rows)


SAMPLE_SEED = 1
COMPARED = ("hit@1", "hit@3", "hit@5", "hit@10", "mrr@10", "ndcg@10", "answer_hit")
COMPARED_KEPT = (*COMPARED, "answerable_kept", "unanswerable_refused", "auroc")


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What to ask, and how.

    `other` holds questions that the articles of `file` do not answer; `leave_out` (0..1) is the
    share of its entries to leave out of the index; `perturb` names kinds of `perturb.KINDS`;
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
    """What answers: the parts that a person's question goes through.

    `thresholds` are those by which `answerer` refuses and is sure.
    """

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
        return tuple(each for each in (self.file, self.perturbed, self.other) if each)

    def loss(self) -> tuple[EvaluationFigure, ...]:
        """What the perturbed questions lose, in points of a hundred."""
        if self.perturbed is None:
            return ()
        lost: list[EvaluationFigure] = []
        for name in COMPARED_KEPT:
            before, after = self.file.value(name), self.perturbed.value(name)
            if before is not None and after is not None:
                lost.append(EvaluationFigure(name, 100 * (before - after)))
        return tuple(lost)


class EvaluationObserver(Protocol):
    """What is told as it goes: the steps, also of building an index, and how far each is."""

    def step(self, name: str) -> None: ...

    def progress(self, done: int, total: int) -> None: ...


def evaluate(plan: EvaluationPlan, means: Means, observer: EvaluationObserver) -> Evaluation:
    """Ask the questions of the plan's files and measure the answers.

    Raises EvaluationError, QuestionFileError, and what indexing and opening an index raise.
    """
    other = _other_questions(plan)
    with _opened(plan, means, observer) as (parts, index):
        own = (
            *sampled(parts.kept.questions, plan.limit, plan.seed),
            *sampled(parts.left_out, plan.limit, plan.seed),
        )
        asked = (*own, *other)
        observer.step("questions")
        outcomes = _asked(asked, index, means, observer)
        return Evaluation(
            plan=plan,
            model=means.embedder.id,
            thresholds=means.thresholds,
            unit=unit_of(means.embedder),
            file=_figures(plan.file.name, outcomes, len(own), index),
            perturbed=_perturbed(plan, asked, len(own), index, means, observer),
            other=_other_figures(plan, outcomes[len(own) :], index),
            outcomes=outcomes,
        )


def _other_questions(plan: EvaluationPlan) -> tuple[GoldQuestion, ...]:
    if plan.other is None:
        return ()
    lines = is_lines(plan.other)
    others = read_lines(plan.other, None) if lines else read_squad(plan.other)
    return sampled(unanswerable(others.questions), plan.limit, plan.seed)


@contextmanager
def _opened(
    plan: EvaluationPlan, means: Means, observer: EvaluationObserver
) -> Iterator[tuple[Parted, Opened]]:
    """The questions, and the index they are asked of."""
    if not is_lines(plan.file):
        parts = split_samples(read_squad(plan.file), plan.leave_out, plan.seed)
        with temporary_index(parts.kept.articles, means.embedder, means.judge, observer) as index:
            yield parts, index
        return
    if plan.leave_out:
        raise EvaluationError("left-out-no-squad", shown="--leave-out")
    questions = _of_index_in_service(plan, means)
    with index_in_service(plan.location, means.embedder, means.judge) as index:
        yield Parted(questions, ()), index


def _of_index_in_service(plan: EvaluationPlan, means: Means) -> QuestionSet:
    model = means.embedder
    with open_store(plan.location).open(model=model.id, dimension=model.dimension) as generation:
        return read_lines(plan.file, generation.articles())


def _asked(
    questions: Sequence[GoldQuestion], index: Opened, means: Means, observer: EvaluationObserver
) -> tuple[GoldOutcome, ...]:
    done = 0

    def asked() -> None:
        nonlocal done
        done += 1
        observer.progress(done, len(questions))

    return ask_all(questions, index.searcher, means.answerer, means.reader, asked)


def _figures(
    name: str, outcomes: Sequence[GoldOutcome], own: int, index: Opened
) -> EvaluationFigures:
    measured = evaluation_figures(name, outcomes)
    described = (
        EvaluationFigure("questions", own),
        EvaluationFigure("unanswerable", sum(not each.question.answerable for each in outcomes)),
        EvaluationFigure("passages", index.passages),
        EvaluationFigure("mean_passage_chars", index.mean_passage_chars),
    )
    speed = EvaluationFigure("index_tokens_per_s", index.tokens_per_s)
    return replace(measured, all=(*described, *measured.all, speed))


def _perturbed(
    plan: EvaluationPlan,
    asked: Sequence[GoldQuestion],
    own: int,
    index: Opened,
    means: Means,
    observer: EvaluationObserver,
) -> EvaluationFigures | None:
    if not plan.perturb:
        return None
    observer.step("perturbed questions")
    damaged = [perturbed(question, plan.perturb, plan.seed) for question in asked]
    outcomes = _asked(damaged, index, means, observer)
    return _figures(", ".join(plan.perturb), outcomes, own, index)


def _other_figures(
    plan: EvaluationPlan, outcomes: Sequence[GoldOutcome], index: Opened
) -> EvaluationFigures | None:
    if plan.other is None:
        return None
    return _figures(plan.other.name, outcomes, len(outcomes), index)
