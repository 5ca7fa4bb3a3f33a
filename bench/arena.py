"""Whether the arena finds what is true: simulated voters, stuffed ballots, and two real writers.

    make llama
    python bench/arena.py [--repetitions 200] [--battles 2000] [--questions 60]

None (0) of the repetitions or of the questions leaves that part out.

Simulated voters have known preferences; 30 % vote without reading, and being shown first pleases
them. The truth that intervals are to hold is what an endless number of them would tell. Then the
articles' own sentences meet SmolLM2-135M behind llama.cpp's own server, on questions of
tests/data/corpus_questions.jsonl whose answer is known; a rule votes: does the answer shown hold
it?
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random

import _clone  # noqa: F401

from bot.arena.arena import Arena
from bot.arena.battle import ArenaAnswer, Battle
from bot.arena.factory import open_arena
from bot.arena.rating import CountedVote, Estimate, rate_writers
from bot.assembly import open_index
from bot.settings import Settings, load_settings
from index.ingestion.builder import build
from index.models.bundled.embedder import load_bundled
from index.text.language import terms
from tests.bot.arena.voters import Electorate, cast_votes, six_writers, stuffed_ballot, truth_of
from tests.llama.serve import MODEL, absent
from tests.llama.server import running

ROOT = Path(__file__).resolve().parent.parent
DAILY = 20.0
TOKENS = 48


def main() -> int:
    options = _options()
    electorate = six_writers()
    if options.repetitions:
        _coverage(electorate, options.battles, options.repetitions)
        _stuffed(electorate, options.battles)
    if options.questions and (reason := absent()) is not None:
        print(f"no real writers: {reason}")
    elif options.questions:
        asyncio.run(_writers(options.questions))
    return 0


def _coverage(electorate: Electorate, battles: int, repetitions: int) -> None:
    truth = truth_of(electorate, Random(0), 300_000)
    began = time.perf_counter()
    held: Counter[str] = Counter()
    ordered, width = 0, 0.0
    for seed in range(repetitions):
        ratings = rate_writers(cast_votes(electorate, battles, Random(seed)), daily=DAILY)
        found = sorted(ratings, key=lambda name: -ratings[name].value)
        ordered += tuple(found) == electorate.names
        for name, estimate in ratings.items():
            held[name] += truth[name] in estimate.interval
            width += estimate.interval.width / len(electorate.names)
    print(
        f"{repetitions} repetitions of {battles} battles, {len(electorate.names)} writers, "
        f"{electorate.noise:.0%} noise: {time.perf_counter() - began:.0f} s"
    )
    print(f"true order found: {ordered} of {repetitions}")
    shares = {name: held[name] / repetitions for name in electorate.names}
    mean = sum(shares.values()) / len(shares)
    print(f"intervals of ratings that hold the truth: {mean:.1%}, by writer {_percent(shares)}")
    print(f"mean width of an interval: {width / repetitions:.0f} points")


def _stuffed(electorate: Electorate, battles: int) -> None:
    """500 votes of one account that always prefers the same writer, in one day and in 25."""
    votes = cast_votes(electorate, battles, Random(1))
    before = rate_writers(votes, daily=DAILY)
    for days in (1, 25):
        for favourite in electorate.names:
            stuffed = [*votes, *stuffed_ballot(electorate, favourite, 500, Random(2), days)]
            after = rate_writers(stuffed, daily=DAILY)
            _tell_moves(before, after, f"500 votes for « {favourite} » in {days} day(s)")


def _tell_moves(before: Mapping[str, Estimate], after: Mapping[str, Estimate], title: str) -> None:
    moved = {name: abs(after[name].value - rating.value) for name, rating in before.items()}
    outside = [name for name, rating in after.items() if before[name].value not in rating.interval]
    name = max(moved, key=lambda each: moved[each])
    half = after[name].interval.width / 2
    print(
        f"{title}: the furthest moved by {moved[name]:.0f} points, half its interval is {half:.0f}"
        f"; honest ratings outside the intervals: {len(outside)}"
    )


async def _writers(count: int) -> None:
    """The articles' sentences against SmolLM2, a rule voting."""
    lines = (ROOT / "tests" / "data" / "corpus_questions.jsonl").read_text(encoding="utf-8")
    rows = [row for row in map(json.loads, lines.splitlines()) if row["answerable"]]
    rows = rows[:: max(1, len(rows) // count)][:count]
    with tempfile.TemporaryDirectory(prefix="selon-bench-") as folder, running() as url:
        build([ROOT / "corpus"], Path(folder), load_bundled(load_settings().cache_dir))
        small = f"openai:{MODEL}"
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            arena=f"extractive,{small}",
            chat_base_url=url,  # type: ignore[arg-type]
            chat_max_tokens=TOKENS,
            chat_context=1024,
            chat_structured="on",
            chat_timeout=200,
        )
        arena = await asyncio.to_thread(open_arena, settings, open_index(settings))
        assert arena is not None
        try:
            await _fight(arena, small, rows)
        finally:
            arena.close()


async def _fight(arena: Arena, small: str, rows: list[dict[str, str]]) -> None:
    began = time.perf_counter()
    votes: list[CountedVote] = []
    holds: Counter[str] = Counter()
    without: Counter[str] = Counter()
    for number, row in enumerate(rows):
        pair = ("extractive", small) if number % 2 else (small, "extractive")
        battle = await arena.fight(row["question"], *pair)
        if not isinstance(battle, Battle):
            faults = "".join(f" {fault}" for fault in battle.faults.values())
            without[f"{battle.why}{faults}"] += 1
            print(f"{number + 1}. {row['question']}: {battle.why}{faults}", flush=True)
            continue
        first, second = (_holds(side, row["answer"]) for side in battle.sides)
        holds.update({pair[0]: first, pair[1]: second})
        print(f"{number + 1}. {row['question']}: {pair[0]} {first}, {pair[1]} {second}", flush=True)
        score = 0.5 + (first - second) / 2
        votes.append(CountedVote(*pair, score, f"q{number}", f"q{number}"))
    print(
        f"\n{len(rows)} questions, {time.perf_counter() - began:.0f} s; no battle: {dict(without)}"
    )
    print(f"{len(votes)} battles; the answer shown holds the known one: {dict(holds)}")
    _tell_ratings("ratings", rate_writers(votes))


def _tell_ratings(title: str, ratings: Mapping[str, Estimate]) -> None:
    told = ", ".join(
        f"{name} {rating.value:.0f} ({rating.interval.low:.0f} to {rating.interval.high:.0f})"
        for name, rating in ratings.items()
    )
    points = [rating.value for rating in ratings.values()]
    share = 1 / (1 + 10 ** ((points[1] - points[0]) / 400)) if len(points) == 2 else 0.5
    print(f"{title}: {told}; that is {share:.0%} for the first")


def _holds(side: ArenaAnswer, known: str) -> int:
    """Whether two thirds of the words of the known answer stand in the one shown."""
    language = side.answer.language
    wanted = set(terms(known, language))
    return int(len(wanted & set(terms(side.text(""), language))) >= 2 / 3 * len(wanted))


def _percent(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in shares.items())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--battles", type=int, default=2_000)
    parser.add_argument("--questions", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
