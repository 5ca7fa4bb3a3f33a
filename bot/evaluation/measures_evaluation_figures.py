"""From outcomes to the figures of one set of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.evaluation import measures, outcome_evaluation_wording
from bot.evaluation.measures import Bin, Interval
from bot.evaluation.outcome import Outcome

HITS = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure by the name it has everywhere; no value where there was nothing to measure."""

    name: str
    value: float | int | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The measures of one set of questions, in the order they are shown."""

    name: str
    all: tuple[Figure, ...]

    def value(self, name: str) -> float | int | None:
        """Raises KeyError."""
        for figure in self.all:
            if figure.name == name:
                return figure.value
        raise KeyError(name)


def figures(name: str, outcomes: Sequence[Outcome]) -> Figures:
    """Every measure that outcomes alone give; see docs/evaluation.md for what each means."""
    judged = [each for each in outcomes if each.question.judged]
    told = [each for each in outcomes if each.question.answerable and each.question.golds]
    answered = [each for each in outcomes if each.question.answerable and each.answered]
    return Figures(
        name,
        (
            *(_mean(f"hit@{k}", (measures.hit(each.rank, k) for each in judged)) for k in HITS),
            _mean("mrr@10", (measures.reciprocal_rank(each.rank) for each in judged)),
            _mean("ndcg@10", (measures.discounted_gain(each.rank) for each in judged)),
            _mean("answer_hit", (float(each.right) for each in told)),
            _mean("answer_words", (float(len(each.shown.split())) for each in answered)),
            *_highlights(told),
            *_refusals(outcomes),
            *_latencies(outcomes),
        ),
    )


def reliability(outcomes: Sequence[Outcome]) -> tuple[Bin, ...]:
    """How confidence and truth go together; nothing unless both kinds of question were asked."""
    answerable = [each.question.answerable for each in outcomes]
    if len(set(answerable)) < 2:
        return ()
    return measures.reliability([each.confidence for each in outcomes], answerable)


def _highlights(told: Sequence[Outcome]) -> Iterable[Figure]:
    """Exact match and F1 as SQuAD's scorer has them: nothing highlighted scores nothing."""
    shown = [each for each in told if each.highlight is not None]
    yield _mean("highlighted", (float(each.highlight is not None) for each in told))
    # Answers that never highlight are not bad at it.
    counted = told if shown else ()
    yield _mean(
        "exact_match", (_score(outcome_evaluation_wording.exact_match, each) for each in counted)
    )
    yield _mean("f1", (_score(outcome_evaluation_wording.f1, each) for each in counted))
    yield _mean("f1_highlighted", (_score(outcome_evaluation_wording.f1, each) for each in shown))


def _score(measure: Callable[[str, Iterable[str], str], float], each: Outcome) -> float:
    if each.highlight is None:
        return 0.0
    return measure(each.highlight, (gold.text for gold in each.question.golds), each.language)


def _refusals(outcomes: Sequence[Outcome]) -> Iterable[Figure]:
    yes = [each for each in outcomes if each.question.answerable]
    no = [each for each in outcomes if not each.question.answerable]
    if yes and no:
        sure = [each.confidence for each in yes]
        unsure = [each.confidence for each in no]
        yield Figure(
            "auroc", measures.auroc(sure, unsure), measures.interval_of_auroc(sure, unsure)
        )
    else:
        yield Figure("auroc", None)
    yield _mean("answerable_kept", (float(each.answered) for each in yes))
    yield _mean("unanswerable_refused", (float(not each.answered) for each in no))
    bins = reliability(outcomes)
    yield Figure("ece", measures.calibration_error(bins) if bins else None)


def _latencies(outcomes: Sequence[Outcome]) -> Iterable[Figure]:
    times = [each.milliseconds for each in outcomes]
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield Figure(f"latency_ms {name}", measures.percentile(times, share) if times else None)


def _mean(name: str, values: Iterable[float]) -> Figure:
    found = list(values)
    if not found:
        return Figure(name, None)
    return Figure(name, sum(found) / len(found), measures.interval_of_mean(found))
