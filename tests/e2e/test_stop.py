"""A stop, by polling and by webhook: within five seconds, what is under way is delivered."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from bot.messenger.running import application
from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running, slowly
from tests.e2e.test_receiver import called_at, port

__all__ = ["port"]


def said(question: str, seconds: float = 0.0) -> StubChain:
    chain = StubChain()
    answer = answered(question, cite(1, BIRTH))
    chain.answers[question] = slowly(answer, seconds) if seconds else answer
    return chain


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_what_is_under_way_is_delivered_and_what_waits_is_left(
    server: BotServer, port: int, way: str
) -> None:
    settings = called_at(port) if way == "webhook" else {}
    slow = said("Lent ?", 0.6)
    async with running(server, slow, Shelf(), **settings):
        server.user_says(1, "Lent ?")
        server.user_says(2, "Lent ?")
        for _ in range(3):
            server.user_says(1, "Lent ?")
        await server.called("sendChatAction", 2)
        if way == "webhook":  # else the first poll brought them
            await server.hook.taken(5)
    assert sorted(each.chat_id for each in server.messages) == [1, 2]
    async with running(server, said("Lent ?"), Shelf(), **settings):
        await server.told(1, 4)
    assert sorted(each.chat_id for each in server.messages) == [1, 1, 1, 1, 2]


async def test_an_answer_that_takes_too_long_is_given_after_the_next_start(
    server: BotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "GRACE_SECONDS", 0.2)
    async with running(server, said("Lent ?", 1.0), Shelf()):
        server.user_says(1, "Lent ?")
        await server.called("sendChatAction")
    assert not server.messages
    async with running(server, said("Lent ?"), Shelf()):
        await server.told(1)
    assert [each.text.startswith(f"«\u00a0{BIRTH}") for each in server.messages] == [True]


_PROGRAM = """
import threading
from bot.messenger.running import application
from bot.settings import load_settings
from tests.e2e.telegram import Shelf, StubChain

application.GRACE_SECONDS, application.STOP_DEADLINE_SECONDS = 0.1, 0.5

class Stuck(StubChain):
    def _invoke(self, said):
        threading.Event().wait()

application.run_with(load_settings(), Stuck(), Shelf(), lambda username: print("ready", flush=True))
"""


async def test_a_thread_that_does_not_end_does_not_keep_the_process(server: BotServer) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PROGRAM,
        env={
            **os.environ,
            "SELON_TELEGRAM_TOKEN": server.token,
            "SELON_TELEGRAM_API_URL": server.url,
        },
        stdout=PIPE,
        stderr=PIPE,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    server.user_says(1, "Lent ?")
    await server.called("sendChatAction")
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert b"Traceback" not in errors
    async with running(server, said("Lent ?"), Shelf()):
        await server.told(1)
