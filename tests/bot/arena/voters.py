"""Voters of known preference: what they prefer, and what an endless number of them would tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import numpy as np

from bot.arena.pairing import Pair, PairRecord, draw_pair
from bot.arena.rating import (
    MEAN_RATING,
    POINTS_PER_LOGIT,
    CountedVote,
    design_table,
    fit_strengths,
)

TIE_ODDS = 0.5
"""Of neither being preferred, against one of two that are alike."""


@dataclass(frozen=True, slots=True)
class Electorate:
    """Strengths and the effect of being shown first, in logits. `noise` is the share of votes given
    without reading."""

    strengths: Mapping[str, float]
    noise: float = 0.3
    position: float = 0.3
    people: int = 150

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.strengths)

    def chances(self, first: str, second: str) -> tuple[float, float, float]:
        """That the first is preferred, neither, the second."""
        lean = self.strengths[first] - self.strengths[second] + self.position
        parts = (math.exp(lean / 2), TIE_ODDS, math.exp(-lean / 2))
        return tuple(  # type: ignore[return-value]
            (1 - self.noise) * part / sum(parts) + self.noise / 3 for part in parts
        )


def six_writers(step: float = 0.6) -> Electorate:
    """Six writers so many logits apart."""
    names = ("cinq", "quatre", "trois", "deux", "un", "zéro")
    return Electorate({name: step * (2.5 - place) for place, name in enumerate(names)})


def cast_votes(electorate: Electorate, battles: int, chance: Random) -> list[CountedVote]:
    """Votes on battles drawn as the arena draws them."""
    records: dict[Pair, PairRecord] = {}
    votes = []
    for at in range(battles):
        drawn = draw_pair(electorate.names, records, (), chance)
        assert drawn is not None
        person = chance.randrange(electorate.people)
        (score,) = chance.choices((1.0, 0.5, 0.0), electorate.chances(*drawn))
        pair = frozenset(drawn)
        known = records.get(pair, PairRecord())
        won = score if drawn[0] == min(pair) else 1 - score
        records[pair] = PairRecord(known.votes + 1, known.points + won)
        day = at * 20 // battles
        votes.append(CountedVote(*drawn, score, f"p{person}", f"p{person}/{day}"))
    return votes


def truth_of(electorate: Electorate, chance: Random, battles: int = 60_000) -> Mapping[str, float]:
    """The ratings that counting finds in the end: from the chances of votes in place of votes, over
    very many battles of all pairs alike.

    Votes given without reading pull all strengths together, for whoever counts as for whoever asks
    these people who is best.
    """
    votes, scores = [], []
    for _ in range(battles):
        first, second = chance.sample(electorate.names, 2)
        win, tie, _ = electorate.chances(first, second)
        votes.append(CountedVote(first, second, 0.5, "", ""))
        scores.append(win + tie / 2)
    names = sorted(electorate.names)
    table = design_table(votes, names)
    (found,) = fit_strengths(table, np.array(scores), np.ones((1, len(votes))))
    points = MEAN_RATING + POINTS_PER_LOGIT * (found - found.mean())
    return dict(zip(names, map(float, points), strict=True))


def stuffed_ballot(
    electorate: Electorate, favourite: str, votes: int, chance: Random, days: int = 1
) -> list[CountedVote]:
    """One account that always prefers the same writer, evenly over so many days."""
    others = [name for name in electorate.names if name != favourite]
    stuffed = []
    for at in range(votes):
        other = chance.choice(others)
        first, second = chance.sample((favourite, other), 2)
        score = 1.0 if first == favourite else 0.0
        ballot = f"stuffer/{at * days // votes}"
        stuffed.append(CountedVote(first, second, score, "stuffer", ballot))
    return stuffed
