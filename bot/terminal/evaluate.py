"""`selon eval`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.command import DONE, MISUSED, CommandLine
from bot.errors import EvaluationError
from bot.settings import Settings, index_store
from bot.terminal.console import console_for, show
from index.errors import reason_of

if TYPE_CHECKING:
    from bot.evaluation.run import Evaluation, EvaluationPlan
    from bot.locale.terminal import EvaluationTexts


def declare(line: CommandLine) -> None:
    """Declare `selon eval`."""
    line.command("eval", evaluate, line.texts("terminal", "evaluation"), "about")


def evaluate(
    settings: Settings,
    questions: Annotated[
        Path, typer.Argument(metavar="QUESTIONS", show_default=False, help="questions")
    ],
    unanswerable: Annotated[Path | None, typer.Option(metavar="OTHER", help="unanswerable")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="limit")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="seed")] = 1,
    show_worst: Annotated[int, typer.Option("--show", metavar="N", min=0, help="show")] = 0,
    json: Annotated[Path | None, typer.Option(metavar="OUT", help="json")] = None,
) -> int:
    """Run one evaluation, show its results and return the exit code."""
    from bot.assembly import evaluation_means
    from bot.embedder import open_embedder
    from bot.evaluation.run import EvaluationPlan
    from bot.evaluation.run import run_evaluation as run
    from bot.locale.terminal import EvaluationTexts, TerminalPhrases
    from bot.terminal.progress import observe_progress
    from bot.terminal.render import complaint

    phrases = TerminalPhrases.of(settings.language)
    err = console_for(sys.stderr)
    try:
        plan = EvaluationPlan(questions, index_store(settings), unanswerable, limit, seed)
        _check(plan, json)
        with observe_progress(err, phrases) as observer:
            embedder = open_embedder(settings, progress=observer.model)
            evaluation = run(plan, evaluation_means(settings, embedder), observer)
        texts = EvaluationTexts.of(settings.language)
        _report(evaluation, texts, show_worst, json)
        _explain(evaluation, texts, err)
    except EvaluationError as error:
        show(err, complaint(error, phrases))
        return MISUSED
    return DONE


def _explain(evaluation: Evaluation, texts: EvaluationTexts, err: Console) -> None:
    """Explain the measures and suggest thresholds."""
    from bot.evaluation.measures import suggest_thresholds
    from bot.evaluation.report import measure_lines

    show(err, f"\n{measure_lines(evaluation, texts)}")
    thresholds = suggest_thresholds(evaluation.outcomes)
    if thresholds is not None:
        show(err, f"\n{texts.suggested(**asdict(thresholds))}")


def _check(plan: EvaluationPlan, json: Path | None) -> None:
    """Raise early what would otherwise fail at the end."""
    for file in filter(None, (plan.file, plan.other)):
        if not file.is_file():
            raise EvaluationError("questions-missing", subject=file)
    if json is not None and not json.parent.is_dir():
        raise EvaluationError("output-no-folder", subject=f"--json {json}", folder=json.parent)


def _report(evaluation: Evaluation, texts: EvaluationTexts, worst: int, json: Path | None) -> None:
    from bot.evaluation.report import figures_json, figures_lines, figures_table, worst_text

    out = console_for(sys.stdout)
    if out.is_terminal:
        out.print(figures_table(evaluation, texts))
    else:
        out.file.write(f"{figures_lines(evaluation, texts)}\n")  # consoles expand tabs
    if worst:
        show(out, "")
        show(out, worst_text(evaluation.outcomes, worst, texts))
    if json is not None:
        try:
            json.write_text(figures_json(evaluation), encoding="utf-8")
        except OSError as error:
            raise EvaluationError(
                "output-unwritable", subject=f"--json {json}", reason=reason_of(error)
            ) from error
