"""Which two meet: what is least known comes first, what was met does not come again."""

from __future__ import annotations

from collections import Counter
from random import Random

from bot.arena.pairing import PairRecord, draw_pair

WRITERS = ("a", "b", "c")


def test_what_is_least_known_is_drawn_most() -> None:
    records = {frozenset("ab"): PairRecord(400, 200.0), frozenset("ac"): PairRecord(40, 20.0)}
    chance = Random(1)
    drawn = Counter(frozenset(draw_pair(WRITERS, records, (), chance) or ()) for _ in range(1_000))
    assert drawn[frozenset("bc")] > drawn[frozenset("ac")] > drawn[frozenset("ab")]
    assert drawn[frozenset("bc")] > 800


def test_a_pair_that_is_decided_is_drawn_less_than_one_that_is_even() -> None:
    records = {
        frozenset("ab"): PairRecord(50, 49.0),
        frozenset("ac"): PairRecord(50, 25.0),
        frozenset("bc"): PairRecord(50, 25.0),
    }
    chance = Random(1)
    drawn = Counter(frozenset(draw_pair(WRITERS, records, (), chance) or ()) for _ in range(1_000))
    assert drawn[frozenset("ab")] < min(drawn[frozenset("ac")], drawn[frozenset("bc")]) / 2


def test_a_pair_that_was_met_does_not_come_again() -> None:
    met = [frozenset("ab"), frozenset("bc")]
    for seed in range(20):
        assert set(draw_pair(WRITERS, {}, met, Random(seed)) or ()) == {"a", "c"}
    assert draw_pair(WRITERS, {}, [*met, frozenset("ac")], Random(1)) is None
