"""The standings: what the votes kept tell of each writer, under some rules of counting."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.arena.battle_records import (
    BattleChoice,
    BattleRecord,
    BattleSide,
    BattleVoteRecord,
    PairTally,
    load_faults,
    load_votes,
)
from bot.arena.pairing import Pair, PairRecord
from bot.arena.rating import CountedVote, Estimate, StyleCounts, connected, rate_writers
from bot.settings import Settings
from bot.state.database import State

# Whose votes count: of people, of models that judge, or both.
Voters = Literal["people", "judges", "all"]
_SCORES: Mapping[BattleChoice, float] = {"first": 1.0, "second": 0.0, "good": 0.5, "bad": 0.5}

ENOUGH_BATTLES = 30  # of a writer, for a rating


@dataclass(frozen=True, slots=True)
class CountingRules:
    """How votes are counted: `daily` is what one person may weigh in a day (0: any number), `style`
    tells whether style and place are controlled for, `enough` how many battles a writer needs,
    `bad_counts` whether « both bad » is a tie, `faults_lose` whether a writer that failed lost."""

    voters: Voters = "people"
    daily: float = 20.0
    style: bool = True
    enough: int = ENOUGH_BATTLES
    bad_counts: bool = True
    faults_lose: bool = False


def counting_rules(settings: Settings) -> CountingRules:
    """Those of the settings: votes of people."""
    return CountingRules(
        daily=settings.arena_daily_votes, faults_lose=settings.arena_faults == "lost"
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """One writer. `rating` is None where there are not enough battles; `wins` and `ties` are votes;
    `seconds` and `micros` are means of an answer, None where they are not known."""

    writer: str
    rating: Estimate | None
    battles: int
    wins: int
    ties: int
    seconds: float | None
    micros: float | None


@dataclass(frozen=True, slots=True)
class Standings:
    """All writers, the best rated first, and the effects of place and style in logits.

    `people` are those who voted, `judged` the votes of models; `parts` are the standings of each
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
        return tuple(each for each in self.writers if each.rating is not None)


class StandingsCount:
    """The standings of a database, counted anew when somebody has voted since."""

    def __init__(self, state: State, rules: CountingRules) -> None:
        self._state = state
        self._rules = rules
        self._turn = asyncio.Lock()  # one at a time, for people who ask are to be answered
        self._votes: tuple[int, int, datetime | None] | None = None
        self._standings = Standings(0, 0, 0, ())

    async def load(self) -> Standings:
        async with self._turn:
            votes = await self._state.run(load_votes)
            faults = await self._state.run(load_faults)
            known = (len(votes), len(faults), votes[-1].created_at if votes else None)
            if known != self._votes:
                self._standings = await asyncio.to_thread(standings, votes, faults, self._rules)
                self._votes = known
            return self._standings


@dataclass(frozen=True, slots=True)
class _Counted:
    vote: CountedVote
    battle: BattleRecord
    judge: str | None = None


def standings(
    votes: Sequence[BattleVoteRecord],
    faults: Sequence[BattleRecord] = (),
    rules: CountingRules = CountingRules(),
) -> Standings:
    """What votes tell, in all and by parts. Processor work: seconds for thousands of votes."""
    counted = [
        _Counted(_count_vote(each), each.battle, each.judge)
        for each in votes
        if _is_counted(each, rules)
    ]
    if rules.faults_lose:
        counted += [_Counted(_count_fault(each), each) for each in faults if each.fault]
    parts = {}
    keys: tuple[Callable[[BattleRecord], str], ...] = (
        lambda battle: f"language {battle.language}",
        lambda battle: f"kind {battle.kind}",
    )
    for key in keys:
        by_part = defaultdict(list)
        for each in counted:
            by_part[key(each.battle)].append(each)
        if len(by_part) > 1:
            for name in sorted(by_part):
                parts[name] = _stand(by_part[name], rules)
    whole = _stand(counted, rules)
    return replace(whole, parts=parts)


def pair_records(tallies: Iterable[PairTally]) -> Mapping[Pair, PairRecord]:
    """How each pair has fared, whoever voted."""
    records: dict[Pair, PairRecord] = {}
    for each in tallies:
        pair = frozenset((each.first, each.second))
        known = records.get(pair, PairRecord())
        score = _SCORES[each.choice]
        won = score if each.first == min(pair) else 1 - score
        votes = each.votes
        records[pair] = PairRecord(known.votes + votes, known.points + won * votes)
    return records


def _stand(counted: Sequence[_Counted], rules: CountingRules) -> Standings:
    battles_of: Counter[str] = Counter()
    wins: Counter[str] = Counter()
    ties: Counter[str] = Counter()
    sides: defaultdict[str, dict[tuple[int, int], BattleSide]] = defaultdict(dict)
    for each in counted:
        vote = each.vote
        battles_of.update((vote.first, vote.second))
        if vote.score == 0.5:
            ties.update((vote.first, vote.second))
        else:
            wins[vote.first if vote.score else vote.second] += 1
        for at, side in enumerate((each.battle.first, each.battle.second)):
            sides[side.writer][each.battle.id, at] = side
    enough = {name for name, count in battles_of.items() if count >= rules.enough}
    votes = [each.vote for each in counted if {each.vote.first, each.vote.second} <= enough]
    compared = connected(votes)
    votes = [vote for vote in votes if vote.first in compared]
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
        for name, count in battles_of.items()
    ]
    rows.sort(key=lambda row: (-row.rating.value if row.rating else 0.0, -row.battles, row.writer))
    people = {each.vote.voter for each in counted if each.judge is None and not each.battle.fault}
    judged = sum(each.judge is not None for each in counted)
    effects = ratings.effects if ratings else {}
    return Standings(len(counted), len(people), judged, tuple(rows), effects)


def _is_counted(vote: BattleVoteRecord, rules: CountingRules) -> bool:
    judged = vote.judge is not None
    if rules.voters != "all" and judged != (rules.voters == "judges"):
        return False
    return rules.bad_counts or vote.choice != "bad"


def _count_vote(each: BattleVoteRecord) -> CountedVote:
    battle = each.battle
    return CountedVote(
        battle.first.writer,
        battle.second.writer,
        _SCORES[each.choice],
        each.voter,
        f"{each.voter} {each.created_at.date()}",
        StyleCounts(**battle.first.style),
        StyleCounts(**battle.second.style),
    )


def _count_fault(battle: BattleRecord) -> CountedVote:
    """What a battle counts in which a writer failed: nothing was shown, so that no style counts."""
    name = f"fault {battle.id}"
    score = 0.0 if battle.fault == "first" else 1.0
    return CountedVote(battle.first.writer, battle.second.writer, score, name, name)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return sum(known) / len(known) if known else None
