"""How follow-ups are understood: dialogues, and questions that must be left alone.

    python bench/dialogues.py [--baseline] [--show] [--alone FILE.json]
    python bench/dialogues.py --dialogues FILE.jsonl --articles FOLDER [FOLDER ...] [--baseline]

Each dialogue of tests/data/dialogues.jsonl is held over corpus/, with the answers really given.
Then every question of tests/data/corpus_questions.jsonl, which all stand alone, is asked after
turns on other subjects drawn at random; `--alone` does the same with a SQuAD file of one's own.
Those of topic_switches.jsonl, which change the subject, are asked after every one of these turns.
With `--dialogues`, those of a file are held over the articles of one or more folders instead: how
many answers cite the right passage, how many are sure and do not, with Wilson's intervals of 95 %.
`--baseline` understands every question as "title: question", with the title last cited. `--show`
prints every turn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median

import _clone  # noqa: F401
from press import wilson_interval

from bot.answer import Answer
from bot.answering.chain import RetrievalQA
from bot.answering.extractive import ExtractiveAnswerer
from bot.archive.archive import Archive
from bot.assembly import open_reader, open_understanding
from bot.embedder import open_embedder
from bot.evaluation.questions import read_squad
from bot.evaluation.run import MeasuredIndex, index_in_service, temporary_index
from bot.followups.candidates import Interpretation, Search, interpret
from bot.followups.conversation import FollowUpChain
from bot.followups.turn import Turn, TurnText
from bot.settings import Settings, load_settings
from bot.understanding.meaning import MessageReader
from index.findings import Findings
from index.ingestion.builder import build
from index.models.base import Embedder
from index.reading.confidence import ReadingConfidence
from index.reading.evidence import EvidenceReader
from index.search.confidence import ConfidenceModel
from tests.dialogues import Heard, hold, read_dialogues

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
DIALOGUES = DATA / "dialogues.jsonl"
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


class TitleChain(FollowUpChain):
    """The baseline: the title of the article last cited before every question."""

    async def interpret(self, said: TurnText) -> Interpretation:
        turns = said.history if said.replied_turn is None else (*said.history, said.replied_turn)
        cited = next((turn.cited for turn in reversed(turns) if turn.cited), ())
        if not cited:
            return Interpretation(said.question)
        return Interpretation(f"{cited[0].title}\u00a0: {said.question}", rewritten=True)


@dataclass(frozen=True, slots=True)
class Opened:
    """An index with the chain that answers from it, and a search that reads."""

    index: MeasuredIndex
    chain: RetrievalQA
    search: Counted
    messages: MessageReader

    @classmethod
    def of(cls, index: MeasuredIndex, embedder: Embedder, reader: EvidenceReader) -> Opened:
        searcher = index.searcher
        about = Archive(lambda: searcher, ConfidenceModel.load().thresholds)
        extractive = ExtractiveAnswerer(ReadingConfidence.load().thresholds)

        def search(question: str, limit: int) -> Findings:
            return reader.read(searcher.search(question, limit))

        chain = RetrievalQA(searcher, extractive, about, reader=reader)
        messages = MessageReader(open_understanding(load_settings(), embedder))
        return cls(index, chain, Counted(search), messages)

    def hold(self, path: Path, *, baseline: bool) -> list[Heard]:
        """Every turn of the dialogues of a file."""
        kind = TitleChain if baseline else FollowUpChain
        chain = kind(self.chain, self.search, messages=self.messages)
        dialogues = read_dialogues(path)
        return [turn for one in dialogues for turn in hold(one, chain, self.index.searcher.search)]

    def understand(self, question: str, turn: Turn) -> Interpretation:
        """What a question means after one turn."""
        return interpret(self.messages.read(question), (turn,), self.search)


def main() -> int:
    options = _options()
    settings = load_settings()
    embedder, judge = open_embedder(settings), ConfidenceModel.load()
    reader = open_reader(Settings())
    assert reader is not None
    with _built(options.articles or [ROOT / "corpus"], embedder, judge) as index:
        opened = Opened.of(index, embedder, reader)
        heard = opened.hold(options.dialogues or DIALOGUES, baseline=options.baseline)
        if options.dialogues is not None:
            _print_judged(heard)
            _print_turns(heard, show=options.show, failures=False)
            return 0
        _print_dialogues(heard)
        _print_turns(heard, show=options.show)
        _print_times(heard, opened.search.times)
        if not options.baseline:
            lines = (DATA / "corpus_questions.jsonl").read_text(encoding="utf-8").splitlines()
            questions = [json.loads(line)["question"] for line in lines]
            _print_alone("corpus_questions.jsonl", questions, opened)
            _print_switches([opened.chain.invoke(question) for question in questions], opened)
    if options.alone is not None:
        read = read_squad(options.alone)
        with temporary_index(read.articles, embedder, judge) as index:
            questions = [question.text for question in read.questions]
            _print_alone(read.name, questions, Opened.of(index, embedder, reader))
    return 0


@contextmanager
def _built(
    folders: Sequence[Path], embedder: Embedder, judge: ConfidenceModel
) -> Iterator[MeasuredIndex]:
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder:
        build(folders, Path(folder), embedder)
        with index_in_service(Path(folder), embedder, judge) as opened:
            yield opened


def _print_judged(heard: Sequence[Heard]) -> None:
    """Answers that cite the right passage, and those that are sure and do not."""
    follow_ups = [turn for turn in heard if turn.line.part == "follow_up" and turn.line.where]
    changes = [turn for turn in heard if turn.line.part == "change"]
    openings = [turn for turn in heard if turn.line.part == "opening" and turn.line.where]
    _print_share("openings right", openings, lambda each: each.cited)
    _print_share("follow-ups right", follow_ups, lambda each: each.cited)
    _print_share(
        "follow-ups wrong and sure",
        follow_ups,
        lambda each: each.answer.is_sure and not each.cited,
    )
    _print_share("follow-ups refused", follow_ups, lambda each: each.answer.outcome == "no")
    _print_share("changes kept", changes, lambda each: each.answer.understood is None)
    _print_share(
        "changes right", [change for change in changes if change.line.where], lambda e: e.cited
    )


def _print_share(name: str, heard: Sequence[Heard], is_so: Callable[[Heard], bool]) -> None:
    count = sum(map(is_so, heard))
    if heard:
        interval = wilson_interval(count, len(heard))
        print(f"{name:<28}{count:>4} of {len(heard):<4} {interval.low:.2f}-{interval.high:.2f}")


def _print_dialogues(heard: Sequence[Heard]) -> None:
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
                turn
                for turn in heard
                if (turn.dialogue.half, turn.line.part) == (half, part)
                and bool(turn.line.where) is answerable
            ]
            name = part if answerable else f"{part}, to refuse"
            cited, right = sum(turn.cited for turn in told), sum(turn.right for turn in told)
            print(f"{half:<9}{name:<22}{len(told):>7}{cited:>7}{right:>7}")


def _print_turns(heard: Sequence[Heard], *, show: bool, failures: bool = True) -> None:
    for turn in heard:
        if turn.line.part != "courtesy" and (show or (failures and not turn.right)):
            sign = "+" if turn.right else "-"
            understood = turn.answer.understood or "="
            print(f"{sign} {turn.dialogue.id:>2} {turn.line.question} => {understood}")


def _print_times(heard: Sequence[Heard], searches: int) -> None:
    """Whole follow-ups beside other questions, and the searches that understanding costs."""
    rewritten = [turn.milliseconds for turn in heard if turn.answer.understood]
    alone = [turn.milliseconds for turn in heard if not turn.answer.understood]
    print(
        f"ms, median: a follow-up {median(rewritten):.1f} (most {max(rewritten):.1f}), "
        f"another question {median(alone):.1f}; searches to understand, mean of all turns: "
        f"{searches / len(heard):.2f}"
    )


def _print_alone(name: str, questions: Sequence[str], opened: Opened) -> None:
    """How many questions that stand alone are taken for follow-ups, and what it does to them."""
    chance = random.Random(SEED)
    now = datetime.now(UTC)
    answers = [opened.chain.invoke(question) for question in questions]
    turns = [Turn.of(answer, now) for answer in answers]
    before = [turn for turn in turns if turn.cited]
    rewritten = changed = asked = 0
    for question, answer, own in zip(questions, answers, turns, strict=True):
        for turn in chance.sample(before, TIMES):
            if _articles(turn) & _articles(own):
                continue
            asked += 1
            understood = opened.understand(question, turn)
            if understood.rewritten:
                rewritten += 1
                changed += _passages(opened.chain.invoke(understood.question)) != _passages(answer)
    print(
        f"{name}: {asked} asked after another turn, {rewritten} rewritten, "
        f"{changed} then answered from other passages"
    )


def _print_switches(answers: Sequence[Answer], opened: Opened) -> None:
    """How many changes of subject are taken for follow-ups of what was answered before."""
    search, now = cache(opened.search), datetime.now(UTC)
    turns = [
        (Turn.of(answer, now), {Path(cited.article.path).name for cited in answer.citations})
        for answer in answers
        if answer.citations
    ]
    asked: Counter[str] = Counter()
    dragged: Counter[str] = Counter()
    for line in (DATA / "topic_switches.jsonl").read_text(encoding="utf-8").splitlines():
        switch = json.loads(line)
        message = opened.messages.read(switch["question"])
        after = [turn for turn, articles in turns if switch["about"] not in articles]
        asked[switch["half"]] += len(after)
        dragged[switch["half"]] += sum(
            interpret(message, (turn,), search).rewritten for turn in after
        )
    for half, times in asked.items():
        print(f"topic_switches.jsonl, {half}: {times} asked, {dragged[half]} dragged along")


def _articles(turn: Turn) -> set[str]:
    return {cited.article for cited in turn.cited}


def _passages(answer: Answer) -> set[tuple[str, int]]:
    return {(citation.article.id, citation.passage.start) for citation in answer.citations}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--alone", type=Path, metavar="FILE.json", help="more questions that stand alone"
    )
    parser.add_argument("--dialogues", type=Path, metavar="FILE.jsonl", help="other dialogues")
    parser.add_argument(
        "--articles", type=Path, nargs="+", metavar="FOLDER", help="the articles they are about"
    )
    parser.add_argument("--baseline", action="store_true", help='understand "title: question"')
    parser.add_argument("--show", action="store_true", help="print every turn")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
