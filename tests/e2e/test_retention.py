"""What the bot erases by itself, and when it tells its administrators instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import create_engine, text

from bot.settings import load_settings
from bot.state import conversations, people
from bot.state.clock import check_clock
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.database import open_state, state_url
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

ADMIN, DAY = 7, timedelta(days=1)


def kept(count: int, *, looked: timedelta) -> None:
    """So many questions of a hundred days ago, and a look at the clock some time ago."""
    state, now = open_state(state_url(None, load_settings().data_dir)), datetime.now(UTC)
    with state.session() as session:
        check_clock(session, now - looked)
        for person in range(1000, 1000 + count):
            people.note_person(session, person, now - 100 * DAY)
            conversations.add_turn(
                session,
                ConversationPlace(person, 0, person),
                NewTurn("Pourquoi ?", {}, [], True, 1.0, "g"),
                now - 100 * DAY,
                timedelta(hours=12),
            )
    state.close()


def turns() -> int:
    engine = create_engine(state_url(None, load_settings().data_dir))
    try:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM turns")).scalar_one())
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    ("language", "told"), [("fr", "Rien n’est effacé avant un jour"), ("en", "Nothing is erased")]
)
async def test_a_clock_that_jumped_erases_nothing_and_says_so(
    server: BotServer, language: str, told: str
) -> None:
    kept(3, looked=400 * DAY)
    note = partial(
        people.choose_person_language, person_id=ADMIN, language=language, now=datetime.now(UTC)
    )
    state = open_state(state_url(None, load_settings().data_dir))
    state.do(note)
    state.close()
    server.user_says(ADMIN, "/start")
    async with running(server, StubChain(), Shelf(), admins=(ADMIN,)):
        said = [(await server.next_message()).text for _ in range(2)]
    assert [each for each in said if told in each]
    assert turns() == 3


async def test_what_is_past_its_time_goes(server: BotServer) -> None:
    kept(3, looked=DAY)
    async with running(server, StubChain(), Shelf()):
        server.user_says(ADMIN, "/start")
        await server.next_message()
    assert turns() == 0
