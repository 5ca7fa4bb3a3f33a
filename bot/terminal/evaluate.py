"""`selon eval` on the command line."""
# Typer reads the annotations where they are written, so they are not postponed here.

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from typer.core import TyperCommand

from bot.command import DONE, MISUSED, Job, job
from bot.errors import EvaluationError
from bot.settings import Settings, index_store
from bot.terminal.console import console_for, show
from index.errors import reason_of

if TYPE_CHECKING:
    from bot.evaluation.run import Evaluation, EvaluationPlan, Means
    from bot.locale.terminal import MeasureTexts
    from bot.terminal.progress import ProgressObserver

_HELP = "Measure the answers to questions whose answers are known."

Questions = Annotated[
    Path,
    typer.Argument(
        metavar="QUESTIONS",
        show_default=False,
        help="A SQuAD file (.json), whose contexts become the articles of a temporary index, or "
        "one JSON object a line (.jsonl), asked of the index in service.",
    ),
]
Other = Annotated[
    Path | None, typer.Option(metavar="OTHER", help="Questions that these articles do not answer.")
]
LeaveOut = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        help="Leave this share (0 to 1) of the file's entries out of the index; the questions on "
        "them become unanswerable.",
    ),
]
Perturb = Annotated[
    str | None,
    typer.Option(
        metavar="KINDS",
        help="Ask again without accents, in one case, with a typing mistake, without the question "
        "mark: accents,case,typos,mark.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="Ask N questions of each file, drawn at random."),
]
Seed = Annotated[int, typer.Option(help="What is drawn at random hangs on this.")]
Show = Annotated[
    int, typer.Option("--show", metavar="N", min=0, help="List the N worst questions.")
]
Json = Annotated[Path | None, typer.Option(metavar="OUT", help="Write the figures as JSON too.")]
Plot = Annotated[
    Path | None,
    typer.Option(metavar="OUT", help="Draw the reliability diagram (.png, .svg or .pdf)."),
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", metavar="DIR", help="Where the index in service is.")
]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the results go besides the table."""

    json: Path | None
    plot: Path | None
    show: int


def declare(app: typer.Typer, text: str = _HELP, cls: type[TyperCommand] | None = None) -> None:
    """Add `eval`, described by `text`, to a command line whose commands give back the job to do."""

    @app.command("eval", cls=cls, help=text, short_help=text)
    def evaluate(
        questions: Questions,
        unanswerable: Other = None,
        leave_out: LeaveOut = 0.0,
        perturb: Perturb = None,
        limit: Limit = None,
        seed: Seed = 1,
        show_worst: Show = 0,
        json: Json = None,
        plot: Plot = None,
        data_dir: DataDir = None,
    ) -> Job:
        def plan(settings: Settings) -> "EvaluationPlan":
            from bot.evaluation.perturbation import parse_kinds
            from bot.evaluation.run import EvaluationPlan

            if not 0 <= leave_out < 1:
                raise EvaluationError("left-out-share", shown=f"--leave-out {leave_out:g}")
            kinds = parse_kinds(perturb) if perturb is not None else ()
            return EvaluationPlan(
                questions, index_store(settings), unanswerable, leave_out, kinds, limit, seed
            )

        outputs = Outputs(json, plot, show_worst)
        return job(data_dir, partial(_evaluated, plan=plan, outputs=outputs))


def _evaluated(
    settings: Settings, plan: Callable[[Settings], "EvaluationPlan"], outputs: Outputs
) -> int:
    """Run one evaluation and say what it gave; the exit code."""
    from bot.locale.terminal import MeasureTexts, TerminalPhrases
    from bot.terminal.progress import observed
    from bot.terminal.render import complaint

    phrases = TerminalPhrases.of(settings.language)
    err = console_for(sys.stderr)
    try:
        planned = plan(settings)
        _check(planned, outputs)
        from bot.evaluation.run import evaluate

        with observed(err, phrases) as observer:
            evaluation = evaluate(planned, _means(settings, observer), observer)
        _report(evaluation, outputs)
        _explain(evaluation, MeasureTexts.of(settings.language), err)
    except EvaluationError as error:
        show(err, complaint(error, phrases))
        return MISUSED
    return DONE


def _explain(evaluation: "Evaluation", texts: "MeasureTexts", err: Console) -> None:
    """What the measures tell, and which thresholds they speak for."""
    from bot.evaluation.measures import suggest_thresholds
    from bot.evaluation.report import measure_lines

    show(err, f"\n{measure_lines(evaluation, texts.meanings)}")
    suggested = suggest_thresholds(evaluation.outcomes)
    if suggested is not None:
        show(err, f"\n{texts.suggested(**asdict(suggested))}")


def _check(plan: "EvaluationPlan", outputs: Outputs) -> None:
    """Find now what would be wrong only at the end."""
    from bot.operations.picture_style import require_charts

    if outputs.plot is not None:
        require_charts("--plot")
    for file in filter(None, (plan.file, plan.other)):
        if not file.is_file():
            raise EvaluationError("questions-missing", shown=file)
    for option, path in (("--json", outputs.json), ("--plot", outputs.plot)):
        if path is not None and not path.parent.is_dir():
            raise EvaluationError("output-no-folder", shown=f"{option} {path}", folder=path.parent)


def _means(settings: Settings, observer: "ProgressObserver") -> "Means":
    from bot.answering.extractive import ExtractiveAnswerer
    from bot.assembly import open_embedder, open_reader, thresholds_of
    from bot.evaluation.run import Means
    from index.search.confidence import ConfidenceModel

    thresholds = thresholds_of(settings)
    embedder = open_embedder(settings, progress=observer.model)
    answerer = ExtractiveAnswerer(thresholds)
    return Means(embedder, ConfidenceModel.load(), answerer, thresholds, open_reader(settings))


def _report(evaluation: "Evaluation", outputs: Outputs) -> None:
    from bot.evaluation.report import draw, figures_json, figures_lines, figures_table, worst_text

    out = console_for(sys.stdout)
    if out.is_terminal:
        out.print(figures_table(evaluation))
    else:
        out.file.write(f"{figures_lines(evaluation)}\n")  # a console would expand the tabs
    if outputs.show:
        show(out, "")
        show(out, worst_text(evaluation.outcomes, outputs.show))
    if outputs.json is not None:
        try:
            outputs.json.write_text(figures_json(evaluation), encoding="utf-8")
        except OSError as error:
            raise EvaluationError(
                "output-unwritable", shown=f"--json {outputs.json}", reason=reason_of(error)
            ) from error
    if outputs.plot is not None:
        draw(evaluation.outcomes, evaluation.thresholds, outputs.plot)
