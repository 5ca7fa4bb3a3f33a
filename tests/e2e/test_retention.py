"""What the bot erases by itself, and when it tells its administrators instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.state import conversations, people
from bot.state.clock import check_clock
from bot.state.conversations import ConversationPlace, NewTurn
from tests.botapi.server import BotServer
from tests.e2e.database import open_session, rows
from tests.e2e.telegram import running

ADMIN, DAY = 7, timedelta(days=1)


async def test_a_clock_that_jumped_erases_nothing_and_says_so(server: BotServer) -> None:
    now = datetime.now(UTC)
    with open_session() as session:
        check_clock(session, now - 400 * DAY)
        for person in (1000, 1001, 1002):
            people.note_person(session, person, now - 100 * DAY)
            turn = NewTurn("Pourquoi ?", {}, [], True, 1.0, "g")
            place = ConversationPlace(person, 0, person)
            conversations.add_turn(session, place, turn, now - 100 * DAY, DAY)
    server.user_says(ADMIN, "/start")
    async with running(server, admins=(ADMIN,)):
        said = [(await server.next_message()).text for _ in range(2)]
    assert [line for line in said if "Rien n’est effacé avant un jour" in line]
    assert len(rows("SELECT id FROM turns")) == 3
