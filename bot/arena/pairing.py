"""Which two writers meet next: chance, in favour of what is least known."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

Pair = frozenset[str]  # two writers, in no order


@dataclass(frozen=True, slots=True)
class PairRecord:
    """The votes on one pair: how many, and how many points (ties half) went to its first writer,
    by name."""

    votes: int = 0
    points: float = 0.0


def draw_pair(
    writers: Sequence[str],
    records: Mapping[Pair, PairRecord],
    met: Collection[Pair],
    chance: Random,
) -> tuple[str, str] | None:
    """The writer to be shown first and the other one; None where every pair was `met` already.

    The odds of a pair are how much one more vote would narrow what is known of it, as Chiang et al.
    ("Chatbot Arena", 2024) draw theirs.
    """
    pairs = [pair for pair in combinations(sorted(writers), 2) if frozenset(pair) not in met]
    if not pairs:
        return None
    gains = [_gain(records.get(frozenset(pair), PairRecord())) for pair in pairs]
    first, second = chance.choices(pairs, gains)[0]
    return (first, second) if chance.random() < 0.5 else (second, first)


def _gain(record: PairRecord) -> float:
    """The fall of the standard error of a pair's share of points, with one vote of each kind
    thought beside those that there are."""
    votes = record.votes + 2
    share = (record.points + 1) / votes
    spread = math.sqrt(share * (1 - share))
    return spread / math.sqrt(votes) - spread / math.sqrt(votes + 1)
