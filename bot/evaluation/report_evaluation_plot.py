"""The reliability diagram: how often Selon is right when it is this sure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.errors_evaluation_errors import EvaluationError
from bot.evaluation.measures import calibration_error
from bot.evaluation.measures_evaluation_figures import reliability
from bot.evaluation.outcome import Outcome

_COLUMNS = 20


def draw(outcomes: Sequence[Outcome], threshold: float, path: Path) -> None:
    """Write the diagram, with how many questions of each kind had which confidence below it."""
    bins = reliability(outcomes)
    if not bins:
        raise EvaluationError(
            "--plot: needs answerable and unanswerable questions; "
            "add some with --unanswerable or --leave-out"
        )
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
        axes.axvline(threshold, color="grey", linewidth=1)
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise EvaluationError(f"--plot {path}: cannot be written ({error})") from error
