"""Somebody whose question waits behind those of others hears so once, and then has the answer."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from bot.answer import Answer
from bot.messenger.inbound import scheduler
from bot.messenger.running import application
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, settled

FIRST, SECOND, GROUP, MEMBER = 42, 43, -100, 7
QUESTION = "Quand Fresnel est-il né ?"
BUSY = "Il y a du monde\u00a0: votre question attend son tour, et la réponse viendra ici."


@pytest.fixture
def let() -> threading.Event:
    """Set when the answers may come."""
    return threading.Event()


@pytest.fixture
def chain(let: threading.Event) -> StubChain:
    chain, answer = StubChain(), answered(QUESTION, cite(1, BIRTH))
    chain.answers[QUESTION] = _after(let, answer)
    return chain


def _after(let: threading.Event, answer: Answer) -> Callable[[], Answer]:
    def wait() -> Answer:
        let.wait(60)
        return answer

    return wait


@pytest_asyncio.fixture
async def server(chain: StubChain, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotServer]:
    """One question is answered at a time."""
    monkeypatch.setattr(scheduler, "LATE_SECONDS", 0.1)
    monkeypatch.setattr(application, "CONCURRENT_UPDATES", 1)
    async with BotServer() as server, running(server, chain, Shelf(FRESNEL)):
        yield server


def _texts(server: BotServer, chat: int) -> list[str]:
    return [each.text for each in server.messages if each.chat_id == chat]


@pytest.mark.parametrize("chat", [SECOND, GROUP])
async def test_who_waits_is_told_once_and_then_has_the_answer_in_that_message(
    server: BotServer, let: threading.Event, chat: int
) -> None:
    server.user_says(FIRST, QUESTION)
    if chat == GROUP:
        asked = server.user_says(
            GROUP, f"@selon_test_bot {QUESTION}", kind="supergroup", person=MEMBER
        )
    else:
        asked = server.user_says(SECOND, QUESTION)
    await server.told(chat)
    assert _texts(server, chat) == [BUSY]
    notice = server.messages[-1]
    assert notice.reply_to == (asked if chat == GROUP else None)
    let.set()
    await settled(2)
    assert [BIRTH in each for each in _texts(server, chat)] == [True]
    assert server.messages[-1].buttons


async def test_a_person_alone_hears_nothing_however_long_it_takes(
    server: BotServer, let: threading.Event
) -> None:
    server.user_says(FIRST, QUESTION)
    server.user_says(FIRST, QUESTION)
    await server.silence(0.5)
    let.set()
    await settled(2)
    assert [BIRTH in each for each in _texts(server, FIRST)] == [True, True]


async def test_whoever_gets_no_answer_keeps_no_notice(
    server: BotServer, let: threading.Event
) -> None:
    server.user_says(FIRST, QUESTION)
    server.user_says(SECOND, "x" * 2_000)
    await server.told(SECOND)
    let.set()
    await settled(2)
    assert [BUSY in each for each in _texts(server, SECOND)] == [False]


async def test_a_notice_of_a_process_that_ended_goes_before_the_answer_comes(
    chain: StubChain, let: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "LATE_SECONDS", 0.1)
    monkeypatch.setattr(application, "CONCURRENT_UPDATES", 1)
    monkeypatch.setattr(application, "GRACE_SECONDS", 0.1)
    async with BotServer() as server:
        async with running(server, chain, Shelf(FRESNEL)):
            server.user_says(FIRST, QUESTION)
            server.user_says(SECOND, QUESTION)
            await server.told(SECOND)
        assert _texts(server, SECOND) == [BUSY]
        let.set()
        async with running(server, chain, Shelf(FRESNEL)):
            await settled(2)
    for chat in (FIRST, SECOND):
        assert [BIRTH in each for each in _texts(server, chat)] == [True]
