"""An alert on Telegram is told once, wherever the process dies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.alerts import telegram as alerts
from bot.messenger.journal import Postponed
from tests.bot.messenger.samples import BIRTH, FRESNEL, answered, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain, running

READER, QUESTION = 42, "Quand Fresnel est-il né ?"


async def test_an_alert_that_a_process_left_unsent_comes_from_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alerts, "POLL_INTERVAL", timedelta(seconds=0.05))
    chain, shelf, left = StubChain(), Shelf(FRESNEL), asyncio.Event()

    async def leave(*_: object) -> None:
        left.set()
        raise Postponed("the process ends")

    async with BotServer() as server:
        with monkeypatch.context() as ending:
            async with running(server, chain, shelf):
                server.user_says(READER, QUESTION)
                server.presses(await server.next_message(), 0, data="n:1")
                assert "C’est noté" in (await server.next_message()).text
                ending.setattr(alerts, "deliver_rest", leave)
                chain.answers[QUESTION] = answered(QUESTION, cite(1, BIRTH))
                shelf.current = "20260302T120000.000000Z"
                await asyncio.wait_for(left.wait(), 30)
        async with running(server, chain, shelf):
            told = await server.next_message()
            await server.silence(0.3)
    assert told.text.startswith("Un article répond maintenant")
    assert BIRTH in told.text
    assert [each.text for each in told.buttons][-2:] == ["👍", "👎"]
