"""The arena: what is compared, which two meet, what votes come to, how they are published."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from bot.answer import Statement
from bot.arena.battle import are_identical, compared_statements
from bot.arena.battle_records import BattleChoice, PairTally
from bot.arena.pairing import PairRecord, draw_pair
from bot.arena.standings import Standings, compute_standings, pair_records
from bot.arena.texts import ArenaPhrases
from bot.model_choice import parse_writers
from index.errors import RefusedValue
from tests.bot.arena.samples import kept_battle, kept_vote
from tests.bot.messenger.samples import BIRTH, LENS, answered, cite

QUESTION = "Qui a conçu la lentille ?"


def test_a_quote_stands_behind_the_sentence_it_leans_on() -> None:
    answer = answered(QUESTION, cite(1, LENS, lead=BIRTH))
    assert [statement.text for statement in compared_statements(answer)] == [f"{BIRTH} {LENS}"]
    (statement,) = compared_statements(replace(answer, statements=(Statement(LENS, (1,), (0, 2)),)))
    assert statement.parts[1] == "Il"


@pytest.mark.parametrize(
    ("text", "same"),
    [(BIRTH.upper().replace(".", ""), True), (f"{BIRTH[:-1]} !", True), (LENS, False)],
)
def test_the_same_words_are_no_comparison(text: str, same: bool) -> None:
    one = answered(QUESTION, cite(1, BIRTH))
    other = replace(one, statements=(Statement(text, (1,)),))
    assert are_identical(one, other) is same


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


def test_writers_are_models_quotes_and_readers() -> None:
    names = (
        *("extractive", "ollama:qwen3:4b", "mistralai:small"),
        *("extractive@reader=none", "openai:m@reader=bundled"),
    )
    writers = parse_writers(",".join(names))
    assert tuple(writer.name for writer in writers) == names
    assert parse_writers("extractive, mistral:small ")[1].name == "mistralai:small"
    assert parse_writers("") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("extractive", "writer-alone"),
        ("extractive,extractive", "writer-twice"),
        ("extractive,qwen3", "choice-unclear"),
        ("openai:m,extractive@prompts=x", "writer-mode"),
        ("openai:m,openai:n@mode=choose", "writer-mode"),
        ("openai:m,extractive@mode=write", "writer-mode"),
    ],
)
def test_what_cannot_be_compared_is_refused(text: str, code: str) -> None:
    with pytest.raises(RefusedValue, match=code):
        parse_writers(text)


def test_a_writer_is_called_by_what_people_know_of_it() -> None:
    phrases = ArenaPhrases.of("fr")
    assert phrases.writer("extractive") == "Phrases des articles"
    told = phrases.writer("ollama:qwen3:4b@reader=none")
    assert told == "ollama:qwen3:4b, lecture «\u00a0none\u00a0»"
    assert phrases.writer("quelque chose") == "quelque chose"


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
    # A writer without enough battles is not rated, and neither is a language.
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
