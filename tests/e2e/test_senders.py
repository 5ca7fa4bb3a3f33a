"""Who writes in another's name, and where nobody but readers write to a channel, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bot.messenger.samples import BIRTH, FRESNEL, INSTALLED, answered, cite
from tests.botapi.people import From
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, EDITOR, GROUP, CHANNEL, OTHER_CHANNEL, DIRECT = 42, 43, -100, -200, -201, -300
BOT = "selon_test_bot"
QUESTION = "Quand Fresnel est-il né ?"
SECOND = "Où fut installé le premier appareil ?"


@pytest.fixture
def chain() -> StubChain:
    chain = StubChain()
    chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
    chain.answers[SECOND] = answered(SECOND, cite(1, INSTALLED))
    return chain


@pytest_asyncio.fixture
async def server(chain: StubChain) -> AsyncIterator[BotServer]:
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL)):
        yield server


def _as_channel(server: BotServer, text: str, channel: int = CHANNEL) -> int:
    who = From(GROUP, kind="supergroup", channel=channel, language_code=None)
    return server.user_says(GROUP, text, who=who)


async def test_who_writes_as_a_channel_is_answered(server: BotServer) -> None:
    number = _as_channel(server, f"@{BOT} {QUESTION}")
    answer = await server.next_message()
    assert answer.reply_to == number
    assert answer.text.startswith(f"«\u00a0{BIRTH}")


def _direct(person: int = READER, channel: int | None = None) -> From:
    return From(DIRECT, person, "supergroup", channel=channel, direct=True)


async def test_a_reader_s_direct_message_to_a_channel_is_answered_in_their_topic(
    server: BotServer, chain: StubChain
) -> None:
    number = server.user_says(DIRECT, QUESTION, who=_direct())
    answer = await server.next_message()
    assert (answer.direct_topic, answer.reply_to) == (READER, number)
    assert answer.text.startswith(f"«\u00a0{BIRTH}")
    server.user_says(DIRECT, SECOND, who=_direct(44))
    assert (await server.next_message()).direct_topic == 44
    assert not chain.said[-1].history
    server.presses(answer, answer.buttons[0], person=READER)
    assert (await server.next_message()).direct_topic == READER
    assert server.refusals == []


async def test_nothing_is_said_in_a_channel_and_who_brought_the_bot_is_told(
    server: BotServer,
) -> None:
    server.knows(EDITOR)
    server.bot_is_added(CHANNEL, EDITOR, "channel")
    said = await server.next_message()
    assert said.chat_id == EDITOR
    assert said.text == (
        "Vous m’avez fait entrer dans la chaîne «\u00a0Rédaction\u00a0». Je n’y publie rien. "
        "Je réponds aux messages directs de ses lecteurs, si vous m’en donnez le droit, et dans "
        "son groupe de discussion, si vous m’y ajoutez."
    )
    await server.silence()


async def test_a_channel_that_is_not_allowed_is_left(
    chain: StubChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SELON_ALLOWED_GROUPS", "-999")
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL)):
        server.knows(EDITOR)
        server.bot_is_added(CHANNEL, EDITOR, "channel")
        said = await server.next_message()
        assert said.chat_id == EDITOR
        assert "je l’ai quittée" in said.text
        await server.called("leaveChat")


async def test_what_is_of_one_person_is_not_shown_in_a_channel_s_direct_messages(
    server: BotServer,
) -> None:
    server.user_says(DIRECT, "/mesdonnees", who=_direct())
    said = await server.next_message()
    assert said.text == "C’est entre vous et moi\u00a0: écrivez-moi en privé."
    assert said.direct_topic == READER
