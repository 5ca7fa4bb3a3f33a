"""Fit what the reader's word is worth: `python -m training.calibrate --eval FOLDER [--write]`.

Real searches over the question files of a folder are read by the reader that ships. Answerable:
each file's questions over its own articles, all of them and half of them. Unanswerable: questions
on the half left out, other files' questions, and questions in which a year, a number, a name or a
place was exchanged for its like. Some are asked again where articles of two languages stand side by
side: what is nearest to a question on something else is often foreign there. With `--press FOLDER`,
the half of `bench/press` that may be tuned on joins them, its near misses and false premises among
the unanswerable.

Two logistic regressions on standardised readings, one for passages in the question's language, one
across languages, are folded back into plain weights. Every figure shown is of predictions for
articles that the coefficients had not seen. `--write` puts them into index/reading/confidence.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.evaluation.measures import auroc, calibration_error, reliability
from bot.evaluation.questions import GoldQuestion, QuestionSet, read_squad
from bot.evaluation.run import temporary_index
from bot.settings import load_settings
from index.models.base import Embedder
from index.models.bundled.embedder import load_bundled
from index.models.bundled.reader import load_bundled_reader
from index.reading.confidence import CONFIDENCE_FORMAT
from index.reading.evidence import SUREST_LOGIT, EvidenceReader, read_evidence
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from training.near_misses import Names, make_near_misses
from training.press import open_press, tuning_questions

TARGET = Path(__file__).parents[1] / "index" / "reading" / "confidence.json"
# A file of questions, its language, and the file whose articles it is asked of.
FILES = (
    ("fquad-dev", "fr", "fquad-dev"),
    ("cnil", "fr", "cnil"),
    ("xquad-es", "es", "xquad-es"),
    ("xquad-en-over-es", "en", "xquad-es"),
)
SEED, FOLDS = 1, 5
OWN, HALF, LEFT_OUT, OTHERS, EXCHANGED = "own", "half", "left out", "others", "exchanged"
MIXED, MIXED_LEFT_OUT, MIXED_OTHERS = "mixed", "mixed left out", "mixed others"
SEARCHES = {
    OWN: 400,
    HALF: 200,
    LEFT_OUT: 200,
    OTHERS: 120,
    EXCHANGED: 400,
    MIXED: 200,
    MIXED_LEFT_OUT: 200,
    MIXED_OTHERS: 240,
}
"""How many are asked of each kind at most."""
BESIDE = {
    LEFT_OUT: HALF,
    EXCHANGED: OWN,
    OTHERS: OWN,
    MIXED_LEFT_OUT: MIXED,
    MIXED_OTHERS: MIXED,
}
"""The answerable questions that those of a kind are held against."""
MIXED_SHARES = {"fquad-dev": 4, "xquad-es": 2}
"""Of their entries a fourth and a half, beside each other in one index."""
KEPT, SURE = 0.95, 0.86
"""Shares of the answerable questions, each kind alike, that the two thresholds keep."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a search comes from; within an answer, cells weigh the same, whatever their size."""

    file: str
    kind: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class CalibrationSample:
    """What was read of one search; `group` is the article its question is on."""

    cell: Cell
    group: str
    readings: dict[str, float]
    before: float


def main() -> None:
    """The command; prints what goes into the file."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    parser.add_argument("--eval", type=Path, required=True, help="folder of the question files")
    parser.add_argument("--press", type=Path, help="folder of the articles of bench/press")
    parser.add_argument("--share", type=float, default=1.0, help="of the searches, for a trial")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    arguments = parser.parse_args()
    asker = Asker(
        load_bundled(load_settings().cache_dir),
        EvidenceReader(load_bundled_reader(load_settings().cache_dir), None, SUREST_LOGIT),
        arguments.share,
    )
    samples = [*asker.ask_files(arguments.eval), *asker.ask_mixed(arguments.eval)]
    if arguments.press:
        samples += asker.ask_press(arguments.press)
    text = _text(fit(samples))
    if arguments.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text, end="")  # noqa: T201


class Asker:
    """Asks questions of indexes and reads what is found."""

    def __init__(self, embedder: Embedder, reader: EvidenceReader, share: float = 1.0) -> None:
        self._embedder, self._reader, self._share = embedder, reader, share
        self._judge = ConfidenceModel.load()
        self._random = random.Random(SEED)

    def ask_files(self, folder: Path) -> Iterator[CalibrationSample]:
        """Every kind of search over the files of a folder."""
        sets = {name: read_squad(folder / f"{name}.json") for name, _, _ in FILES}
        for over in dict.fromkeys(over for _, _, over in FILES):
            asked = [(name, language) for name, language, of in FILES if of == over]
            articles = sets[over].articles
            with temporary_index(articles, self._embedder, self._judge) as opened:
                for name, language in asked:
                    own = sets[name].questions
                    yield from self._ask(opened.searcher, Cell(name, OWN, True), own)
                    cell = Cell(name, EXCHANGED, False)
                    made = _exchanged(sets[name], language, articles, self._random)
                    yield from self._ask(opened.searcher, cell, made)
                for name, _, of in FILES:
                    if of != over:
                        cell = Cell(over, OTHERS, False)
                        yield from self._ask(opened.searcher, cell, sets[name].questions)
            if over == "cnil":  # one question an entry: its neighbours often answer it too
                continue
            group_of = dict(sets[over].groups)
            groups = sorted(set(group_of.values()))
            self._random.shuffle(groups)
            kept = set(groups[::2])
            few = [article for article in articles if group_of[article.id] in kept]
            with temporary_index(few, self._embedder, self._judge) as opened:
                for name, _ in asked:
                    for kind, answerable in ((HALF, True), (LEFT_OUT, False)):
                        chosen = [
                            question
                            for question in sets[name].questions
                            if (group_of[_article(question)] in kept) == answerable
                        ]
                        cell = Cell(name, kind, answerable)
                        yield from self._ask(opened.searcher, cell, chosen)

    def ask_mixed(self, folder: Path) -> Iterator[CalibrationSample]:
        """Questions over articles of two languages side by side."""
        self._random = random.Random(SEED)
        sets = {name: read_squad(folder / f"{name}.json") for name, _, _ in FILES}
        group_of: dict[str, str] = {}
        kept: set[str] = set()
        for over, share in MIXED_SHARES.items():
            group_of |= dict(sets[over].groups)
            groups = sorted(set(dict(sets[over].groups).values()))
            self._random.shuffle(groups)
            kept |= set(groups[::share])
        articles = [
            article
            for over in MIXED_SHARES
            for article in sets[over].articles
            if group_of[article.id] in kept
        ]
        with temporary_index(articles, self._embedder, self._judge) as opened:
            for name, _, over in FILES:
                if over not in MIXED_SHARES:
                    cell = Cell(next(iter(MIXED_SHARES)), MIXED_OTHERS, False)
                    yield from self._ask(opened.searcher, cell, sets[name].questions)
                    continue
                for kind, answerable in ((MIXED, True), (MIXED_LEFT_OUT, False)):
                    chosen = [
                        question
                        for question in sets[name].questions
                        if (group_of[_article(question)] in kept) == answerable
                    ]
                    yield from self._ask(opened.searcher, Cell(name, kind, answerable), chosen)

    def ask_press(self, folder: Path) -> Iterator[CalibrationSample]:
        """The questions of the half that may be tuned on, but those that ask for what is newest."""
        with open_press(folder, self._embedder, self._judge) as searcher:
            for row in tuning_questions():
                if row["kind"] not in ("latest", "comparison"):
                    group = (row["articles"] or [row["id"]])[0]
                    cell = Cell("press", row["kind"], bool(row["answers"]))
                    yield from self._sample(searcher, cell, row["question"], group)

    def _ask(
        self, searcher: Searcher, cell: Cell, questions: Sequence[GoldQuestion]
    ) -> Iterator[CalibrationSample]:
        count = min(len(questions), round(SEARCHES[cell.kind] * self._share))
        for question in self._random.sample(list(questions), count):
            yield from self._sample(searcher, cell, question.text, _article(question))

    def _sample(
        self, searcher: Searcher, cell: Cell, question: str, group: str
    ) -> Iterator[CalibrationSample]:
        found = searcher.search(question)
        if found.hits:
            read = self._reader.read(found)
            yield CalibrationSample(cell, group, read_evidence(read).values(), found.confidence)


def _exchanged(
    questions: QuestionSet, language: str, articles: Iterable[Any], chance: random.Random
) -> list[GoldQuestion]:
    """Near misses made of these questions, at most one of each."""
    names = Names([(language, each.text) for each in questions.questions])
    texts = {article.id: f"{article.title}\n{article.text}" for article in articles}
    made = []
    for question in questions.questions:
        seen = texts[_article(question)]
        if near := make_near_misses(question.text, language, seen, names, chance):
            made.append(replace(question, text=chance.choice(near).question))
    return made


def _article(question: GoldQuestion) -> str:
    return min(question.articles)


def fit(samples: Sequence[CalibrationSample]) -> dict[str, Any]:
    """What goes into index/reading/confidence.json."""
    names = [name for name in samples[0].readings if name != "foreign"]
    foreign = np.array([bool(each.readings["foreign"]) for each in samples])
    values = np.array([[each.readings[name] for name in names] for each in samples])
    answerable = np.array([each.cell.answerable for each in samples])
    held_out = np.zeros(len(samples))
    models = {}
    for across, rows in ((False, np.flatnonzero(~foreign)), (True, np.flatnonzero(foreign))):
        cells = [samples[int(at)].cell for at in rows]
        groups = [samples[int(at)].group for at in rows]
        weights = _weights(cells)
        for seen, unseen in GroupKFold(FOLDS).split(rows, groups=groups):
            model = _regression(values[rows[seen]], answerable[rows[seen]], weights[seen])
            held_out[rows[unseen]] = model.predict_proba(values[rows[unseen]])[:, 1]
        models[across] = _plain(_regression(values[rows], answerable[rows], weights), names)
    table = _Table(samples, answerable, held_out)
    perhaps, sure = table.threshold(KEPT), table.threshold(SURE)
    return {
        "format": CONFIDENCE_FORMAT,
        "perhaps": round(perhaps, 3),
        "sure": round(sure, 3),
        "same_language": models[False],
        "across_languages": models[True],
        "how": {"script": "training/calibrate.py", "held out": table.figures(perhaps, sure)},
    }


def _weights(cells: Sequence[Cell]) -> Floats:
    """Answerable and unanswerable weigh the same in all, and their cells the same within each."""
    counts = Counter(cells)
    kinds = Counter(cell.answerable for cell in counts)
    each = [1 / kinds[cell.answerable] / counts[cell] for cell in cells]
    return np.array(each) * len(cells) / 2


def _regression(values: Floats, answerable: npt.NDArray[np.bool_], weights: Floats) -> Any:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000))
    return model.fit(values, answerable, logisticregression__sample_weight=weights)


def _plain(model: Any, names: Sequence[str]) -> dict[str, Any]:
    """Standardisation folded into the weights."""
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    intercept = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    return {
        "intercept": round(intercept, 4),
        "weights": {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
    }


@dataclass(frozen=True)
class _Table:
    """Samples with the probabilities that were told without having seen them."""

    samples: Sequence[CalibrationSample]
    answerable: npt.NDArray[np.bool_]
    told: Floats

    def threshold(self, share: float) -> float:
        """What this share of the answerable reaches, each cell weighing the same."""
        cells = [each.cell for each in self.samples]
        order = np.argsort(-self.told)
        weights = _weights(cells) * self.answerable
        kept = np.cumsum(weights[order]) / weights.sum()
        return float(self.told[order[np.searchsorted(kept, share)]])

    def figures(self, perhaps: float, sure: float) -> dict[str, Any]:
        """By cell: how many, how many at least perhaps, how many sure, and sure before."""
        shown: dict[str, Any] = {}
        for cell in dict.fromkeys(each.cell for each in self.samples):
            rows = np.flatnonzero([each.cell == cell for each in self.samples])
            shown[f"{cell.file}: {cell.kind}, {'answered' if cell.answerable else 'not'}"] = {
                "questions": len(rows),
                "perhaps": round(float((self.told[rows] >= perhaps).mean()), 3),
                "sure": round(float((self.told[rows] >= sure).mean()), 3),
            }
        yes = self.told[self.answerable]
        for kind in dict.fromkeys(e.cell.kind for e in self.samples if not e.cell.answerable):
            rows = np.flatnonzero(
                [e.cell.kind == kind and not e.cell.answerable for e in self.samples]
            )
            shown[f"AUROC against {kind}"] = {
                "now": round(auroc(yes.tolist(), self.told[rows].tolist()), 3),
                "search alone": round(
                    auroc(
                        [e.before for e in self.samples if e.cell.answerable],
                        [self.samples[int(at)].before for at in rows],
                    ),
                    3,
                ),
            }
        bins = reliability(self.told.tolist(), self.answerable.tolist())
        shown["expected calibration error"] = round(calibration_error(bins), 4)
        return shown | self._errors_by_kind()

    def _errors_by_kind(self) -> dict[str, Any]:
        """The calibration error over each kind of unanswerable question beside as many answerable
        ones of its file, and what it would be by chance if all that is told were right."""
        errors: dict[str, Any] = {}
        chance = np.random.default_rng(SEED)
        for cell in dict.fromkeys(e.cell for e in self.samples if not e.cell.answerable):
            kind = BESIDE.get(cell.kind)
            beside = [
                own.answerable and own.file == cell.file and kind in (None, own.kind)
                for own in (each.cell for each in self.samples)
            ]
            both = [self._spread(beside), self._spread([e.cell == cell for e in self.samples])]
            few = min(map(len, both))
            rows = np.concatenate(
                [each[np.linspace(0, len(each) - 1, few).round().astype(int)] for each in both]
            )
            told = self.told[rows]
            drawn = [_error(told, chance.random(len(told)) < told) for _ in range(200)]
            errors[f"calibration error, {cell.file}: {cell.kind}"] = {
                "now": round(_error(told, self.answerable[rows]), 3),
                "by chance": round(float(np.mean(drawn)), 3),
                "of each": few,
            }
        return errors

    def _spread(self, chosen: Sequence[bool]) -> npt.NDArray[np.intp]:
        """The chosen samples, the least sure first."""
        rows = np.flatnonzero(chosen)
        return rows[np.argsort(self.told[rows], kind="stable")]


def _error(told: Floats, answerable: npt.NDArray[np.bool_]) -> float:
    return calibration_error(reliability(told.tolist(), answerable.tolist()))


def _text(fitted: dict[str, Any]) -> str:
    """As JSON to be read by people: the figures of one cell on one line."""
    text = json.dumps(fitted, indent=2, ensure_ascii=False)
    return re.sub(r"{[^{}]+}", lambda match: " ".join(match[0].split()), text) + "\n"


if __name__ == "__main__":
    main()
