"""Processes of one bot on one database, and bots of several tokens on one: who does what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.errors import StateError
from bot.state import deliveries, people, updates
from bot.state.database import State, open_state
from bot.state.deliveries import Letter, Part
from bot.state.processes import BotProcess

BOT, OTHER_BOT = 4200000001, 4200000002
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHAT, ELSEWHERE = 42, 43
LETTER = Letter(CHAT, 0, (Part("Bonjour"),))


@contextmanager
def process(url: str, *, alone: bool = False) -> Iterator[tuple[State, BotProcess]]:
    """A process at work; its locks end with the block, as with its connection when it is killed."""
    with closing(open_state(url, BOT)) as state, closing(BotProcess(state, BOT)) as mine:
        mine.join(alone=alone)
        yield state, mine


def arrives(state: State, number: int, chat: int | None = CHAT) -> frozenset[int] | None:
    content, now = {"update_id": number}, NOW + timedelta(seconds=number)
    record = partial(updates.record_arrival, bot_id=BOT, update_id=number, content=content, now=now)
    return state.do(partial(record, chat_id=chat), relaxed=True)


def falls_to(state: State, *in_hand: int) -> list[int]:
    look = partial(updates.take_over_updates, bot_id=BOT, in_hand=in_hand)
    return [update.id for update in state.do(look, relaxed=True)]


def taken_up(state: State, number: int) -> int | None:
    return state.do(partial(updates.take_up_update, bot_id=BOT, update_id=number))


def done(state: State, number: int) -> None:
    state.do(partial(updates.finish_update, bot_id=BOT, update_id=number, now=NOW))


def test_all_of_a_chat_is_dealt_with_by_one_process_at_a_time(postgres: str) -> None:
    with process(postgres) as (one, _), process(postgres) as (other, _):
        assert arrives(one, 1) == frozenset()
        assert arrives(other, 2) == {1}
        assert arrives(other, 3, ELSEWHERE) == frozenset()
        assert arrives(other, 4, None) == frozenset()
        assert arrives(other, 1) is None
        assert falls_to(other, 3, 4) == []
        assert (taken_up(other, 2), taken_up(one, 1)) == (None, 1)
        done(one, 1)
        assert arrives(other, 5) == {2}
        assert falls_to(one) == [2, 5]
        done(one, 2)
        done(one, 5)
        assert taken_up(one, 5) is None
        assert arrives(other, 6) == frozenset()
        assert taken_up(other, 6) == 1


def test_what_a_process_that_ended_had_in_hand_is_taken_over_in_order(postgres: str) -> None:
    with process(postgres) as (one, _):
        with process(postgres) as (other, _):
            assert arrives(other, 1) == frozenset()
            assert taken_up(other, 1) == 1
            assert arrives(one, 2) == {1}
            assert falls_to(one) == []
        assert arrives(one, 3) == {1, 2}
        assert falls_to(one) == [1, 2, 3]
        assert taken_up(one, 1) == 2


def test_a_letter_of_a_process_that_ended_is_sent_by_another_and_no_other_is(
    postgres: str,
) -> None:
    begin = partial(deliveries.open_delivery, bot_id=BOT, update_id=None, number=1, now=NOW)
    left = partial(deliveries.take_over_deliveries, bot_id=BOT)
    with process(postgres) as (one, _):
        with process(postgres) as (other, _):
            posted = other.do(partial(begin, letter=LETTER))
            assert one.do(left, relaxed=True) == []
        assert one.do(left, relaxed=True) == [posted.id]
        assert one.do(left, relaxed=True) == []


def test_one_process_leads_until_it_ends(postgres: str) -> None:
    with process(postgres) as (_, one):
        with process(postgres) as (_, other):
            assert other.leads()
            assert not one.leads()
            assert other.leads()
        assert one.leads()


def test_one_that_asks_telegram_is_alone(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.state.processes._TIMEOUT_SECONDS", 0.2)
    for first, second in ((True, False), (False, True)):
        refusal = pytest.raises(StateError)
        with (
            process(postgres, alone=first),
            refusal as refused,
            process(postgres, alone=second),
        ):
            pass
        assert refused.value.code == "bot-runs-already"
    with process(postgres, alone=True):
        pass


def test_a_process_whose_connection_ended_joins_again(postgres: str) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    with process(postgres) as (one, mine), process(postgres) as (other, _):
        assert mine.leads()
        arrives(one, 1)
        engine = create_engine(postgres)
        with engine.connect() as connection:
            connection.execute(text(cut))
        engine.dispose()
        mine.stay()
        assert falls_to(other) == []
        assert mine.leads()


def test_sqlite_serves_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.state.processes._TIMEOUT_SECONDS", 0.2)
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    with process(url), pytest.raises(StateError) as refused, process(url):
        pass
    assert refused.value.code == "bot-needs-server"
    with process(url) as (state, mine):
        assert mine.leads()
        mine.stay()
        assert falls_to(state) == []


@pytest.mark.parametrize("first", [BOT, None], ids=["of one bot", "from before there were more"])
def test_each_bot_of_a_database_has_tables_of_its_own(postgres: str, first: int | None) -> None:
    with closing(open_state(postgres, first)) as state:
        arrives(state, 1)
        state.do(partial(people.note_person, person_id=CHAT, now=NOW))
    for bot_id, there in ((OTHER_BOT, False), (BOT, True), (None, True)):
        with closing(open_state(postgres, bot_id)) as state:
            assert state.do(partial(people.is_known, person_id=CHAT)) == there
