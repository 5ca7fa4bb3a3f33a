"""Fit how sure an answer is: `python -m training.calibrate --samples FILE [--ask …] [--write]`.

`--ask` asks real questions, reads what is found with the reader that ships, and writes to FILE, for
each, what was read and whether the first sentence shown is right:

- over the question files of the folder `--eval`: each file's questions over its own articles, all
  and half of them; and, unanswerable, questions on the half left out, other files' questions, and
  questions in which a year, a number, a name or a place was exchanged for its like; some once more
  where articles of two languages stand side by side;
- over the articles of `--press`: the half of `bench/press` that may be tuned on;
- over the news of `--winer` and `--ntrex`: those of `news_questions.jsonl` that the reader did not
  learn from.

Two logistic regressions on standardised readings, one for passages in the question's language, one
across languages, are then fitted to whether that sentence is right, and folded back into plain
weights. Every figure is of predictions for articles that the coefficients had not seen. `--write`
puts the weights into index/reading/confidence.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.answering.extractive import ExtractiveAnswerer
from bot.evaluation.measures import auroc, calibration_error, reliability
from bot.evaluation.outcome import judge_answer
from bot.evaluation.questions import Gold, GoldQuestion, QuestionSet, read_squad
from bot.evaluation.run import temporary_index
from bot.settings import load_settings
from index.models.base import Embedder
from index.models.bundled.embedder import load_bundled
from index.models.bundled.reader import load_bundled_reader
from index.reading.confidence import CONFIDENCE_FORMAT, ReadingEvidence
from index.reading.evidence import UNREAD_LOGIT, EvidenceReader, read_evidence
from index.search.confidence import ConfidenceModel, Thresholds
from index.search.searcher import Searcher
from training.near_misses import Names, make_near_misses
from training.press import open_press, tuning_questions
from training.written import NEWS_QUESTIONS, read_news, read_rows

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
# How many are asked of each kind at most.
SEARCHES = {
    OWN: 600,
    HALF: 150,
    LEFT_OUT: 150,
    OTHERS: 60,
    EXCHANGED: 350,
    MIXED: 150,
    MIXED_LEFT_OUT: 150,
    MIXED_OTHERS: 150,
}
MIXED_SHARES = {"fquad-dev": 4, "xquad-es": 2}  # a fourth and a half of their entries, in one index
READINGS = tuple(field.name for field in fields(ReadingEvidence))
ANSWERABLE_SHARE = 0.6  # of all weight; the rest is of unanswerable questions
STRENGTH = 0.1  # inverse of the regularisation
KEPT = 0.97  # share of the answerable questions, each kind alike, that are answered
RIGHT = 0.9  # share of the answers to press questions that are right where they are marked sure

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a question comes from."""

    file: str
    kind: str
    answerable: bool


@dataclass(frozen=True, slots=True)
class CalibrationSample:
    """What was read for one question; `group` is the article it is on."""

    cell: Cell
    group: str
    readings: dict[str, float]
    foreign: bool
    right: bool


def main() -> None:
    """The command; prints what goes into the file."""
    parser = argparse.ArgumentParser(
        prog="python -m training.calibrate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--samples", type=Path, required=True, help="what was read, as JSON Lines")
    parser.add_argument("--ask", action="store_true", help="ask all questions first")
    parser.add_argument("--eval", type=Path, help="folder of the question files")
    parser.add_argument("--press", type=Path, help="folder of the articles of bench/press")
    parser.add_argument("--winer", type=Path, help="checkout of WiNER-fr")
    parser.add_argument("--ntrex", type=Path, help="checkout of NTREX")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    arguments = parser.parse_args()
    if bool(arguments.winer) != bool(arguments.ntrex):
        parser.error("--winer and --ntrex go together")
    if arguments.ask:
        ask(arguments)
    lines = arguments.samples.read_text(encoding="utf-8").splitlines()
    samples = [
        CalibrationSample(**(row | {"cell": Cell(**row["cell"])})) for row in map(json.loads, lines)
    ]
    text = _text(fit(samples))
    if arguments.write:
        TARGET.write_text(text, encoding="utf-8")
    print(text, end="")  # noqa: T201


def ask(arguments: argparse.Namespace) -> None:
    """Ask the questions of the folders that are given, and write what was read."""
    cache_dir = load_settings().cache_dir
    asker = Asker(
        load_bundled(cache_dir), EvidenceReader(load_bundled_reader(cache_dir), None, UNREAD_LOGIT)
    )
    press, files = arguments.press, arguments.eval
    samples = chain(
        asker.ask_press(press) if press else (),
        chain(asker.ask_files(files), asker.ask_mixed(files)) if files else (),
        asker.ask_news(arguments.winer, arguments.ntrex) if arguments.winer else (),
    )
    with arguments.samples.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(sample), ensure_ascii=False) + "\n" for sample in samples)


class Asker:
    """Asks questions of indexes and reads what is found."""

    def __init__(self, embedder: Embedder, reader: EvidenceReader) -> None:
        self._embedder, self._reader = embedder, reader
        self._judge = ConfidenceModel.load()
        self._answerer = ExtractiveAnswerer(Thresholds(0, 0))
        self._random = random.Random(SEED)

    def ask_files(self, folder: Path) -> Iterator[CalibrationSample]:
        """Every kind of search over the files of a folder."""
        sets = {name: read_squad(folder / f"{name}.json") for name, _, _ in FILES}
        for over in dict.fromkeys(over for _, _, over in FILES):
            asked = [(name, language) for name, language, of in FILES if of == over]
            articles = sets[over].articles
            with temporary_index(articles, self._embedder, self._judge) as opened:
                for name, language in asked:
                    if name != "cnil":  # where an answer is longer than a sentence
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
            ids = {Path(article.path).name: article.id for article in searcher.articles()}
            for row in tuning_questions():
                if row["kind"] not in ("latest", "comparison"):
                    question = GoldQuestion(
                        row["question"],
                        row["id"],
                        answerable=bool(row["answers"]),
                        golds=tuple(map(Gold, row["answers"])),
                        articles=frozenset(
                            ids[name] for name in row["articles"] if name in ids
                        ),  # no copies
                    )
                    cell = Cell("press", row["kind"], question.answerable)
                    group = (row["articles"] or [row["id"]])[0]
                    yield from self._sample(searcher, cell, question, group)

    def ask_news(self, winer: Path, ntrex: Path) -> Iterator[CalibrationSample]:
        """The questions over news that judge, among all the articles."""
        rows = read_rows(NEWS_QUESTIONS)
        articles = read_news(winer, ntrex, {row["article"] for row in rows})
        with temporary_index(articles, self._embedder, self._judge) as opened:
            for row in rows:
                if row["half"] == "judge":
                    golds = (Gold(row["answer"]),) if row["answer"] else ()
                    own = frozenset({row["article"]} if golds else ())
                    question = GoldQuestion(row["question"], "news", bool(golds), golds, own)
                    cell = Cell("news", row["kind"], question.answerable)
                    yield from self._sample(opened.searcher, cell, question, row["article"])

    def _ask(
        self, searcher: Searcher, cell: Cell, questions: Sequence[GoldQuestion]
    ) -> Iterator[CalibrationSample]:
        for question in self._random.sample(
            list(questions), min(len(questions), SEARCHES[cell.kind])
        ):
            group = _article(question)
            if not cell.answerable:
                question = GoldQuestion(question.text, question.place, answerable=False)
            yield from self._sample(searcher, cell, question, group)

    def _sample(
        self, searcher: Searcher, cell: Cell, question: GoldQuestion, group: str
    ) -> Iterator[CalibrationSample]:
        found = searcher.search(question.text)
        if found.hits:
            read = self._reader.read(found)
            outcome = judge_answer(question, read, self._answerer.answer(read), 0.0)
            evidence, foreign = asdict(read_evidence(read)), bool(read.evidence.foreign)
            yield CalibrationSample(cell, group, evidence, foreign, outcome.right_first)


def _exchanged(
    questions: QuestionSet, language: str, articles: Iterable[Any], chance: random.Random
) -> list[GoldQuestion]:
    """Near misses made of these questions, at most one of each."""
    names = Names([(language, question.text) for question in questions.questions])
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
    foreign = np.array([sample.foreign for sample in samples])
    right = np.array([sample.right for sample in samples])
    held_out = np.zeros(len(samples))
    models = {}
    for name, rows in (
        ("same_language", np.flatnonzero(~foreign)),
        ("across_languages", np.flatnonzero(foreign)),
    ):
        chosen = [samples[at] for at in rows.tolist()]
        values = np.array([[sample.readings[reading] for reading in READINGS] for sample in chosen])
        weights = _weights([sample.cell for sample in chosen])
        groups = [sample.group for sample in chosen]
        for seen, unseen in GroupKFold(FOLDS).split(rows, groups=groups):
            model = _regression(values[seen], right[rows[seen]], weights[seen])
            held_out[rows[unseen]] = model.predict_proba(values[unseen])[:, 1]
        models[name] = _plain(_regression(values, right[rows], weights), READINGS)
    table = _Table(samples, held_out)
    perhaps, sure = table.kept_from(KEPT), table.right_from(RIGHT)
    return {
        "format": CONFIDENCE_FORMAT,
        "perhaps": round(perhaps, 3),
        "sure": round(sure, 3),
        **models,
        "how": {"script": "training/calibrate.py", "held out": table.figures(perhaps, sure)},
    }


def _weights(cells: Sequence[Cell]) -> Floats:
    """Cells weigh by the root of their size, the answerable ones together by their share."""
    counts = Counter(cells)
    sums = {
        answerable: sum(
            count**0.5 for cell, count in counts.items() if cell.answerable == answerable
        )
        for answerable in (True, False)
    }
    shares = {True: ANSWERABLE_SHARE, False: 1 - ANSWERABLE_SHARE}
    each = [shares[cell.answerable] / sums[cell.answerable] / counts[cell] ** 0.5 for cell in cells]
    return np.array(each) * len(cells)


def _regression(values: Floats, right: npt.NDArray[np.bool_], weights: Floats) -> Any:
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=1000))
    return model.fit(values, right, logisticregression__sample_weight=weights)


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
    """Samples with the confidences (0..1) of models that had not seen them."""

    samples: Sequence[CalibrationSample]
    confidences: Floats

    def kept_from(self, share: float) -> float:
        """The confidence that this share of the answerable reach, by weight."""
        answerable = np.array([sample.cell.answerable for sample in self.samples])
        order = np.argsort(-self.confidences)
        weights = _weights([sample.cell for sample in self.samples]) * answerable
        kept = np.cumsum(weights[order]) / weights.sum()
        return float(self.confidences[order[np.searchsorted(kept, share)]])

    def right_from(self, share: float) -> float:
        """The lowest confidence from which this share of the answers over the press are right."""
        press = self._rows_of("press")
        order = press[np.argsort(-self.confidences[press])]
        right = np.cumsum(self._right[order]) / np.arange(1, len(order) + 1)
        return float(self.confidences[order[np.flatnonzero(right >= share)[-1]]])

    def figures(self, perhaps: float, sure: float) -> dict[str, Any]:
        """By cell: how many, and the shares right, at least perhaps, sure, and of these right."""
        shown: dict[str, Any] = {}
        for cell in dict.fromkeys(sample.cell for sample in self.samples):
            rows = np.flatnonzero([sample.cell == cell for sample in self.samples])
            trusted = self.confidences[rows] >= sure
            figures: dict[str, Any] = {
                "questions": len(rows),
                "perhaps": _share(self.confidences[rows] >= perhaps),
                "sure": _share(trusted),
            }
            if cell.answerable:
                right = self._right[rows]
                figures |= {"right": _share(right), "sure right": _share(right[trusted])}
            kind = f"{cell.file}: {cell.kind}"
            shown[kind if cell.answerable else f"{kind}, unanswerable"] = figures
        for file in dict.fromkeys(sample.cell.file for sample in self.samples):
            rows = self._rows_of(file)
            right, confidences = self._right[rows], self.confidences[rows]
            if 0 < right.sum() < len(right):
                shown[f"AUROC of right ones, {file}"] = round(
                    auroc(confidences[right], confidences[~right]), 3
                )
        bins = reliability(self.confidences, self._right.tolist())
        shown["expected calibration error"] = round(calibration_error(bins), 4)
        return shown

    @property
    def _right(self) -> npt.NDArray[np.bool_]:
        return np.array([sample.right for sample in self.samples])

    def _rows_of(self, file: str) -> npt.NDArray[np.intp]:
        return np.flatnonzero([sample.cell.file == file for sample in self.samples])


def _share(flags: npt.NDArray[np.bool_]) -> float:
    return round(float(flags.mean()), 3) if len(flags) else 0.0


def _text(fitted: dict[str, Any]) -> str:
    """As JSON to be read by people: the figures of one cell on one line."""
    text = json.dumps(fitted, indent=2, ensure_ascii=False)
    return re.sub(r"{[^{}]+}", lambda match: " ".join(match[0].split()), text) + "\n"


if __name__ == "__main__":
    main()
