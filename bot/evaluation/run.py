"""One evaluation from its files to its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.answering.chain import Answerer
from bot.errors_evaluation_errors import EvaluationError
from bot.evaluation.measures_evaluation_figures import Figure, Figures, figures
from bot.evaluation.outcome import Outcome
from bot.evaluation.perturbation import perturbed
from bot.evaluation.perturbation_evaluation_samples import Parted, parted, sampled, unanswerable
from bot.evaluation.questions import Question, QuestionSet
from bot.evaluation.questions_evaluation_lines import is_lines, read_lines
from bot.evaluation.questions_evaluation_squad import read_squad
from bot.evaluation.run_evaluation_asking import Opened, ask, index_in_service, temporary_index
from bot.evaluation.run_evaluation_meter import Unit, unit_of
from bot.terminal.progress import Observer
from index.models.sentence_transformers import Embedder
from index.search.confidence import ConfidenceModel
from index.store.files.generation import open_generation

SEED = 1
COMPARED = ("hit@1", "hit@3", "hit@5", "hit@10", "mrr@10", "ndcg@10", "answer_hit")
COMPARED_KEPT = (*COMPARED, "answerable_kept", "unanswerable_refused", "auroc")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask, and how.

    `other` holds questions that the articles of `file` do not answer; `leave_out` (0..1) is the
    share of its entries to leave out of the index; `perturb` names kinds of `perturb.KINDS`;
    `limit` is for each file.
    """

    file: Path
    data_dir: Path
    other: Path | None = None
    leave_out: float = 0.0
    perturb: tuple[str, ...] = ()
    limit: int | None = None
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Means:
    """What answers: the parts that a person's question goes through.

    `threshold` is the confidence under which `answerer` refuses.
    """

    embedder: Embedder
    judge: ConfidenceModel
    answerer: Answerer
    threshold: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of the file, of the file perturbed, and of the other file.

    `outcomes` are those of every question as it is written.
    """

    plan: Plan
    model: str
    threshold: float
    unit: Unit
    file: Figures
    perturbed: Figures | None
    other: Figures | None
    outcomes: tuple[Outcome, ...]

    @property
    def sets(self) -> tuple[Figures, ...]:
        return tuple(each for each in (self.file, self.perturbed, self.other) if each)

    def loss(self) -> tuple[Figure, ...]:
        """What the perturbed questions lose, in points of a hundred."""
        if self.perturbed is None:
            return ()
        lost: list[Figure] = []
        for name in COMPARED_KEPT:
            before, after = self.file.value(name), self.perturbed.value(name)
            if before is not None and after is not None:
                lost.append(Figure(name, 100 * (before - after)))
        return tuple(lost)


def evaluate(plan: Plan, means: Means, observer: Observer) -> Evaluation:
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
            threshold=means.threshold,
            unit=unit_of(means.embedder),
            file=_figures(plan.file.name, outcomes, len(own), index),
            perturbed=_perturbed(plan, asked, len(own), index, means, observer),
            other=_other_figures(plan, outcomes[len(own) :], index),
            outcomes=outcomes,
        )


def _other_questions(plan: Plan) -> tuple[Question, ...]:
    if plan.other is None:
        return ()
    lines = is_lines(plan.other)
    others = read_lines(plan.other, None) if lines else read_squad(plan.other)
    return sampled(unanswerable(others.questions), plan.limit, plan.seed)


@contextmanager
def _opened(plan: Plan, means: Means, observer: Observer) -> Iterator[tuple[Parted, Opened]]:
    """The questions, and the index they are asked of."""
    if not is_lines(plan.file):
        parts = parted(read_squad(plan.file), plan.leave_out, plan.seed)
        with temporary_index(parts.kept.articles, means.embedder, means.judge, observer) as index:
            yield parts, index
        return
    if plan.leave_out:
        raise EvaluationError("--leave-out: only for a SQuAD file, whose articles are indexed here")
    questions = _of_index_in_service(plan, means)
    with index_in_service(plan.data_dir, means.embedder, means.judge) as index:
        yield Parted(questions, ()), index


def _of_index_in_service(plan: Plan, means: Means) -> QuestionSet:
    model = means.embedder
    with open_generation(plan.data_dir, model=model.id, dimension=model.dimension) as generation:
        return read_lines(plan.file, generation.articles())


def _asked(
    questions: Sequence[Question], index: Opened, means: Means, observer: Observer
) -> tuple[Outcome, ...]:
    done = 0

    def asked() -> None:
        nonlocal done
        done += 1
        observer.progress(done, len(questions))

    return ask(questions, index.searcher, means.answerer, asked)


def _figures(name: str, outcomes: Sequence[Outcome], own: int, index: Opened) -> Figures:
    measured = figures(name, outcomes)
    described = (
        Figure("questions", own),
        Figure("unanswerable", sum(not each.question.answerable for each in outcomes)),
        Figure("passages", index.passages),
        Figure("mean_passage_chars", index.mean_passage_chars),
    )
    speed = Figure("index_tokens_per_s", index.tokens_per_s)
    return replace(measured, all=(*described, *measured.all, speed))


def _perturbed(
    plan: Plan,
    asked: Sequence[Question],
    own: int,
    index: Opened,
    means: Means,
    observer: Observer,
) -> Figures | None:
    if not plan.perturb:
        return None
    observer.step("perturbed questions")
    damaged = [perturbed(question, plan.perturb, plan.seed) for question in asked]
    outcomes = _asked(damaged, index, means, observer)
    return _figures(", ".join(plan.perturb), outcomes, own, index)


def _other_figures(plan: Plan, outcomes: Sequence[Outcome], index: Opened) -> Figures | None:
    if plan.other is None:
        return None
    return _figures(plan.other.name, outcomes, len(outcomes), index)
