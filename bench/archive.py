"""What people ask of an archive beyond a fact: chronologies, dossiers, lists, quotes, counts…

    python bench/archive.py [--over OVER] [--half HALF] [--articles FOLDER] [--data FOLDER]
                            [--show KIND]

Writers who saw no code put the questions: those of bench/archive/archive_*.jsonl over the articles
of bench/archive/articles.tsv, of which every second line is to tune on and the others judge and are
never printed, as do those of later_5.jsonl; those of bench/archive/press_*.jsonl over
bench/press/articles.tsv are all to tune on.
`bench/press/articles.py CHECKOUT FOLDER LIST.tsv` makes the articles. By kind: the share of what
should be shown that is shown (of a list of articles, its recall), how much of it in order, the
precision of lists of articles, what should not be shown and is, what is sure though nothing of it
is right, what is refused, the lines of an answer, and the processor time of a question.

An index in `--data` is used again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path, PurePath

from bench.press import EVALUATION, holds_tokens, tokens_of
from bot.answer import Answer
from bot.answering.chain import AnswerChain
from bot.archive.articles import PAGE_ARTICLES
from bot.assembly import open_chain
from bot.followups.turn import TurnText
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled

FOLDER = Path(__file__).parent / "archive"
_MAX_PAGES = 3  # that a reader asks for


@dataclass(frozen=True, slots=True)
class ArchiveQuestion:
    """A line of a file; one of each group of `said` should be shown."""

    kind: str
    question: str
    said: tuple[tuple[str, ...], ...]
    is_ordered: bool
    not_said: tuple[str, ...]
    articles: tuple[str, ...]
    half: str


@dataclass(frozen=True, slots=True)
class ArchiveOutcome:
    """What was shown. `found` of `wanted` are right; `in_order` of `pairs` stand as they should."""

    kind: str
    outcome: str
    found: int
    wanted: int
    in_order: int
    pairs: int
    listed: int
    not_said: int
    lines: int
    milliseconds: float

    @property
    def is_wrong(self) -> bool:
        return self.outcome == "sure" and not self.found


def main() -> int:
    options = _options()
    questions = [
        q
        for q in read_questions(options.over)
        if options.half in (q.half, "all") and options.kind in (q.kind, None)
    ]
    articles = options.articles or EVALUATION / options.over
    if not articles.is_dir() or not questions:
        print(f"archive: skipped, no articles at {articles} or no questions")
        return 0
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        data = options.data or Path(folder)
        if not options.data or not data.is_dir():
            build([articles], data, load_bundled(load_settings().cache_dir))
        with open_chain(Settings(_env_file=None, data_dir=data)) as chain:
            chain.invoke(questions[0].question)  # what is loaded on first use is not its time
            outcomes = []
            for question in questions:
                answers, milliseconds = _ask(chain, question)
                outcomes.append(judge(question, answers, milliseconds))
                if question.half == "tune" and options.show in (question.kind, "all"):
                    _print_shown(question, answers, outcomes[-1])
    for line in _table(outcomes):
        print(line)
    return 0


def read_questions(over: str = "archive") -> Iterator[ArchiveQuestion]:
    """The questions over the articles of `bench/archive` or of `bench/press`."""
    for path in sorted(FOLDER.glob(f"{over}_*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            said = row["said"]
            is_judge = path.stem == "later_5" or (over == "archive" and not number % 2)
            yield ArchiveQuestion(
                row["kind"],
                row["question"],
                _number(said) if row["kind"] == "count" and said else tuple(map(tuple, said)),
                row.get("ordered", False),
                tuple(row.get("not_said", ())),
                tuple(row.get("articles", ())),
                "judge" if is_judge else "tune",
            )


def _number(said: object) -> tuple[tuple[str, ...], ...]:
    """The number of a count, however it is written down: "3", ["3"], [["3"]]."""
    while isinstance(said, list):
        said = said[0]
    return ((str(said),),)


def _ask(
    chain: AnswerChain[TurnText | str], question: ArchiveQuestion
) -> tuple[list[Answer], float]:
    """Ask a question and, of a list of articles, its next pages."""
    began = time.process_time()
    answers = [chain.invoke(question.question)]
    milliseconds = (time.process_time() - began) * 1000
    while (
        question.kind == "articles"
        and len(answers[-1].listed) == PAGE_ARTICLES
        and len(answers) < _MAX_PAGES
    ):
        answers.append(chain.invoke(f"{question.question.rstrip(' ?.!')} page {len(answers) + 1}"))
    return answers, milliseconds


def judge(
    question: ArchiveQuestion, answers: Sequence[Answer], milliseconds: float
) -> ArchiveOutcome:
    answer = answers[0]
    files = {
        PurePath(citation.article.path).name
        for page in answers
        for citation in page.citations
        if any(citation.number in s.citations for s in page.statements)
    }
    text = shown(answer)
    if question.kind == "count":
        number = re.search(r"\d+", answer.statements[0].text) if answer.statements else None
        text = number[0] if number else "1" if answer.statements else ""  # « Un article… »
    places = [_place(text, group) for group in question.said]
    found, wanted = sum(place is not None for place in places), len(question.said)
    listed = 0
    if question.kind == "articles":
        found, wanted = len(files & set(question.articles)), len(question.articles)
        listed = len(files)
    elif not question.said:
        found, wanted = int(answer.outcome == "no"), 1
    pairs = [
        one <= other
        for one, other in combinations((place for place in places if place is not None), 2)
        if question.is_ordered
    ]
    return ArchiveOutcome(
        question.kind,
        answer.outcome,
        found,
        wanted,
        sum(pairs),
        len(pairs),
        listed,
        sum(holds_tokens(text, words) for words in question.not_said),
        len(answer.statements),
        milliseconds,
    )


def shown(answer: Answer) -> str:
    """The statements in their order, each with the sentence that it leans on."""
    citations = {citation.number: citation for citation in answer.citations}
    parts = []
    for statement in answer.statements:
        lead = citations[statement.citations[0]].lead if statement.citations else None
        parts += [lead.text if lead is not None else "", statement.text]
    return " ".join(parts)


def _place(text: str, group: Sequence[str]) -> int | None:
    """Where the first of some words stands in a text."""
    tokens = " ".join(tokens_of(text))
    places = [
        f" {tokens} ".find(f" {' '.join(tokens_of(words))} ") for words in group if tokens_of(words)
    ]
    return min((place for place in places if place >= 0), default=None)


def _table(outcomes: Sequence[ArchiveOutcome]) -> Iterator[str]:
    yield (
        f"{'':<12}{'n':>4}{'said':>14}{'in order':>11}{'precision':>11}{'not said':>10}"
        f"{'sure, wrong':>13}{'refused':>9}{'lines':>7}{'ms':>6}"
    )
    kinds = list(dict.fromkeys(outcome.kind for outcome in outcomes))
    for name, chosen in (
        *((kind, [o for o in outcomes if o.kind == kind]) for kind in kinds),
        ("answerable", [o for o in outcomes if o.kind != "refuse"]),
        ("all", list(outcomes)),
    ):
        if not chosen:
            continue
        found, wanted = sum(o.found for o in chosen), sum(o.wanted for o in chosen)
        pairs, listed = sum(o.pairs for o in chosen), sum(o.listed for o in chosen)
        right = sum(o.found for o in chosen if o.listed)
        refused = sum(o.outcome == "no" for o in chosen)
        yield (
            f"{name:<12}{len(chosen):>4}{f'{found}/{wanted} {found / wanted:.0%}':>14}"
            f"{f'{sum(o.in_order for o in chosen) / pairs:.0%}' if pairs else '–':>11}"
            f"{f'{right / listed:.0%}' if listed else '–':>11}"
            f"{sum(o.not_said for o in chosen):>10}"
            f"{f'{sum(o.is_wrong for o in chosen)} {_share(chosen):.0%}':>13}{refused:>9}"
            f"{sum(o.lines for o in chosen) / len(chosen):>7.1f}"
            f"{sum(o.milliseconds for o in chosen) / len(chosen):>6.0f}"
        )


def _share(outcomes: Sequence[ArchiveOutcome]) -> float:
    return sum(outcome.is_wrong for outcome in outcomes) / len(outcomes)


def _print_shown(
    question: ArchiveQuestion, answers: Sequence[Answer], outcome: ArchiveOutcome
) -> None:
    answer = answers[0]
    print(f"\n[{question.kind}] {question.question} → {answer.outcome} {answer.intent}")
    text = shown(answer)
    for group in question.said:
        mark = "+" if _place(text, group) is not None else "-"
        print(f"  {mark} {' | '.join(group)}")
    for words in question.not_said:
        print(f"  {'!' if holds_tokens(text, words) else ' '} not: {words}")
    if question.kind in ("articles", "count"):
        shown_files = {PurePath(c.article.path).name for page in answers for c in page.citations}
        print("  missing", sorted(set(question.articles) - shown_files))
        print("  besides", sorted(shown_files - set(question.articles)))
    for statement in answer.statements:
        heading = f"## {statement.heading} " if statement.heading else ""
        print(f"    {heading}[{statement.label}] {statement.text}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--half", choices=("tune", "judge", "all"), default="all")
    parser.add_argument("--kind", help="only these questions")
    parser.add_argument("--over", choices=("archive", "press", "later"), default="archive")
    parser.add_argument("--articles", type=Path, metavar="FOLDER")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep the index here")
    parser.add_argument("--show", metavar="KIND", help="print what was shown to tune questions")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
