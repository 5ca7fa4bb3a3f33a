"""Which two meet: what is least known comes first, what was met does not come again."""

from __future__ import annotations

from collections import Counter
from random import Random

from bot.arena.pairing import PairRecord, draw_pair

WRITERS = ("a", "b", "c")


def test_what_is_least_known_is_drawn_most_and_a_decided_pair_less_than_an_even_one() -> None:
    def drawn(**records: PairRecord) -> Counter[str]:
        known, chance = {frozenset(pair): record for pair, record in records.items()}, Random(1)
        pairs = (draw_pair(WRITERS, known, (), chance) or () for _ in range(1_000))
        return Counter("".join(sorted(pair)) for pair in pairs)

    unknown = drawn(ab=PairRecord(400, 200.0), ac=PairRecord(40, 20.0))
    assert unknown["bc"] > unknown["ac"] > unknown["ab"]
    assert unknown["bc"] > 800
    even = PairRecord(50, 25.0)
    decided = drawn(ab=PairRecord(50, 49.0), ac=even, bc=even)
    assert decided["ab"] < min(decided["ac"], decided["bc"]) / 2


def test_a_pair_that_was_met_does_not_come_again() -> None:
    met = [frozenset("ab"), frozenset("bc")]
    for seed in range(20):
        assert set(draw_pair(WRITERS, {}, met, Random(seed)) or ()) == {"a", "c"}
    assert draw_pair(WRITERS, {}, [*met, frozenset("ac")], Random(1)) is None
