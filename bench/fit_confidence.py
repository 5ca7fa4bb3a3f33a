"""Fit the confidence: when does what a search shows mean that the articles answer?

Evidence is read off real searches over the question files of a folder. Answerable: each file's
questions over its own index, over indexes that keep their entry while others are left out, and over
small indexes of their own entry. Unanswerable: other files' questions, questions on entries left
out, and over the small indexes other entries' questions and those on articles of the same entry
that are not there. Questions on left-out entries of cnil.json are not used: each entry there is one
question and its answer, whose neighbours often answer it too.

A logistic regression on standardised readings is folded back into plain weights. Every figure shown
is of predictions for entries that the coefficients had not seen.

    python bench/fit_confidence.py [FOLDER] [--write]

Without a folder: the one that SELON_BENCH_EVAL names, else ../shared/eval. `--write` puts the
coefficients into index/search/confidence.json; without it nothing is changed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from _searches import FILES, NAMES, OWN, SEED, SIBLINGS, Cell, Entries, Reading, Remembering, read
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.evaluation import measures
from bot.evaluation.questions import read_squad
from bot.settings import load_settings
from index.models.bundled.embedder import load_bundled
from index.search.confidence import CONFIDENCE_FORMAT

FOLDER = Path(__file__).parents[2] / "shared" / "eval"
TARGET = Path(__file__).parents[1] / "index" / "search" / "confidence.json"
LEADING = "fquad-dev.json"
"""The file that the threshold is set on."""
KEPT = 0.955
"""Share of its answerable questions that the threshold keeps."""
SURE_KEPT = 0.955
"""Share of them that are answered for sure: all that are kept, as the search alone does not tell
those that it answers wrongly."""
FOLDS = 5
DRAWN = 40_000  # searches drawn by weight to measure calibration
SIBLINGS_WEIGHT = 0.5
"""Questions that a few articles on their very subject leave open. They are hard, and some of them
are answered after all, in other words; at full weight, small indexes refuse too much.
"""
MUTED = ("words", "sentence_words", "known")
MUTED_WEIGHT = 0.1
"""Each search counts once more, this much, as if question and passage differed in language: the
files have no answerable question of that kind.
"""

Floats = npt.NDArray[np.float64]


def main() -> int:
    options = _options()
    folder = options.folder or Path(os.environ.get("SELON_BENCH_EVAL") or FOLDER)
    missing = [folder / name for name in FILES if not (folder / name).is_file()]
    if missing:
        print(f"fit_confidence: skipped, no questions at {missing[0]} (see SELON_BENCH_EVAL)")
        return 0
    files = [Entries.of(read_squad(folder / name)) for name in FILES]
    readings = list(read(files, Remembering(load_bundled(load_settings().cache_dir))))
    text = _text(fit(readings))
    if options.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


@dataclass(frozen=True, slots=True)
class Table:
    """Readings as arrays, shape (searches, …); `weights` makes both answers weigh the same."""

    cells: list[Cell]
    values: Floats
    answerable: npt.NDArray[np.bool_]
    entries: list[str]
    weights: Floats

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Table:
        return cls(
            [reading.cell for reading in readings],
            np.array([astuple(reading.evidence) for reading in readings]),
            np.array([reading.cell.answerable for reading in readings]),
            [reading.entry for reading in readings],
            _weights([reading.cell for reading in readings]),
        )

    def rows(self, cell: Cell) -> npt.NDArray[np.intp]:
        return np.flatnonzero([each == cell for each in self.cells])


def _weights(cells: Sequence[Cell]) -> Floats:
    """Each answer weighs the same in all, and its cells the same within it."""
    counts = Counter(cells)
    shares = {cell: SIBLINGS_WEIGHT if cell.kind == SIBLINGS else 1.0 for cell in counts}
    sums = {
        answer: sum(share for cell, share in shares.items() if cell.answerable is answer)
        for answer in (True, False)
    }
    each = [shares[cell] / sums[cell.answerable] / counts[cell] for cell in cells]
    return np.array(each) * len(cells) / 2


def fit(readings: Sequence[Reading]) -> dict[str, Any]:
    """What goes into index/search/confidence.json."""
    table = Table.of(readings)
    held_out = np.zeros(len(readings))
    folds = GroupKFold(FOLDS)
    for seen, unseen in folds.split(table.values, groups=table.entries):
        held_out[unseen] = _fitted(table, seen).predict_proba(table.values[unseen])[:, 1]
    leading = held_out[table.rows(Cell(LEADING, OWN, True))]
    threshold, sure = (
        round(float(np.quantile(leading, 1 - kept)), 3) for kept in (KEPT, SURE_KEPT)
    )
    model = _fitted(table, np.arange(len(readings)))
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - weights @ scaler.mean_)
    return {
        "format": CONFIDENCE_FORMAT,
        "threshold": threshold,
        "sure": sure,
        "intercept": round(intercept, 4),
        "weights": {name: round(float(w), 4) for name, w in zip(NAMES, weights, strict=True)},
        "how": {
            "script": "bench/fit_confidence.py",
            "sets": list(FILES),
            "threshold": f"keeps {KEPT:.1%} of the answerable questions of {LEADING}, held out",
            "sure": f"keeps {SURE_KEPT:.1%} of them",
            "held out": _shown(table, held_out, threshold),
        },
    }


def _fitted(table: Table, rows: npt.NDArray[np.intp]) -> Pipeline:
    """Fitted on these rows, and a little on the same rows as another language would show them."""
    values, answers, weights = table.values[rows], table.answerable[rows], table.weights[rows]
    muted = values.copy()
    muted[:, [NAMES.index(name) for name in MUTED]] = 0
    muted[:, NAMES.index("foreign")] = 1
    model = make_pipeline(StandardScaler(), LogisticRegression(C=10, max_iter=1_000))
    model.fit(
        np.vstack([values, muted]),
        np.concatenate([answers, answers]),
        logisticregression__sample_weight=np.concatenate([weights, weights * MUTED_WEIGHT]),
    )
    return model


def _shown(table: Table, confidences: Floats, threshold: float) -> dict[str, Any]:
    """The figures of each cell, and how well calibrated the whole is at as many of each kind."""
    shown: dict[str, Any] = {}
    for cell in dict.fromkeys(table.cells):
        found = confidences[table.rows(cell)]
        figures: dict[str, float] = {"questions": len(found)}
        if cell.answerable:
            figures["kept"] = round(float(np.mean(found >= threshold)), 3)
        else:
            own = confidences[table.rows(Cell(cell.file, OWN, True))]
            figures["refused"] = round(float(np.mean(found < threshold)), 3)
            figures["auroc"] = round(measures.auroc(own, found), 4)
        shown.setdefault(cell.file, {})[cell.kind] = figures
    chance = np.random.default_rng(SEED)
    drawn = chance.choice(len(confidences), DRAWN, p=table.weights / table.weights.sum())
    bins = measures.reliability(confidences[drawn], table.answerable[drawn].tolist())
    shown["expected calibration error"] = round(measures.calibration_error(bins), 4)
    return shown


def _text(fitted: dict[str, Any]) -> str:
    """As JSON to be read by people: the figures of one cell on one line."""
    text = json.dumps(fitted, indent=2, ensure_ascii=False)
    return re.sub(r"{[^{}]+}", lambda match: " ".join(match[0].split()), text) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fit the confidence and show how well it does.")
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--write", action="store_true", help="put it into index/search/confidence.json"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
