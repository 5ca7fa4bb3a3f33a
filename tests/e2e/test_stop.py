"""A stop, by polling and by webhook: within five seconds, what is under way is delivered."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.killing import program_bot
from tests.e2e.telegram import ANSWER, Shelf, StubChain, running, slowly
from tests.e2e.test_receiver import called_at


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


_PROGRAM = """
import threading
from bot.messenger.running import application
from tests.e2e.telegram import StubChain, run_bot

application.GRACE_SECONDS, application.STOP_DEADLINE_SECONDS = 0.1, 0.5

class Stuck(StubChain):
    def _invoke(self, said):
        threading.Event().wait()

run_bot(Stuck())
"""


async def test_a_thread_that_does_not_end_does_not_keep_the_process(server: BotServer) -> None:
    async with program_bot(_PROGRAM, server, "").running() as process:
        server.user_says(1, "Lent ?")
        await server.called("sendChatAction")
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        assert b"Traceback" not in errors
    async with running(server, said("Lent ?"), Shelf()):
        await server.told(1)
    assert [each.text.startswith(ANSWER) for each in server.messages] == [True]
