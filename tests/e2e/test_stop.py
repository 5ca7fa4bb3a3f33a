"""A stop, by polling and by webhook: within five seconds, what is under way is delivered."""

from __future__ import annotations

import asyncio
import signal
import threading

import pytest

from tests.bot.messenger.samples import BIRTH, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.killing import program_bot
from tests.e2e.telegram import ANSWER, QUESTION, StubChain, held, running
from tests.e2e.test_receiver import called_at


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_what_is_under_way_is_delivered_and_what_waits_is_left(
    server: BotServer, port: int, way: str
) -> None:
    settings = called_at(port) if way == "webhook" else {}
    slow, let = StubChain(), threading.Event()
    slow.answers[QUESTION] = held(answered(QUESTION, cite(1, BIRTH)), let)
    async with running(server, slow, **settings):
        for person in (1, 2, 1, 1, 1):
            server.user_says(person, QUESTION)
        await server.called("sendChatAction", 2)
        if way == "webhook":  # else the first poll brought them
            await server.hook.taken(5)
        asyncio.get_running_loop().call_later(0.3, let.set)  # once it has been told to stop
    assert sorted(message.chat_id for message in server.messages) == [1, 2]
    async with running(server, **settings):
        await server.told(1, 4)
    assert sorted(message.chat_id for message in server.messages) == [1, 1, 1, 1, 2]


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
        server.user_says(1, QUESTION)
        await server.called("sendChatAction")
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        assert b"Traceback" not in errors
    async with running(server):
        await server.told(1)
    assert [message.text.startswith(ANSWER) for message in server.messages] == [True]
