"""Random pairing of writers, in favour of pairs with the most uncertain result."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

Pair = frozenset[str]  # of two writers


@dataclass(frozen=True, slots=True)
class PairRecord:
    """The votes on a pair, and the points of its alphabetically first writer (1/2 per tie)."""

    votes: int = 0
    points: float = 0.0


def draw_pair(
    writers: Sequence[str],
    records: Mapping[Pair, PairRecord],
    past_pairs: Collection[Pair],
    chance: Random,
) -> tuple[str, str] | None:
    """Draw two writers in display order, or None if every pair is in `past_pairs`.

    The probability of a pair is proportional to the information gain of one more vote, as in
    Chiang et al., "Chatbot Arena" (2024).
    """
    pairs = [pair for pair in combinations(sorted(writers), 2) if frozenset(pair) not in past_pairs]
    if not pairs:
        return None
    gains = [_gain(records.get(frozenset(pair), PairRecord())) for pair in pairs]
    first, second = chance.choices(pairs, gains)[0]
    return (first, second) if chance.random() < 0.5 else (second, first)


def _gain(record: PairRecord) -> float:
    """Return the reduction of the standard error of the first writer's share of points by one more
    vote, with one win of each as a prior."""
    votes = record.votes + 2
    share = (record.points + 1) / votes
    spread = math.sqrt(share * (1 - share))
    return spread / math.sqrt(votes) - spread / math.sqrt(votes + 1)
