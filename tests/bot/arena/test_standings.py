"""Which votes count, for whom there are enough, and what is said of them."""

from __future__ import annotations

from bot.arena.battle_records import BattleChoice, PairTally
from bot.arena.pairing import PairRecord
from bot.arena.standings import Standings, compute_standings, pair_records
from tests.bot.arena.samples import kept_battle, kept_vote

CHOICES: tuple[BattleChoice, ...] = ("first", "first", "good", "second", "bad")


def _told(count: int = 50, enough: int = 10) -> Standings:
    votes = [
        kept_vote(kept_battle(at, language="en" if at < 5 else "fr"), CHOICES[at % 5])
        for at in range(count)
    ]
    return compute_standings(votes, enough)


def test_wins_ties_time_and_cost_are_counted() -> None:
    told = _told()
    assert (told.votes, told.people) == (50, 50)
    best, other = told.writers
    assert (best.writer, best.battles, best.wins, best.ties) == ("extractive", 50, 20, 20)
    assert (best.seconds, other.seconds, best.micros) == (0.0, 1.0, 100.0)
    assert best.rating is not None
    assert other.rating is not None
    assert best.rating.value > 1000 > other.rating.value


def test_a_writer_without_enough_battles_is_not_rated_and_neither_is_a_language() -> None:
    told = _told()
    assert told.parts["language en"].rated == ()
    assert len(told.parts["language fr"].rated) == 2
    assert _told(enough=51).rated == ()
    assert "kind single" not in told.parts  # all are of one kind


def test_how_each_pair_fared_is_told_by_the_writer_whose_name_comes_first() -> None:
    tallies = [PairTally("b", "a", "first", 2), PairTally("a", "b", "good", 1)]
    tallies += [PairTally("a", "b", "first", 1), PairTally("a", "c", "bad", 4)]
    assert pair_records(tallies) == {
        frozenset("ab"): PairRecord(4, 1.5),
        frozenset("ac"): PairRecord(4, 2.0),
    }
