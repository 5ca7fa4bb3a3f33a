"""Render an evaluation as a table, as JSON under the same names, and as a diagram."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from bot.evaluation.measures import (
    RESAMPLE_SEED,
    EvaluationFigure,
    EvaluationFigures,
    reliability_of,
    suggest_thresholds,
)
from bot.evaluation.outcome import GoldOutcome
from bot.evaluation.run import Evaluation
from bot.locale.terminal import EvaluationTexts
from bot.locale.text import harmless

_NOTHING = "–"
_NAME_WIDTH = 22  # characters, with the space after it
_INTERVAL = "95 %"
_WHOLE_NUMBERS = frozenset({"questions", "unanswerable", "passages"})
_ONE_DECIMAL = ("mean_passage_chars", "answer_words", "latency_ms")


def figures_table(evaluation: Evaluation, texts: EvaluationTexts) -> Table:
    """A row per measure, a column per set of questions, each with its 95 % interval."""
    table = Table(title=_heading(evaluation, texts), title_justify="left", box=None)
    heads, *rows = figure_rows(evaluation)
    for head in heads:
        is_left = head in ("", _INTERVAL)
        style = "dim" if head == _INTERVAL else ""
        table.add_column(head, justify="left" if is_left else "right", style=style, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def figures_lines(evaluation: Evaluation, texts: EvaluationTexts) -> str:
    """The same table as tab-separated text."""
    lines = ("\t".join(row).rstrip() for row in figure_rows(evaluation))
    return "\n".join((_heading(evaluation, texts), *lines))


def measure_lines(evaluation: Evaluation, texts: EvaluationTexts) -> str:
    """A line per measure that has a value: its name and its meaning."""
    figure_names = (figure.name for figure in evaluation.file.all if figure.value is not None)
    names = dict.fromkeys(name.partition("@")[0].partition(" ")[0] for name in figure_names)
    return "\n".join(f"{name:<{_NAME_WIDTH}}{texts.meanings[name]}" for name in names)


def figures_json(evaluation: Evaluation) -> str:
    """JSON with the file's figures at the top, and those of the other sets under their names."""
    fields: dict[str, Any] = {
        "file": evaluation.file.name,
        "model": evaluation.model,
        "threshold": evaluation.thresholds.perhaps,
        "sure": evaluation.thresholds.sure,
        "seed": evaluation.plan.seed,
        "bootstrap_seed": RESAMPLE_SEED,
        **_fields(evaluation.file),
    }
    if evaluation.other:
        fields["other"] = {"file": evaluation.other.name, **_fields(evaluation.other)}
    fields["reliability"] = [
        {"questions": bucket.count, "confidence": bucket.confidence, "observed": bucket.accuracy}
        for bucket in reliability_of(evaluation.outcomes)
    ]
    thresholds = suggest_thresholds(evaluation.outcomes)
    fields["suggested"] = asdict(thresholds) if thresholds is not None else None
    return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"


def worst(outcomes: Sequence[GoldOutcome], number: int) -> list[GoldOutcome]:
    """The faults of the highest confidence, worst first."""

    def assurance(outcome: GoldOutcome) -> float:
        return outcome.confidence if outcome.is_answer else 1 - outcome.confidence

    faulty = [outcome for outcome in outcomes if outcome.fault]
    return sorted(faulty, key=assurance, reverse=True)[:number]


def worst_text(outcomes: Sequence[GoldOutcome], number: int, texts: EvaluationTexts) -> Text:
    """Count the faults of each kind, then list the worst with the wanted and the shown text."""
    kinds = Counter(outcome.fault for outcome in outcomes if outcome.fault)
    counts = (texts.fault_count(kinds[fault], texts.faults[fault]) for fault in sorted(kinds))
    text = Text(
        texts.faulty(kinds.total(), len(outcomes), ", ".join(counts))
        if kinds
        else texts.no_faults(len(outcomes))
    )
    for position, outcome in enumerate(worst(outcomes, number), start=1):
        text.append(f"\n\n{position}. {texts.faults[outcome.fault or '']}", style="bold")
        text.append(texts.assurance(f"{outcome.confidence:.2f}", _rank(outcome, texts)))
        text.append(f"\n   {_one_line(outcome.question.place)}", style="dim")
        golds = " | ".join(dict.fromkeys(gold.text for gold in outcome.question.golds))
        lines = {"question": outcome.question.text, "wanted": golds, "shown": outcome.text}
        for label, line in lines.items():
            text.append(f"\n   {texts.labels[label]:<10}{_one_line(line) or _NOTHING}")
    return text


def _rank(outcome: GoldOutcome, texts: EvaluationTexts) -> str:
    if not outcome.question.has_articles:
        return texts.no_right_passage
    return texts.passage_missing if outcome.rank is None else texts.passage_rank(outcome.rank)


def _one_line(text: str) -> str:
    return harmless(" ".join(text.split()))


def figure_rows(evaluation: Evaluation) -> Iterator[list[str]]:
    """The column heads, then the cells of each row."""
    heads = (head for figures in evaluation.sets for head in (harmless(figures.name), _INTERVAL))
    yield ["", *heads]
    for row in zip(*(figures.all for figures in evaluation.sets), strict=True):
        cells = (cell for figure in row for cell in (_value(figure), _interval(figure)))
        yield [row[0].name, *cells]


def _heading(evaluation: Evaluation, texts: EvaluationTexts) -> str:
    least, sure = evaluation.thresholds.perhaps, evaluation.thresholds.sure
    return texts.heading(harmless(evaluation.model), f"{least:g}", f"{sure:g}")


def _value(figure: EvaluationFigure) -> str:
    if figure.value is None:
        return _NOTHING
    if figure.name in _WHOLE_NUMBERS:
        return f"{figure.value:,}".replace(",", "\u202f")
    return f"{figure.value:.{_decimals(figure.name)}f}"


def _interval(figure: EvaluationFigure) -> str:
    if figure.interval is None:
        return ""
    decimals = _decimals(figure.name)
    return f"{figure.interval.low:.{decimals}f}–{figure.interval.high:.{decimals}f}"


def _decimals(name: str) -> int:
    return 1 if name.startswith(_ONE_DECIMAL) else 3


def _fields(figures: EvaluationFigures) -> dict[str, Any]:
    intervals = {
        figure.name: [figure.interval.low, figure.interval.high]
        for figure in figures.all
        if figure.interval
    }
    return {**_values(figures.all), "intervals": intervals}


def _values(figures: Iterable[EvaluationFigure]) -> dict[str, Any]:
    """Values by name; `latency_ms p50` is the p50 of latency_ms."""
    values: dict[str, Any] = {}
    for figure in figures:
        name, _, part = figure.name.partition(" ")
        if part:
            values.setdefault(name, {})[part] = figure.value
        else:
            values[name] = figure.value
    return values
