"""The standings: ratings and records of the writers, computed from the votes."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.arena.battle_records import (
    BattleChoice,
    BattleRecord,
    BattleSide,
    BattleVoteRecord,
    PairTally,
    count_votes,
    load_votes,
)
from bot.arena.pairing import Pair, PairRecord
from bot.arena.rating import CountedVote, Estimate, find_connected_writers, rate_writers
from bot.state.database import State

_SCORES: Mapping[BattleChoice, float] = {"first": 1.0, "second": 0.0, "good": 0.5, "bad": 0.5}

ENOUGH_BATTLES = 30  # minimum for a rating


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
    """All writers, best first.

    `people` counts the voters; `parts` are the standings by language (`language fr`) and kind of
    question (`kind dated`).
    """

    votes: int
    people: int
    writers: tuple[Standing, ...]
    parts: Mapping[str, Standings] = field(default_factory=dict)

    @property
    def rated(self) -> tuple[Standing, ...]:
        return tuple(writer for writer in self.writers if writer.rating is not None)


class StandingsCount:
    """Computes and caches the standings of a database until there are new votes."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = asyncio.Lock()
        self._counts: tuple[int, int | None] | None = None
        self._standings = Standings(0, 0, ())

    async def load(self) -> Standings:
        async with self._lock:
            counts = await self._state.run(count_votes)
            if counts != self._counts:
                votes = await self._state.run(load_votes)
                self._standings = await asyncio.to_thread(compute_standings, votes)
                self._counts = counts
            return self._standings


def compute_standings(votes: Sequence[BattleVoteRecord], enough: int = ENOUGH_BATTLES) -> Standings:
    """Compute the standings, overall and by parts. CPU-bound: seconds for thousands of votes.

    Ratings need `enough` battles; « both bad » counts as a tie.
    """
    counted_votes = [(_count_vote(vote), vote.battle) for vote in votes]
    parts = {}
    for key in ("language", "kind"):
        by_part = defaultdict(list)
        for vote, battle in counted_votes:
            by_part[f"{key} {getattr(battle, key)}"].append((vote, battle))
        if len(by_part) > 1:
            for name in sorted(by_part):
                parts[name] = _compute(by_part[name], enough)
    return replace(_compute(counted_votes, enough), parts=parts)


def pair_records(tallies: Iterable[PairTally]) -> Mapping[Pair, PairRecord]:
    """Sum up the votes on each pair."""
    records: dict[Pair, PairRecord] = {}
    for tally in tallies:
        pair = frozenset((tally.first, tally.second))
        record, score = records.get(pair, PairRecord()), _SCORES[tally.choice]
        points = tally.votes * (score if tally.first == min(pair) else 1 - score)
        records[pair] = PairRecord(record.votes + tally.votes, record.points + points)
    return records


def _compute(
    counted_votes: Sequence[tuple[CountedVote, BattleRecord]], min_battles: int
) -> Standings:
    battles, wins, ties = Counter[str](), Counter[str](), Counter[str]()
    sides: defaultdict[str, dict[tuple[int, int], BattleSide]] = defaultdict(dict)
    for vote, battle in counted_votes:
        battles.update((vote.first, vote.second))
        if vote.score == 0.5:
            ties.update((vote.first, vote.second))
        else:
            wins[vote.first if vote.score else vote.second] += 1
        for place, side in enumerate((battle.first, battle.second)):
            sides[side.writer][battle.id, place] = side
    enough = {name for name, count in battles.items() if count >= min_battles}
    votes = [vote for vote, _ in counted_votes if {vote.first, vote.second} <= enough]
    connected_writers = find_connected_writers(votes)
    votes = [vote for vote in votes if vote.first in connected_writers]
    ratings = rate_writers(votes)
    rows = [
        Standing(
            name,
            ratings.get(name),
            count,
            wins[name],
            ties[name],
            _mean([side.seconds for side in sides[name].values()]),
            _mean([side.micros for side in sides[name].values()]),
        )
        for name, count in battles.items()
    ]
    rows.sort(key=lambda row: (-row.rating.value if row.rating else 0.0, -row.battles, row.writer))
    people = {vote.voter for vote, _ in counted_votes}
    return Standings(len(counted_votes), len(people), tuple(rows))


def _count_vote(record: BattleVoteRecord) -> CountedVote:
    battle = record.battle
    return CountedVote(
        battle.first.writer,
        battle.second.writer,
        _SCORES[record.choice],
        record.voter,
        f"{record.voter} {record.created_at.date()}",
    )


def _mean(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
