"""Voters of known preference: what they prefer, and what an endless number of them would tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from bot.arena.pairing import Pair, PairRecord, draw_pair
from bot.arena.rating import (
    MEAN_RATING,
    POINTS_PER_LOGIT,
    CountedVote,
    StyleCounts,
    design_table,
    effect_names,
    fit_strengths,
)

TIE_ODDS = 0.5
"""Of neither being preferred, against one of two that are alike."""


@dataclass(frozen=True, slots=True)
class Electorate:
    """Strengths and effects in logits. `noise` is the share of votes given without reading, and
    `taste` how far people differ in what length is worth to them. Each writer has its own length.
    """

    strengths: Mapping[str, float]
    noise: float = 0.3
    position: float = 0.3
    length: float = 1.0
    taste: float = 0.5
    words: Mapping[str, float] = field(default_factory=dict)
    people: int = 150

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.strengths)

    def style(self, writer: str, chance: Random) -> StyleCounts:
        words = round(self.words.get(writer, 40) * math.exp(chance.gauss(0, 0.5))) + 1
        return StyleCounts(words, chance.randint(1, 3), chance.choice((0, 0, 3, 6)))

    def lean(self, first: str, second: str, styles: Sequence[StyleCounts], taste: float) -> float:
        a, b = styles
        longer = (a.length - b.length) / (a.length + b.length)
        strength = self.strengths[first] - self.strengths[second]
        return strength + self.position + (self.length + taste) * longer

    def chances(self, lean: float) -> tuple[float, float, float]:
        """That the first is preferred, neither, the second."""
        parts = (math.exp(lean / 2), TIE_ODDS, math.exp(-lean / 2))
        return tuple(  # type: ignore[return-value]
            (1 - self.noise) * part / sum(parts) + self.noise / 3 for part in parts
        )


def six_writers(step: float = 0.6) -> Electorate:
    """Six writers so many logits apart; the longest-winded are neither the best nor the worst."""
    names = ("cinq", "quatre", "trois", "deux", "un", "zéro")
    strengths = {name: step * (2.5 - place) for place, name in enumerate(names)}
    words = dict(zip(names, (30, 60, 40, 80, 50, 35), strict=True))
    return Electorate(strengths, words=words)


def cast_votes(electorate: Electorate, battles: int, chance: Random) -> list[CountedVote]:
    """Votes on battles drawn as the arena draws them."""
    tastes = [chance.gauss(0, electorate.taste) for _ in range(electorate.people)]
    records: dict[Pair, PairRecord] = {}
    votes = []
    for at in range(battles):
        drawn = draw_pair(electorate.names, records, (), chance)
        assert drawn is not None
        person = chance.randrange(electorate.people)
        styles = [electorate.style(name, chance) for name in drawn]
        lean = electorate.lean(*drawn, styles, tastes[person])
        (score,) = chance.choices((1.0, 0.5, 0.0), electorate.chances(lean))
        pair = frozenset(drawn)
        known = records.get(pair, PairRecord())
        won = score if drawn[0] == min(pair) else 1 - score
        records[pair] = PairRecord(known.votes + 1, known.points + won)
        day = at * 20 // battles
        votes.append(CountedVote(*drawn, score, f"p{person}", f"p{person}/{day}", *styles))
    return votes


@dataclass(frozen=True, slots=True)
class Truth:
    """What counting finds in the end: ratings in points, effects in logits."""

    writers: Mapping[str, float]
    effects: Mapping[str, float]


def truth_of(electorate: Electorate, chance: Random, battles: int = 60_000) -> Truth:
    """From the chances of votes in place of votes, over very many battles of all pairs alike.

    Votes given without reading pull all strengths together, for whoever counts as for whoever asks
    these people who is best.
    """
    votes, scores = [], []
    for _ in range(battles):
        first, second = chance.sample(electorate.names, 2)
        styles = [electorate.style(name, chance) for name in (first, second)]
        taste = chance.gauss(0, electorate.taste)
        win, tie, _ = electorate.chances(electorate.lean(first, second, styles, taste))
        votes.append(CountedVote(first, second, 0.5, "", "", *styles))
        scores.append(win + tie / 2)
    names = sorted(electorate.names)
    table = design_table(votes, names, style=True)
    (found,) = fit_strengths(table, np.array(scores), np.ones((1, len(votes))))
    strengths = found[: len(names)]
    points = MEAN_RATING + POINTS_PER_LOGIT * (strengths - strengths.mean())
    return Truth(
        dict(zip(names, map(float, points), strict=True)),
        dict(zip(effect_names(style=True), map(float, found[len(names) :]), strict=True)),
    )


def stuffed_ballot(
    electorate: Electorate, favourite: str, votes: int, chance: Random, days: int = 1
) -> list[CountedVote]:
    """One account that always prefers the same writer, evenly over so many days."""
    others = [name for name in electorate.names if name != favourite]
    stuffed = []
    for at in range(votes):
        other = chance.choice(others)
        first, second = chance.sample((favourite, other), 2)
        styles = [electorate.style(name, chance) for name in (first, second)]
        score = 1.0 if first == favourite else 0.0
        ballot = f"stuffer/{at * days // votes}"
        stuffed.append(CountedVote(first, second, score, "stuffer", ballot, *styles))
    return stuffed
