"""Fit the weights of an archive's lines: `python -m training.rank_lines OVER=DATA... [--write]`.

The sentences that `bot/archive` takes as on a subject, of the questions of `bench/archive.py` to
tune on, each OVER with its index in the folder DATA: a logistic regression tells those of a
question that hold words of the gold. Logs the share of a question's gold in its first lines,
cross-validated by question; `--write` updates bot/archive/lines.json.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

from bench.archive import read_questions  # type: ignore[attr-defined]
from bench.press import holds_tokens  # type: ignore[attr-defined]
from bot.archive.events import Event, LineFeatures
from bot.archive.material import find_material
from bot.archive.plain_words import parse_function
from bot.assembly import open_index
from bot.settings import load_settings

OUT = Path(__file__).resolve().parent.parent / "bot" / "archive" / "lines.json"
KINDS = ("chronology", "dossier", "overview", "positions", "latest", "list", "comparison")
FOLDS = 10
DEPTHS = (5, 10, 14, 20)  # lines shown
DECAY = 0.01

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A line with the number of its question and of the groups of gold words that it holds."""

    line: Event
    question: int
    gold: frozenset[int]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.rank_lines", description=__doc__)
    parser.add_argument("indexes", nargs="+", metavar="OVER=DATA")
    parser.add_argument("--write", action="store_true", help="update bot/archive/lines.json")
    arguments = parser.parse_args()
    lines: list[SubjectLine] = []
    for index in arguments.indexes:
        over, data = index.split("=", maxsplit=1)
        lines += read_lines(over, Path(data), len(lines))
    inputs = np.array([astuple(own.line.features) for own in lines], np.float64)
    is_gold = np.array([bool(own.gold) for own in lines])
    questions = np.array([own.question for own in lines])
    scores = np.zeros(len(lines))
    for train, test in GroupKFold(FOLDS).split(inputs, is_gold, questions):
        scores[test] = inputs[test] @ fit(inputs[train], is_gold[train], questions[train])
    weights = dict(zip(names(), fit(inputs, is_gold, questions).round(3).tolist(), strict=True))
    held_out = coverage(lines, scores)
    before = coverage(lines, np.array([own.line.weight for own in lines]))
    by_chance = coverage(lines, np.random.default_rng(0).random(len(lines)))
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log = logging.getLogger(__name__).info
    log("%d lines, %d gold, %d questions", len(lines), is_gold.sum(), len(set(questions)))
    log("held out %s, weights before %s, by chance %s", held_out, before, by_chance)
    if arguments.write:
        how = f"training/rank_lines.py; gold held out {held_out}, by chance {by_chance}"
        record = {"weights": weights, "how": how}
        OUT.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def names() -> list[str]:
    return [field.name for field in fields(LineFeatures)]


def read_lines(over: str, data: Path, first: int) -> Iterator[SubjectLine]:
    """The lines on the subjects of the tune questions over an index."""
    searcher = open_index(load_settings(data_dir=data)).searcher()
    for number, question in enumerate(read_questions(over), first):
        if question.half != "tune" or question.kind not in KINDS:
            continue
        request = parse_function(question.question, date.today(), question.kind)
        material = find_material(request, searcher) if request is not None else None
        for line in material.candidates() if material is not None else ():
            gold = {
                at
                for at, group in enumerate(question.said)
                if any(holds_tokens(line.text, words) for words in group)
            }
            yield SubjectLine(line, number, frozenset(gold))


def fit(inputs: Rows, is_gold: npt.NDArray[np.bool_], questions: Rows) -> Rows:
    """The weights of features, of which only the differences within a question tell anything."""
    centred = inputs.copy()
    for question in np.unique(questions):
        centred[questions == question] -= inputs[questions == question].mean(axis=0)
    scale = centred.std(axis=0)
    model = LogisticRegression(C=DECAY, max_iter=1000).fit(centred / scale, is_gold)
    weights: Rows = model.coef_[0] / scale
    return weights


def coverage(lines: Sequence[SubjectLine], scores: Rows) -> dict[str, float]:
    """The share of the gold of the lines that is in the first lines of each question."""
    gold, shown = 0, dict.fromkeys(DEPTHS, 0)
    for question in {own.question for own in lines}:
        own = [at for at, line in enumerate(lines) if line.question == question]
        own.sort(key=lambda at: -scores[at])
        gold += len(frozenset().union(*(lines[at].gold for at in own)))
        for depth in DEPTHS:
            shown[depth] += len(frozenset().union(*(lines[at].gold for at in own[:depth])))
    return {f"of {depth}": round(shown[depth] / gold, 3) for depth in DEPTHS}


if __name__ == "__main__":
    main()
