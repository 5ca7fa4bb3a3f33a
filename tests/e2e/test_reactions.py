"""👍 and 👎 put on an answer as reactions are votes, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.state.database import open_state, state_url
from bot.state.tables import VoteRow
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, settled

READER, OTHER, GROUP = 42, 43, -100
QUESTION = "Quand Fresnel est-il né ?"
GOOD, BAD, LOVE = "👍", "👎", "❤"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotServer]:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL)):
        yield server


@pytest.fixture
def kept(tmp_path: Path) -> Votes:
    return Votes(tmp_path / "data")


class Votes:
    """What is kept of the votes, once so many updates are dealt with."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def of(self, updates: int, person: int = READER) -> bool | None:
        await settled(updates)
        state = open_state(state_url(None, self._data_dir))
        with state.session() as session:
            mine = select(VoteRow.good).where(VoteRow.turn_id == 1, VoteRow.person_id == person)
            good = session.scalars(mine).first()
        state.close()
        return good


async def _answer(server: BotServer) -> Message:
    server.user_says(READER, QUESTION)
    return await server.next_message()


async def test_a_reaction_votes_in_silence_and_is_taken_back_with_it(
    server: BotServer, kept: Votes
) -> None:
    answer = await _answer(server)
    server.user_reacts(answer, GOOD)
    assert await kept.of(2) is True
    server.user_reacts(answer, BAD)
    assert await kept.of(3) is False
    server.user_reacts(answer, LOVE)
    assert await kept.of(4) is None
    server.user_reacts(answer, LOVE, BAD)
    assert await kept.of(5) is False
    server.user_reacts(answer)
    assert await kept.of(6) is None
    await server.silence()


async def test_everybody_in_a_group_votes_once_where_the_bot_is_told(
    server: BotServer, kept: Votes
) -> None:
    server.user_says(GROUP, f"/demander {QUESTION}", kind="supergroup", person=READER)
    answer = await server.next_message()
    server.user_reacts(answer, GOOD, person=OTHER, kind="supergroup")
    assert await kept.of(1, OTHER) is None
    server.bot_is_administrator(GROUP)
    server.user_reacts(answer, GOOD, person=READER, kind="supergroup", anonymous=True)
    server.user_reacts(answer, BAD, person=READER, kind="supergroup")
    server.user_reacts(answer, GOOD, BAD, person=OTHER, kind="supergroup")
    assert await kept.of(4) is False
    assert await kept.of(4, OTHER) is False
    await server.silence()
