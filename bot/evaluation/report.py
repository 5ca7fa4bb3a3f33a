"""An evaluation as a table for people and as JSON for programs, under the same names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from bot.errors import EvaluationError
from bot.evaluation.measures import (
    RESAMPLE_SEED,
    EvaluationFigure,
    EvaluationFigures,
    calibration_error,
    reliability_of,
    suggest_thresholds,
)
from bot.evaluation.outcome import GoldOutcome
from bot.evaluation.run import Evaluation
from bot.locale.text import harmless
from index.errors import reason_of
from index.search.confidence import Thresholds

_NOTHING = "–"
_MEASURE = 22  # characters of a measure's name and the space after it
INTERVAL = "95 %"
_WHOLE = frozenset({"questions", "unanswerable", "passages"})
_COARSE = ("mean_passage_chars", "answer_words", "latency_ms", "index_tokens_per_s")


def figures_table(evaluation: Evaluation) -> Table:
    """One row a measure, one column a set of questions, each with its 95 % interval."""
    table = Table(title=_heading(evaluation), title_justify="left", box=None)
    heads, *rows = _rows(evaluation)
    for head in heads:
        left = head in ("", INTERVAL)
        style = "dim" if head == INTERVAL else ""
        table.add_column(head, justify="left" if left else "right", style=style, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def figures_lines(evaluation: Evaluation) -> str:
    """The same table with tabs between its cells, for a pipe."""
    lines = ("\t".join(row).rstrip() for row in _rows(evaluation))
    return "\n".join((_heading(evaluation), *lines))


def measure_lines(evaluation: Evaluation, meanings: Mapping[str, str]) -> str:
    """One line a measure that has a value: its name and what it tells."""
    shown = (figure.name for figure in evaluation.file.all if figure.value is not None)
    names = dict.fromkeys(name.partition("@")[0].partition(" ")[0] for name in shown)
    return "\n".join(f"{name:<{_MEASURE}}{meanings[name]}" for name in names)


def figures_json(evaluation: Evaluation) -> str:
    """The file's figures at the top; those of the other sets below their own names."""
    fields: dict[str, Any] = {
        "file": evaluation.file.name,
        "model": evaluation.model,
        "threshold": evaluation.thresholds.perhaps,
        "sure": evaluation.thresholds.sure,
        "leave_out": evaluation.plan.leave_out,
        "seed": evaluation.plan.seed,
        "bootstrap_seed": RESAMPLE_SEED,
        "token_unit": evaluation.unit,
        **_fields(evaluation.file),
    }
    if evaluation.perturbed:
        fields["perturbed"] = {
            "kinds": list(evaluation.plan.perturb),
            **_fields(evaluation.perturbed),
            "loss": _values(evaluation.loss()),
        }
    if evaluation.other:
        fields["other"] = {"file": evaluation.other.name, **_fields(evaluation.other)}
    fields["reliability"] = [
        {"questions": each.count, "confidence": each.confidence, "observed": each.observed}
        for each in reliability_of(evaluation.outcomes)
    ]
    suggested = suggest_thresholds(evaluation.outcomes)
    fields["suggested"] = asdict(suggested) if suggested is not None else None
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def worst(outcomes: Sequence[GoldOutcome], number: int) -> list[GoldOutcome]:
    """The faults that were made with the most assurance, worst first."""
    faulty = [each for each in outcomes if each.fault]
    return sorted(faulty, key=_assurance, reverse=True)[:number]


def worst_text(outcomes: Sequence[GoldOutcome], number: int) -> Text:
    """How many faults there are of each kind, then the worst with what was wanted and shown."""
    kinds = [each.fault for each in outcomes if each.fault]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    text = Text(f"{len(kinds)} of {len(outcomes)} questions went wrong: {counts or _NOTHING}")
    for position, each in enumerate(worst(outcomes, number), start=1):
        text.append(f"\n\n{position}. {each.fault}", style="bold")
        text.append(f" (confidence {each.confidence:.2f}, {_standing(each)})")
        text.append(f"\n   {_flowing(each.question.place)}", style="dim")
        text.append(f"\n   question  {_flowing(each.question.text)}")
        golds = " | ".join(dict.fromkeys(gold.text for gold in each.question.golds))
        text.append(f"\n   wanted    {_flowing(golds) or _NOTHING}")
        text.append(f"\n   shown     {_flowing(each.shown) or _NOTHING}")
    return text


def _assurance(outcome: GoldOutcome) -> float:
    return outcome.confidence if outcome.kept else 1 - outcome.confidence


def _standing(outcome: GoldOutcome) -> str:
    if not outcome.question.judged:
        return "no passage is right"
    if outcome.rank is None:
        return "right passage not found"
    return f"right passage at rank {outcome.rank}"


def _flowing(text: str) -> str:
    return harmless(" ".join(text.split()))


def _rows(evaluation: Evaluation) -> Iterator[list[str]]:
    """The heads of the columns, then their cells."""
    losses = {figure.name: figure.value for figure in evaluation.loss()}
    heads = (head for each in evaluation.sets for head in (harmless(each.name), INTERVAL))
    yield ["", *heads, *(["loss"] if losses else [])]
    for row in zip(*(each.all for each in evaluation.sets), strict=True):
        cells = (cell for figure in row for cell in (_value(figure), _interval(figure)))
        lost = losses.get(row[0].name)
        yield [row[0].name, *cells, *([f"{lost:.1f}"] if lost is not None else [])]


def _heading(evaluation: Evaluation) -> str:
    model = harmless(evaluation.model)
    least, sure = evaluation.thresholds.perhaps, evaluation.thresholds.sure
    return f"{model}, refusing below a confidence of {least:g}, sure from {sure:g}"


def _value(figure: EvaluationFigure) -> str:
    if figure.value is None:
        return _NOTHING
    if figure.name in _WHOLE:
        return f"{figure.value:,}".replace(",", "\u202f")
    return f"{figure.value:.{_places(figure.name)}f}"


def _interval(figure: EvaluationFigure) -> str:
    if figure.interval is None:
        return ""
    places = _places(figure.name)
    return f"{figure.interval.low:.{places}f}–{figure.interval.high:.{places}f}"


def _places(name: str) -> int:
    return 1 if name.startswith(_COARSE) else 3


def _fields(figures: EvaluationFigures) -> dict[str, Any]:
    intervals = {
        figure.name: [figure.interval.low, figure.interval.high]
        for figure in figures.all
        if figure.interval
    }
    return {**_values(figures.all), "intervals": intervals}


def _values(figures: Iterable[EvaluationFigure]) -> dict[str, Any]:
    """By name; `latency_ms p50` is the p50 of latency_ms."""
    values: dict[str, Any] = {}
    for figure in figures:
        name, _, part = figure.name.partition(" ")
        if part:
            values.setdefault(name, {})[part] = figure.value
        else:
            values[name] = figure.value
    return values


_COLUMNS = 20


def draw(outcomes: Sequence[GoldOutcome], thresholds: Thresholds, path: Path) -> None:
    """Write the diagram, with how many questions of each kind had which confidence below it."""
    bins = reliability_of(outcomes)
    if not bins:
        raise EvaluationError("plot-one-kind", shown="--plot")
    from matplotlib.figure import Figure  # a second, for those alone who want a diagram

    figure = Figure(figsize=(6, 7), layout="constrained")
    diagram, histogram = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    diagram.plot([0, 1], [0, 1], linestyle=":", color="grey", label="perfectly calibrated")
    diagram.plot(
        [each.confidence for each in bins],
        [each.observed for each in bins],
        marker="o",
        label=f"Selon (expected calibration error {calibration_error(bins):.3f})",
    )
    diagram.set_ylabel("share that the articles answer")
    diagram.legend(loc="upper left")
    kinds = (("answerable", True), ("unanswerable", False))
    histogram.hist(
        [[e.confidence for e in outcomes if e.question.answerable is kind] for _, kind in kinds],
        bins=_COLUMNS,
        range=(0, 1),
        stacked=True,
        label=[label for label, _ in kinds],
    )
    histogram.set_xlabel("confidence")
    histogram.set_ylabel("questions")
    histogram.legend(loc="upper center")
    for axes in (diagram, histogram):
        for threshold in (thresholds.perhaps, thresholds.sure):
            axes.axvline(threshold, color="grey", linewidth=1)
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise EvaluationError(
            "output-unwritable", shown=f"--plot {path}", reason=reason_of(error)
        ) from error
