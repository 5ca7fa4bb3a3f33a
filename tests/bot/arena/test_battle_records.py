"""Battles and votes: one a person, none twice, taken back in time, kept without the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from unittest.mock import Mock

import pytest
from sqlalchemy.orm import Session

from bot.arena import battle_records as battles
from bot.arena import standings
from bot.arena.battle_records import BattleChoice, BattleVoteRecord
from bot.state import privacy, retention
from bot.state.database import State
from bot.state.retention import RetentionTerms
from tests.bot.arena.samples import NOW, new_battle

TERMS = RetentionTerms(timedelta(days=90), timedelta(days=7), timedelta(days=1))
BATTLE = new_battle()


def _keep(session: Session, new: battles.NewBattle = BATTLE) -> int:
    return battles.save_battle(session, new, NOW)


def _cast(session: Session, battle: int, person: int, choice: BattleChoice = "first") -> str:
    return battles.cast_battle_vote(session, battle, person, choice, NOW)


def _voted(session: Session) -> int:
    """A battle on which somebody has voted."""
    battle = _keep(session)
    assert _cast(session, battle, 7) == "counted"
    return battle


def _votes(session: Session) -> list[BattleVoteRecord]:
    return battles.load_votes(session)


def test_a_person_votes_once_on_a_battle_and_several_people_may(state: State) -> None:
    with state.session() as session:
        battle = _voted(session)
        assert _cast(session, battle, 7, "second") == "again"
        assert _cast(session, battle, 8, "good") == "counted"
        assert [vote.choice for vote in _votes(session)] == ["first", "good"]
        assert _cast(session, 999, 7) == "gone"


async def test_votes_are_loaded_again_only_after_a_change(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Mock(wraps=battles.load_votes)
    monkeypatch.setattr(standings, "load_votes", load)
    count = standings.StandingsCount(state)
    battle = state.do(_voted)
    assert [(await count.load()).votes for _ in range(2)] == [1, 1]
    state.do(partial(battles.withdraw_vote, battle_id=battle, person_id=7, now=NOW))
    assert (await count.load()).votes == 0
    assert load.call_count == 2


def test_nobody_votes_twice_on_the_same_pair_and_question(state: State) -> None:
    turned = new_battle(
        4, question="qui a gardé le PHARE", first=BATTLE.second, second=BATTLE.first, person_id=8
    )
    other = replace(turned, question="Quand ?", question_message=5)
    with state.session() as session:
        _voted(session)
        assert _cast(session, _keep(session, turned), 7) == "met"
        assert _cast(session, _keep(session, other), 7) == "counted"


def test_who_asked_or_voted_has_met_the_pair(state: State) -> None:
    with state.session() as session:
        _cast(session, _keep(session), 8)
        pair = {frozenset(("extractive", "openai:petit"))}
        for person, question, met in (
            (7, BATTLE.question, pair),
            (8, BATTLE.question, pair),
            (7, "  qui a gardé  le phare", pair),
            (9, BATTLE.question, set()),
            (7, "Quand ?", set()),
        ):
            assert set(battles.pairs_of_person(session, person, question)) == met


def test_a_vote_is_taken_back_within_a_minute_and_for_good(state: State) -> None:
    with state.session() as session:
        battle = _voted(session)

        def take_back(person: int, seconds: int) -> bool:
            return battles.withdraw_vote(session, battle, person, NOW + timedelta(seconds=seconds))

        assert not take_back(8, 0)
        assert not take_back(7, 61)
        assert len(_votes(session)) == 1
        assert take_back(7, 59)
        assert take_back(7, 3600)  # told again what is so already
        assert _votes(session) == []
        assert _cast(session, battle, 7) == "again"  # the names are known by then
        assert _votes(session) == []


def test_all_votes_of_a_person_have_one_voter_who_is_not_named(state: State) -> None:
    with state.session() as session:
        for number in range(3):
            new = new_battle(number, question=f"Question {number} ?")
            _cast(session, _keep(session, new), 70_707)
        _cast(session, _keep(session, new_battle(20)), 8)
        one, two, three, other = (vote.voter for vote in _votes(session))
    assert one == two == three != other
    assert "70707" not in one


def test_after_its_time_a_vote_counts_without_the_person_and_without_a_word(state: State) -> None:
    with state.session() as session:
        battle, unvoted = _voted(session), _keep(session, new_battle(4))
        voter = _votes(session)[0].voter
    state.do(partial(retention.delete_expired_rows, now=NOW + timedelta(days=91), terms=TERMS))
    with state.session() as session:
        (vote,) = _votes(session)
        assert (vote.choice, vote.voter) == ("first", voter)
        kept = vote.battle
        assert (kept.question, kept.first.text, kept.chat_id) == (None, None, None)
        assert kept.messages == ()
        assert (kept.first.writer, kept.second.micros) == ("extractive", 40)
        assert battles.find_battle(session, unvoted) is None
        assert _cast(session, battle, 8) == "gone"
        assert privacy.export_person(session, 7)["person"] is None


def test_who_is_erased_leaves_no_vote_and_no_word_but_the_votes_of_others(state: State) -> None:
    with state.session() as session:
        _cast(session, _voted(session), 8, "second")
        told = privacy.export_person(session, 7)
        assert [battle["question"] for battle in told["battles"]] == [BATTLE.question]
        assert [vote["choice"] for vote in told["battle_votes"]] == ["first"]
        assert privacy.count_records(session, 7).votes == 1
        theirs = _votes(session)[1].voter
    state.do(partial(privacy.erase_person, person_id=7))
    with state.session() as session:
        assert not any(privacy.export_person(session, 7).values())
        (vote,) = _votes(session)
    assert (vote.voter, vote.choice) == (theirs, "second")
    assert (vote.battle.question, vote.battle.first.text) == (None, None)
