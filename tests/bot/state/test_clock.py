"""A clock that jumps erases nothing, and much is not erased at once without a word before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import func, select

from bot.state import conversations, people
from bot.state.clock import ClockVerdict, check_clock
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.database import State
from bot.state.retention import Erasure, RetentionTerms, erase_expired
from bot.state.tables import TurnRow

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TERMS = RetentionTerms(90 * DAY, 7 * DAY, DAY)
QUESTION = NewTurn("Pourquoi ?", {}, [], True, 1.0, "g")


def looks(state: State, *moments: timedelta) -> list[ClockVerdict]:
    return [state.do(partial(check_clock, now=NOW + moment)) for moment in moments]


def test_looks_that_agree_are_trusted_and_a_leap_is_not_for_a_day(state: State) -> None:
    assert looks(state, 0 * DAY, HOUR, DAY, 2 * DAY) == ["agrees"] * 4
    leap = 400 * DAY
    assert looks(state, leap, leap + HOUR, leap + 23 * HOUR) == ["leapt", "doubted", "doubted"]
    assert looks(state, leap + DAY, leap + 2 * DAY) == ["agrees", "agrees"]


def test_a_clock_that_is_set_right_again_has_erased_nothing(state: State) -> None:
    assert looks(state, 0 * DAY, 400 * DAY, HOUR) == ["agrees", "leapt", "leapt"]
    assert looks(state, 2 * HOUR, 26 * HOUR) == ["doubted", "agrees"]


def ask(state: State, count: int, at: datetime) -> None:
    """So many questions at this moment, each by somebody else."""
    with state.session() as session:
        for person in range(1, count + 1):
            people.note_person(session, person, at)
            place = ConversationPlace(person, 0, person)
            conversations.add_turn(session, place, QUESTION, at, HOUR)


def turns(state: State) -> int:
    with state.session() as session:
        return session.scalar(select(func.count()).select_from(TurnRow)) or 0


def forget(state: State, at: datetime) -> Erasure:
    return state.do(partial(erase_expired, now=at, terms=TERMS))


def test_much_at_once_is_announced_first_and_goes_a_day_later(state: State) -> None:
    ask(state, 200, NOW)
    late = NOW + 91 * DAY
    first, again = forget(state, late), forget(state, late + HOUR)
    assert (first.held, first.announce) == (True, True)
    assert first.lasting_rows == 600  # people, their conversations and questions
    assert (again.held, again.announce) == (True, False)
    assert turns(state) == 200
    assert not forget(state, late + DAY).held
    assert turns(state) == 0
