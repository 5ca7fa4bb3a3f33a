"""The standings: ratings and records of the writers, computed from the votes by given rules."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from bot.arena.battle_records import (
    BattleChoice,
    BattleRecord,
    BattleSide,
    BattleVoteRecord,
    PairTally,
    count_votes,
    load_faults,
    load_votes,
)
from bot.arena.pairing import Pair, PairRecord
from bot.arena.rating import (
    CountedVote,
    Estimate,
    StyleCounts,
    find_connected_writers,
    rate_writers,
)
from bot.settings import Settings
from bot.state.database import State

# "judges" are models.
Voters = Literal["people", "judges", "all"]
_SCORES: Mapping[BattleChoice, float] = {"first": 1.0, "second": 0.0, "good": 0.5, "bad": 0.5}

ENOUGH_BATTLES = 30  # minimum for a rating


@dataclass(frozen=True, slots=True)
class CountingRules:
    """`daily` is the maximum weight of a person's votes per day (0: no limit), `enough` the minimum
    number of battles for a rating. `style` controls for style and position, `bad_counts` counts
    « both bad » as a tie, `faults_lose` counts faults as defeats."""

    voters: Voters = "people"
    daily: float = 20.0
    style: bool = True
    enough: int = ENOUGH_BATTLES
    bad_counts: bool = True
    faults_lose: bool = False


def counting_rules(settings: Settings) -> CountingRules:
    """Return the rules of the settings, for votes of people."""
    return CountingRules(
        daily=settings.arena_daily_votes, faults_lose=settings.arena_faults == "lost"
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """One writer. `rating` is None without enough battles; `wins` and `ties` count votes;
    `seconds` and `micros` are means per answer, None if unknown."""

    writer: str
    rating: Estimate | None
    battles: int
    wins: int
    ties: int
    seconds: float | None
    micros: float | None


@dataclass(frozen=True, slots=True)
class Standings:
    """All writers, best first, and the effects of position and style in logits.

    `people` counts human voters, `judged` the votes of models; `parts` are the standings by
    language (`language fr`) and kind of question (`kind dated`).
    """

    votes: int
    people: int
    judged: int
    writers: tuple[Standing, ...]
    effects: Mapping[str, Estimate] = field(default_factory=dict)
    parts: Mapping[str, Standings] = field(default_factory=dict)

    @property
    def rated(self) -> tuple[Standing, ...]:
        return tuple(writer for writer in self.writers if writer.rating is not None)


class StandingsCount:
    """Computes and caches the standings of a database until there are new votes."""

    def __init__(self, state: State, rules: CountingRules) -> None:
        self._state = state
        self._rules = rules
        self._lock = asyncio.Lock()
        self._counts: tuple[int, int | None, int] | None = None
        self._standings = Standings(0, 0, 0, ())

    async def load(self) -> Standings:
        async with self._lock:
            counts = await self._state.run(count_votes)
            if counts != self._counts:
                votes = await self._state.run(load_votes)
                faults = await self._state.run(load_faults)
                compute = partial(compute_standings, votes, faults, self._rules)
                self._standings = await asyncio.to_thread(compute)
                self._counts = counts
            return self._standings


@dataclass(frozen=True, slots=True)
class _Counted:
    vote: CountedVote
    battle: BattleRecord
    judge: str | None = None


def compute_standings(
    votes: Sequence[BattleVoteRecord],
    faults: Sequence[BattleRecord] = (),
    rules: CountingRules = CountingRules(),
) -> Standings:
    """Compute the standings, overall and by parts. CPU-bound: seconds for thousands of votes."""
    counted_votes = [
        _Counted(_count_vote(vote), vote.battle, vote.judge)
        for vote in votes
        if _is_valid(vote, rules)
    ]
    if rules.faults_lose:
        counted_votes += [
            _Counted(_count_fault(battle), battle) for battle in faults if battle.fault
        ]
    parts = {}
    for key in ("language", "kind"):
        by_part = defaultdict(list)
        for counted_vote in counted_votes:
            by_part[f"{key} {getattr(counted_vote.battle, key)}"].append(counted_vote)
        if len(by_part) > 1:
            for name in sorted(by_part):
                parts[name] = _compute(by_part[name], rules)
    return replace(_compute(counted_votes, rules), parts=parts)


def pair_records(tallies: Iterable[PairTally]) -> Mapping[Pair, PairRecord]:
    """Sum up the votes on each pair, of people and models."""
    records: dict[Pair, PairRecord] = {}
    for tally in tallies:
        pair = frozenset((tally.first, tally.second))
        record, score = records.get(pair, PairRecord()), _SCORES[tally.choice]
        points = tally.votes * (score if tally.first == min(pair) else 1 - score)
        records[pair] = PairRecord(record.votes + tally.votes, record.points + points)
    return records


def _compute(counted_votes: Sequence[_Counted], rules: CountingRules) -> Standings:
    battles, wins, ties = Counter[str](), Counter[str](), Counter[str]()
    sides: defaultdict[str, dict[tuple[int, int], BattleSide]] = defaultdict(dict)
    for counted_vote in counted_votes:
        vote = counted_vote.vote
        battles.update((vote.first, vote.second))
        if vote.score == 0.5:
            ties.update((vote.first, vote.second))
        else:
            wins[vote.first if vote.score else vote.second] += 1
        for place, side in enumerate((counted_vote.battle.first, counted_vote.battle.second)):
            sides[side.writer][counted_vote.battle.id, place] = side
    enough = {name for name, count in battles.items() if count >= rules.enough}
    votes = [
        counted_vote.vote
        for counted_vote in counted_votes
        if {counted_vote.vote.first, counted_vote.vote.second} <= enough
    ]
    connected_writers = find_connected_writers(votes)
    votes = [vote for vote in votes if vote.first in connected_writers]
    ratings = rate_writers(votes, daily=rules.daily, style=rules.style) if votes else None
    rows = [
        Standing(
            name,
            ratings.writers.get(name) if ratings else None,
            count,
            wins[name],
            ties[name],
            _mean([side.seconds for side in sides[name].values()]),
            _mean([side.micros for side in sides[name].values()]),
        )
        for name, count in battles.items()
    ]
    rows.sort(key=lambda row: (-row.rating.value if row.rating else 0.0, -row.battles, row.writer))
    people = {
        counted_vote.vote.voter
        for counted_vote in counted_votes
        if counted_vote.judge is None and not counted_vote.battle.fault
    }
    judge_votes = sum(counted_vote.judge is not None for counted_vote in counted_votes)
    effects = ratings.effects if ratings else {}
    return Standings(len(counted_votes), len(people), judge_votes, tuple(rows), effects)


def _is_valid(vote: BattleVoteRecord, rules: CountingRules) -> bool:
    is_by_judge = vote.judge is not None
    if rules.voters != "all" and is_by_judge != (rules.voters == "judges"):
        return False
    return rules.bad_counts or vote.choice != "bad"


def _count_vote(record: BattleVoteRecord) -> CountedVote:
    battle = record.battle
    return CountedVote(
        battle.first.writer,
        battle.second.writer,
        _SCORES[record.choice],
        record.voter,
        f"{record.voter} {record.created_at.date()}",
        StyleCounts(**battle.first.style),
        StyleCounts(**battle.second.style),
    )


def _count_fault(battle: BattleRecord) -> CountedVote:
    name = f"fault {battle.id}"
    score = 0.0 if battle.fault == "first" else 1.0
    return CountedVote(battle.first.writer, battle.second.writer, score, name, name)


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
