"""How follow-ups are understood: the forty dialogues, and questions that must be left alone.

    python bench/dialogues.py [--show] [--alone FILE.json]

Each dialogue of tests/data/dialogues.jsonl is held over corpus/, with the answers really given.
Then every question of tests/data/corpus_questions.jsonl, which all stand alone, is asked after
turns on other subjects drawn at random; `--alone` does the same with a SQuAD file of one's own.
Those of topic_switches.jsonl, which change the subject, are asked after every one of these turns.
`--show` prints every turn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median

import _clone  # noqa: F401

from bot.answer import Answer
from bot.answering.about import AboutArticles
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.assembly import open_embedder, open_reader
from bot.evaluation.questions import read_squad
from bot.evaluation.run import MeasuredIndex, index_in_service, temporary_index
from bot.followups.conversation import FollowUpChain
from bot.followups.resolution import Search, understand
from bot.followups.turn import Turn
from bot.settings import Settings, load_settings
from index.build.builder import build
from index.findings import Findings
from index.models.base import Embedder
from index.reading.confidence import ReadingConfidence
from index.search.confidence import ConfidenceModel
from tests.dialogues import Heard, hold, read_dialogues

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
TIMES = 5  # other turns after which each question that stands alone is asked
SEED = 1


@dataclass(slots=True)
class Counted:
    """A search that counts how often it is asked."""

    search: Search
    times: int = 0

    def __call__(self, question: str, limit: int) -> Findings:
        self.times += 1
        return self.search(question, limit)


def main() -> int:
    options = _options()
    embedder, judge = open_embedder(load_settings()), ConfidenceModel.load()
    reader = open_reader(Settings())
    extractive = ExtractiveAnswerer(ReadingConfidence.load().thresholds)
    with _corpus(embedder, judge) as opened:
        searcher = opened.searcher
        about = AboutArticles(lambda: searcher, judge.thresholds)
        chain = RetrievalQA(searcher, extractive, about, reader=reader)
        search = Counted(searcher.search)
        heard = [
            each
            for dialogue in read_dialogues(DATA / "dialogues.jsonl")
            for each in hold(dialogue, FollowUpChain(chain, search), searcher.search)
        ]
        _print_dialogues(heard, show=options.show)
        _print_times(heard, search.times)
        lines = (DATA / "corpus_questions.jsonl").read_text(encoding="utf-8").splitlines()
        questions = [json.loads(each)["question"] for each in lines]
        _print_alone("corpus_questions.jsonl", questions, chain, search)
        _print_switches([chain.invoke(each) for each in questions], searcher.search)
    if options.alone is not None:
        read = read_squad(options.alone)
        with temporary_index(read.articles, embedder, judge) as opened:
            chain = RetrievalQA(opened.searcher, extractive, reader=reader)
            questions = [question.text for question in read.questions]
            _print_alone(read.name, questions, chain, opened.searcher.search)
    return 0


@contextmanager
def _corpus(embedder: Embedder, judge: ConfidenceModel) -> Iterator[MeasuredIndex]:
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        build([ROOT / "corpus"], Path(folder), embedder)
        with index_in_service(Path(folder), embedder, judge) as opened:
            yield opened


def _print_dialogues(heard: Sequence[Heard], *, show: bool) -> None:
    print(f"{'half':<9}{'turns':<22}{'asked':>7}{'cited':>7}{'right':>7}")
    for half in ("develop", "held"):
        for part, answerable in (
            ("opening", True),
            ("follow_up", True),
            ("change", True),
            ("follow_up", False),
            ("change", False),
        ):
            told = [
                each
                for each in heard
                if (each.dialogue.half, each.line.part) == (half, part)
                and bool(each.line.where) is answerable
            ]
            name = part if answerable else f"{part}, to refuse"
            cited, right = sum(each.cited for each in told), sum(each.right for each in told)
            print(f"{half:<9}{name:<22}{len(told):>7}{cited:>7}{right:>7}")
    for each in heard:
        if each.line.part != "courtesy" and (show or not each.right):
            sign = "+" if each.right else "-"
            understood = each.answer.understood or "="
            print(f"{sign} {each.dialogue.id:>2} {each.line.question} => {understood}")


def _print_times(heard: Sequence[Heard], searches: int) -> None:
    """Whole follow-ups beside other questions, and the searches that understanding costs."""
    rewritten = [each.milliseconds for each in heard if each.answer.understood]
    alone = [each.milliseconds for each in heard if not each.answer.understood]
    print(
        f"ms, median: a follow-up {median(rewritten):.1f} (most {max(rewritten):.1f}), "
        f"another question {median(alone):.1f}; searches to understand, mean of all turns: "
        f"{searches / len(heard):.2f}"
    )


def _print_alone(name: str, questions: Sequence[str], chain: RetrievalQA, search: Search) -> None:
    """How many questions that stand alone are taken for follow-ups, and what it does to them."""
    chance = random.Random(SEED)
    now = datetime.now(UTC)
    answers = [chain.invoke(question) for question in questions]
    turns = [Turn.of(answer, now) for answer in answers]
    told = [turn for turn in turns if turn.cited]
    ways: Counter[str] = Counter()
    changed = asked = 0
    for question, answer, own in zip(questions, answers, turns, strict=True):
        for turn in chance.sample(told, TIMES):
            if _articles(turn) & _articles(own):
                continue
            asked += 1
            understood = understand(question, (turn,), search)
            if understood.rewritten:
                ways[understood.why] += 1
                changed += _passages(chain.invoke(understood.question)) != _passages(answer)
    print(
        f"{name}: {asked} asked after another turn, {sum(ways.values())} rewritten "
        f"{dict(ways)}, {changed} then answered from other passages"
    )


def _print_switches(answers: Sequence[Answer], search: Search) -> None:
    """How many changes of subject are taken for follow-ups of what was answered before."""
    found, now = cache(search), datetime.now(UTC)
    turns = [
        (Turn.of(each, now), {Path(cited.article.path).name for cited in each.citations})
        for each in answers
        if each.citations
    ]
    asked: Counter[str] = Counter()
    dragged: Counter[str] = Counter()
    for line in (DATA / "topic_switches.jsonl").read_text(encoding="utf-8").splitlines():
        switch = json.loads(line)
        after = [turn for turn, articles in turns if switch["about"] not in articles]
        asked[switch["half"]] += len(after)
        dragged[switch["half"]] += sum(
            understand(switch["question"], (turn,), found).rewritten for turn in after
        )
    for half, times in asked.items():
        print(f"topic_switches.jsonl, {half}: {times} asked, {dragged[half]} dragged along")


def _articles(turn: Turn) -> set[str]:
    return {cited.article for cited in turn.cited}


def _passages(answer: Answer) -> set[tuple[str, int]]:
    return {(each.article.id, each.passage.start) for each in answer.citations}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--alone", type=Path, metavar="FILE.json", help="more questions that stand alone"
    )
    parser.add_argument("--show", action="store_true", help="print every turn")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
