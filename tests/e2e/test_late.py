"""Somebody whose question waits behind those of others hears so once, and then has the answer."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.messenger.inbound import scheduler
from bot.messenger.journal import Journal
from bot.messenger.running import application
from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.messages import Message
from tests.botapi.server import BotServer
from tests.e2e.telegram import QUESTION, StubChain, held, running, settled

READER, OTHER, GROUP, MEMBER = 42, 43, -100, 7
BUSY = "Il y a du monde\u00a0: votre question attend son tour, et la réponse viendra ici."


@pytest.fixture
def let(chain: StubChain) -> threading.Event:
    """Set when the answer may come."""
    let = threading.Event()
    chain.answers[QUESTION] = held(answered(QUESTION, cite(1, BIRTH)), let)
    return let


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "LATE_SECONDS", 0.1)
    monkeypatch.setattr(application, "CONCURRENT_UPDATES", 1)


def _messages(server: BotServer, chat: int) -> list[Message]:
    return [message for message in server.messages if message.chat_id == chat]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("chat", [OTHER, GROUP])
async def test_who_waits_is_told_once_and_then_has_the_answer_in_that_message(
    server: BotServer, let: threading.Event, chat: int
) -> None:
    server.user_says(READER, QUESTION)
    if chat == GROUP:
        mention = f"@selon_test_bot {QUESTION}"
        asked = server.user_says(GROUP, mention, kind="supergroup", person=MEMBER)
    else:
        asked = server.user_says(OTHER, QUESTION)
    await server.told(chat)
    (notice,) = _messages(server, chat)
    assert (notice.text, notice.reply_to) == (BUSY, asked if chat == GROUP else None)
    let.set()
    await settled(2)
    (answer,) = _messages(server, chat)
    assert BIRTH in answer.text
    assert answer.buttons


@pytest.mark.usefixtures("bot")
async def test_who_gets_no_answer_keeps_no_notice(server: BotServer, let: threading.Event) -> None:
    server.user_says(READER, QUESTION)
    server.user_says(OTHER, "x" * 2_000)
    await server.told(OTHER)
    let.set()
    await settled(2)
    (answer,) = _messages(server, OTHER)
    assert answer.text.startswith("Votre question est trop longue")


@pytest.mark.usefixtures("bot")
async def test_who_has_the_answer_is_not_told_to_wait(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Journal.finish

    async def finish_late(journal: Journal, update_id: int) -> None:
        await asyncio.sleep(1)
        await finish(journal, update_id)

    monkeypatch.setattr(scheduler, "LATE_SECONDS", 0.5)
    monkeypatch.setattr(Journal, "finish", finish_late)
    server.user_says(OTHER, "Autre ?")
    server.user_says(READER, "Autre ?")
    await settled(2)
    (answer,) = _messages(server, OTHER)
    assert BUSY not in answer.text


async def test_a_notice_of_a_process_that_ended_goes_before_the_answer_comes(
    server: BotServer, chain: StubChain, let: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "GRACE_SECONDS", 0.1)
    async with running(server, chain):
        server.user_says(READER, QUESTION)
        server.user_says(OTHER, QUESTION)
        await server.told(OTHER)
    assert [message.text for message in _messages(server, OTHER)] == [BUSY]
    let.set()
    async with running(server, chain):
        await settled(2)
    for chat in (READER, OTHER):
        assert [BIRTH in message.text for message in _messages(server, chat)] == [True]
