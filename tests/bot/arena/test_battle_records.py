"""Battles and votes: one a person, none twice, taken back in time, kept without the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO

from bot.arena import battle_records as battles
from bot.arena.battle_records import BattleSide, BattleVoteRecord, NewBattle
from bot.state import archive, privacy, retention
from bot.state.database import State
from bot.state.retention import RetentionTerms

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = RetentionTerms(timedelta(days=90), timedelta(days=7), timedelta(days=1))
QUESTION = "Qui a gardé le phare ?"
PAIR = frozenset(("extractive", "openai:petit"))
BATTLE = NewBattle(
    question=QUESTION,
    language="fr",
    kind="single",
    origin="chat",
    generation="g",
    first=BattleSide("extractive", "Yvon. [1]", {"length": 1, "citations": 1, "bold": 0}, 0.2, 0),
    second=BattleSide("openai:petit", "Anne. [1]", {"length": 1}, 1.5, 40),
    messages=("A", "B"),
    person_id=7,
    chat_id=7,
    question_message=3,
)


def _keep(state: State, new: NewBattle = BATTLE, at: datetime = NOW) -> int:
    return state.do(partial(battles.save_battle, new=new, now=at))


def _cast(
    state: State,
    battle: int,
    person: int,
    choice: battles.BattleChoice = "first",
    at: datetime = NOW,
) -> str:
    return state.do(
        partial(battles.cast_battle_vote, battle_id=battle, person_id=person, choice=choice, now=at)
    )


def _votes(state: State) -> list[BattleVoteRecord]:
    return state.do(partial(battles.load_votes, texts=True))


def test_a_person_votes_once_on_a_battle_and_several_people_may(state: State) -> None:
    battle = _keep(state)
    assert _cast(state, battle, 7) == "counted"
    assert _cast(state, battle, 7, "second") == "again"
    assert _cast(state, battle, 8, "good") == "counted"
    assert [each.choice for each in _votes(state)] == ["first", "good"]
    assert _cast(state, 999, 7) == "gone"


def test_nobody_votes_twice_on_the_same_pair_and_question(state: State) -> None:
    first = _keep(state)
    turned = replace(
        BATTLE,
        question="qui a gardé le PHARE",
        first=BATTLE.second,
        second=BATTLE.first,
        person_id=8,
        question_message=4,
    )
    second = _keep(state, turned)
    assert _cast(state, first, 7) == "counted"
    assert _cast(state, second, 7) == "met"
    other = _keep(state, replace(turned, question="Quand ?", question_message=5))
    assert _cast(state, other, 7) == "counted"


def test_who_asked_or_voted_has_met_the_pair(state: State) -> None:
    battle = _keep(state)
    _cast(state, battle, 8)

    def met(person: int, question: str = QUESTION) -> set[frozenset[str]]:
        find = partial(battles.pairs_of_person, person_id=person, question=question)
        return set(state.do(find))

    assert met(7) == met(8) == {PAIR}
    assert met(9) == met(7, "Quand ?") == set()
    assert met(7, "  qui a gardé  le phare") == {PAIR}


def test_a_vote_is_taken_back_within_a_minute_and_for_good(state: State) -> None:
    battle = _keep(state)

    def take_back(person: int, at: datetime) -> bool:
        return state.do(partial(battles.withdraw_vote, battle_id=battle, person_id=person, now=at))

    _cast(state, battle, 7)
    assert not take_back(8, NOW)
    assert not take_back(7, NOW + timedelta(seconds=61))
    assert len(_votes(state)) == 1
    assert take_back(7, NOW + timedelta(seconds=59))
    assert take_back(7, NOW + timedelta(hours=1))  # told again what is so already
    assert _votes(state) == []
    assert _cast(state, battle, 7) == "again"  # the names are known by then
    assert _votes(state) == []


def test_all_votes_of_a_person_have_one_voter_who_is_not_named(state: State) -> None:
    for number in range(3):
        asked = replace(BATTLE, question=f"Question {number} ?", question_message=10 + number)
        _cast(state, _keep(state, asked), 70_707)
    _cast(state, _keep(state, replace(BATTLE, question_message=20)), 8)
    *mine, other = (each.voter for each in _votes(state))
    assert len(set(mine)) == 1
    assert other not in mine
    assert "70707" not in mine[0]


def test_after_its_time_a_vote_counts_without_the_person_and_without_a_word(state: State) -> None:
    battle, unvoted = _keep(state), _keep(state, replace(BATTLE, question_message=4))
    _cast(state, battle, 7)
    voter = _votes(state)[0].voter
    forget = partial(retention.delete_expired_rows, now=NOW + timedelta(days=91), terms=TERMS)
    state.do(forget)
    (vote,) = _votes(state)
    assert (vote.choice, vote.voter) == ("first", voter)
    assert vote.battle.question is None
    assert (vote.battle.first.text, vote.battle.messages, vote.battle.chat_id) == (None, (), None)
    assert vote.battle.first.writer == "extractive"
    assert vote.battle.second.micros == 40
    assert state.do(partial(battles.find_battle, battle_id=unvoted)) is None
    assert _cast(state, battle, 8) == "gone"
    assert state.do(partial(privacy.export_person, person_id=7))["person"] is None


def test_who_is_erased_leaves_no_vote_and_no_word_and_the_votes_of_others_stay(
    state: State,
) -> None:
    battle = _keep(state)
    _cast(state, battle, 7)
    _cast(state, battle, 8, "second")
    told = state.do(partial(privacy.export_person, person_id=7))
    assert [each["question"] for each in told["battles"]] == [QUESTION]
    assert [each["choice"] for each in told["battle_votes"]] == ["first"]
    assert state.do(partial(privacy.count_records, person_id=7)).votes == 1
    theirs = _votes(state)[1].voter
    state.do(partial(privacy.erase_person, person_id=7))
    assert not any(state.do(partial(privacy.export_person, person_id=7)).values())
    (vote,) = _votes(state)
    assert (vote.voter, vote.choice) == (theirs, "second")
    assert vote.battle.question is None
    assert vote.battle.first.text is None


def test_an_archive_holds_them(state: State) -> None:
    _cast(state, _keep(state), 7)
    before, file = _votes(state), BytesIO()
    counts = archive.write_state(state, file)
    assert (counts["battles"], counts["battle_votes"]) == (1, 1)
    file.seek(0)
    archive.read_state(state, file, replace=True)
    assert _votes(state) == before
