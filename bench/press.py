"""What people get over real press articles: 887 questions of nine kinds, through the whole chain.

    python bench/press.py [--half HALF] [--articles FOLDER] [--json FILE] [--show KIND]

The questions are those of bench/press/questions.jsonl. The articles, which bench/press/articles.tsv
lists, are not part of the repository (bench/press/README.md): they lie in FOLDER, or in `press` in
the folder that SELON_BENCH_EVAL names, else in ../shared/eval, and are indexed in a temporary one.
By kind: how often an answer stands in the first sentence shown and anywhere in what is shown,
quoted from an article that holds it; how often there is none; how sure it is said to be; and how
long it takes; then how many of the answers marked sure are right. Intervals are Wilson's, of 95 %.
`--show` prints what was shown to a kind.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import get_args

from bot.answer import Answer, Outcome
from bot.assembly import open_chain
from bot.evaluation.measures import Interval, quantile
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled

QUESTIONS = Path(__file__).parent / "press" / "questions.jsonl"
EVALUATION = Path(__file__).parents[2] / "shared" / "eval"
ANSWERABLE = ("fact", "list", "why", "definition", "latest", "comparison")
UNANSWERABLE = ("near_miss", "false_premise", "off_subject")
HALVES = ("tune", "judge", "unseen", "blind")
Z = 1.959964  # the normal quantile of a 95 % interval
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|%")


@dataclass(frozen=True, slots=True)
class PressQuestion:
    """One question of the file.

    `articles` are the files that hold one of `answers`, or that the question comes close to where
    there is none; `note` says what is true then.
    """

    id: str
    kind: str
    question: str
    articles: tuple[str, ...]
    answers: tuple[str, ...]
    half: str
    note: str


@dataclass(frozen=True, slots=True)
class PressOutcome:
    """What was shown to one question.

    `shown` has the statements in their order, each with the sentence it leans on; `cited` the files
    of each; `first` and `anywhere` whether an answer stands there, None where there is none.
    """

    id: str
    kind: str
    half: str
    question: str
    outcome: Outcome
    confidence: float
    shown: tuple[str, ...]
    cited: tuple[tuple[str, ...], ...]
    first: bool | None
    anywhere: bool | None
    milliseconds: float


def read_press_questions(path: Path) -> tuple[PressQuestion, ...]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return tuple(
        PressQuestion(
            **row | {"articles": tuple(row["articles"]), "answers": tuple(row["answers"])}
        )
        for row in rows
    )


def tokens_of(text: str) -> list[str]:
    """Words, numbers and percent signs, without case, accents and punctuation."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(character)
    )
    return _TOKEN.findall(plain.casefold())


def holds_tokens(text: str, answer: str) -> bool:
    """Whether the tokens of the answer follow each other in the text."""
    wanted = tokens_of(answer)
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(tokens_of(text))} "


def wilson_interval(successes: int, total: int) -> Interval:
    """The 95 % score interval of a share (Wilson, 1927)."""
    share, spread = successes / total, Z * Z / total
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * math.sqrt(share * (1 - share) / total + spread / 4 / total) / (1 + spread)
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def judge(question: PressQuestion, answer: Answer, milliseconds: float) -> PressOutcome:
    citations = {citation.number: citation for citation in answer.citations}
    shown, cited = [], []
    for statement in answer.statements:
        its = [citations[number] for number in statement.citations]
        leads = [citation.lead.text for citation in its if citation.lead is not None]
        shown.append(" ".join([*leads, statement.text]))
        cited.append(tuple(PurePath(citation.article.path).name for citation in its))
    right = [
        any(holds_tokens(text, answer) for answer in question.answers)
        and not set(question.articles).isdisjoint(files)
        for text, files in zip(shown, cited, strict=True)
    ]
    known = bool(question.answers)
    return PressOutcome(
        id=question.id,
        kind=question.kind,
        half=question.half,
        question=question.question,
        outcome=answer.outcome,
        confidence=answer.confidence,
        shown=tuple(shown),
        cited=tuple(cited),
        first=any(right[:1]) if known else None,
        anywhere=any(right) if known else None,
        milliseconds=milliseconds,
    )


def main() -> int:
    options = _options()
    if not options.articles.is_dir():
        print(f"press: skipped, no articles at {options.articles} (see bench/press/README.md)")
        return 0
    halves = HALVES if options.half == "all" else (options.half,)
    questions = [
        question for question in read_press_questions(QUESTIONS) if question.half in halves
    ]
    outcomes = _asked(questions, options.articles)
    print(f"\n{len(outcomes)} questions, half: {options.half}")
    for line in _table(outcomes):
        print(line)
    if options.show:
        _print_shown([outcome for outcome in outcomes if outcome.kind == options.show], questions)
    if options.json:
        rows = [asdict(outcome) for outcome in outcomes]
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _asked(questions: Sequence[PressQuestion], articles: Path) -> list[PressOutcome]:
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        report = build([articles], Path(folder), load_bundled(load_settings().cache_dir))
        print(f"{report.articles} articles, {report.passages} passages", flush=True)
        outcomes = []
        with open_chain(Settings(_env_file=None, data_dir=Path(folder))) as chain:
            chain.invoke(questions[0].question)  # what is loaded on first use is not its time
            for question in questions:
                began = time.perf_counter()
                answer = chain.invoke(question.question)
                outcomes.append(judge(question, answer, (time.perf_counter() - began) * 1000))
        return outcomes


def _table(outcomes: Sequence[PressOutcome]) -> Iterator[str]:
    yield (
        f"{'':<15}{'n':>4}{'first sentence':>20}{'anywhere':>20}{'refused':>20}"
        f"{'sure/perhaps/no':>20}{'p50':>7}{'p95 ms':>8}"
    )
    for label, kinds in (
        *((kind, (kind,)) for kind in ANSWERABLE),
        ("answerable", ANSWERABLE),
        *((kind, (kind,)) for kind in UNANSWERABLE),
        ("unanswerable", UNANSWERABLE),
    ):
        chosen = [outcome for outcome in outcomes if outcome.kind in kinds]
        if chosen:
            yield _row(label, chosen)
    sure = [outcome for outcome in outcomes if outcome.outcome == "sure"]
    yield f"sure and right: {_share(sure, lambda each: bool(each.first))} of {len(sure)}"


def _row(label: str, chosen: Sequence[PressOutcome]) -> str:
    judged = [outcome for outcome in chosen if outcome.anywhere is not None]
    shares = "/".join(
        f"{sum(outcome.outcome == name for outcome in chosen) / len(chosen):.0%}"
        for name in get_args(Outcome)
    )
    times = [outcome.milliseconds for outcome in chosen]
    return (
        f"{label:<15}{len(chosen):>4}"
        f"{_share(judged, lambda each: bool(each.first)):>20}"
        f"{_share(judged, lambda each: bool(each.anywhere)):>20}"
        f"{_share(chosen, lambda each: each.outcome == 'no'):>20}"
        f"{shares:>20}{quantile(times, 0.5):>7.0f}{quantile(times, 0.95):>8.0f}"
    )


def _share(chosen: Sequence[PressOutcome], counts: Callable[[PressOutcome], bool]) -> str:
    if not chosen:
        return "–"
    successes = sum(map(counts, chosen))
    interval = wilson_interval(successes, len(chosen))
    return f"{successes / len(chosen):.0%} ({interval.low:.0%}–{interval.high:.0%})"


def _print_shown(outcomes: Sequence[PressOutcome], questions: Sequence[PressQuestion]) -> None:
    asked = {question.id: question for question in questions}
    for outcome in outcomes:
        mark = (
            ""
            if outcome.anywhere is None
            else "first"
            if outcome.first
            else "later" * outcome.anywhere
        )
        print(f"\n{outcome.id} [{outcome.outcome}] {mark or '–'}: {outcome.question}")
        for wanted in asked[outcome.id].answers:
            print(f"  = {wanted}")
        if asked[outcome.id].note:
            print(f"  # {asked[outcome.id].note}")
        for text, files in zip(outcome.shown, outcome.cited, strict=True):
            print(f"  {', '.join(files)}: {text}")


def _options() -> argparse.Namespace:
    evaluation = Path(os.environ.get("SELON_BENCH_EVAL") or EVALUATION)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--half", choices=(*HALVES, "all"), default="all")
    parser.add_argument("--articles", type=Path, default=evaluation / "press", metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was shown")
    parser.add_argument(
        "--show", choices=ANSWERABLE + UNANSWERABLE, metavar="KIND", help="print what was shown"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
